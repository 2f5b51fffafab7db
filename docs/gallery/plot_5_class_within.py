"""A class clustered again
=======================

The largest class of a map is clustered again by another method, and the new classes take its place on the map.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
from astropy.io import fits
from astropy.table import Table
from matplotlib.colors import ListedColormap

from cubeclust import RunSettings, Window, merge, run, sample_cube

folder = Path(mkdtemp())
first = RunSettings(sample_cube(), "kmeans", {"n_clusters": 3}, window=(Window(6800, 7350),), output=folder)
parent = run(first).files["classmap.fits"]
second = replace(first, method="gmm", method_settings={"n_clusters": 3}, pca=8, within=parent, class_number=1)
part = run(second).files["classmap.fits"]
merged = merge(parent, [part], output=folder)

# %%
# Numbers are given anew, by size; names state where a class comes from. A1, A2 and A3 are the parts of class A.

table = Table.read(merged.files["classmap.fits"], hdu="CLASSES")
print(table["CLASS", "NAME", "PARENT", "N_SPAXELS", "MEAN_SNR"])

# %%
# The map before and after.

figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for ax, path in zip(axes, (parent, merged.files["classmap.fits"]), strict=True):
    rows = Table.read(path, hdu="CLASSES")
    drawn = ax.imshow(
        fits.getdata(path, "CLASSMAP"),
        origin="lower",
        cmap=ListedColormap(rows["COLOR"]),
        vmin=0.5,
        vmax=len(rows) + 0.5,
    )
    bar = figure.colorbar(drawn, ax=ax, ticks=range(1, len(rows) + 1))
    bar.ax.set_yticklabels(rows["NAME"])
    ax.set(xlabel="x (spaxels)", title=f"{len(rows)} classes")
plt.show()
