"""What is known of the classes of a map: names, colors, spectra, tables."""
