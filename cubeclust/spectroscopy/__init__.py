"""Facts of spectroscopy: lines, line spread, wavelengths, Doppler shifts."""
