"""A first class map
=================

The lines around H-alpha in a real MUSE cube of the center of Abell 478, classified by the default method, ``mmd-ovo``.
"""

from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
from astropy.io import fits
from astropy.table import Table
from matplotlib.colors import ListedColormap

from cubeclust import RunSettings, Window, run, sample_cube

# %%
# ``run`` does what ``cubeclust run`` does and returns the map beside the files that it wrote.

settings = RunSettings(
    sample_cube(),
    "mmd-ovo",
    {"n_clusters": 6, "max_iter": 200},
    window=(Window(6800, 7350),),
    output=Path(mkdtemp()),
)
finished = run(settings)

# %%
# The mean flux in the window, and the class map with the colors that all figures and exports of cubeclust use.

path = finished.files["classmap.fits"]
classes = finished.class_map.classes
colors = [row.color for row in finished.rows]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
light = left.imshow(fits.getdata(path, "WHITELIGHT"), origin="lower", cmap="gray")
figure.colorbar(light, ax=left, label="mean flux (1e-20 erg/s/cm2/Angstrom)")
left.set(xlabel="x (spaxels)", ylabel="y (spaxels)")
image = right.imshow(classes, origin="lower", cmap=ListedColormap(colors), vmin=0.5, vmax=len(colors) + 0.5)
figure.colorbar(image, ax=right, label="class", ticks=range(1, len(colors) + 1))
right.set(xlabel="x (spaxels)")

# %%
# Mean spectra of the classes, normalized to the continuum at 7600:8100 Angstrom. The classes differ by the
# strength of H-alpha + [NII] and by the velocity of these lines.

spectra, wavelength = Table.read(path, hdu="SPECTRA"), Table.read(path, hdu="WAVELENGTH")["WAVELENGTH"]
figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
for row, color in zip(spectra, colors, strict=True):
    axes.plot(wavelength, row["MEAN"], color=color, label=f"class {row['CLASS']}")
axes.set(xlabel="wavelength in air (Angstrom)", ylabel="normalized flux", xlim=(7050, 7250))
axes.legend(ncols=2)
plt.show()
