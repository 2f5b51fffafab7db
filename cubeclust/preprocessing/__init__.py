"""Steps from spectra as read to spectra as clustered; each is a frozen record, Spectra -> Spectra."""
