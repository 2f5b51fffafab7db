"""How many classes
================

A scan over the number of classes and two models of FisherEM on the sample cube, and the choice by ICL.
"""

from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
from astropy.table import Table
from matplotlib.colors import ListedColormap

from cubeclust import RunSettings, ScanSettings, Window, sample_cube, select

folder = Path(mkdtemp())
settings = ScanSettings(
    run=RunSettings(
        sample_cube(),
        "fisher-em",
        {"n_starts": 1},
        crop=(8, 8, 8, 8),
        window=(Window(7000, 7300),),
        output=folder,
    ),
    n_clusters=(2, 3, 4, 5, 6, 7),
    models=("DkBk", "AkBk"),
    jobs=1,
)
chosen = select(settings)
print(chosen.run.class_map.n_classes, "classes,", chosen.run.record.settings["model"])

# %%
# The ICL is the likelihood of a mixture less penalties for its parameters and for uncertain labels. Where it
# falls and rises again, or peaks at the end of the scan, starts were too few or the numbers too small. The
# stability is the agreement of the maps of two seeds.

table = Table.read(folder / "minicube_fisher-em_select.csv", format="ascii.csv")
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
for model in ("DkBk", "AkBk"):
    rows = table[table["model"] == model]
    left.plot(rows["n_clusters"], rows["icl"], "o-", label=model)
    right.plot(rows["n_clusters"], rows["stability_ari_subsample"], "o-", label=model)
best = table[table["chosen"] == 1]
left.plot(best["n_clusters"], best["icl"], "*", color="k", markersize=16, label="chosen")
left.set(xlabel="number of classes", ylabel="ICL")
right.set(xlabel="number of classes", ylabel="ARI between seeds", ylim=(0, 1.05))
left.legend()

# %%
# The map of the best fit.

figure, ax = plt.subplots(figsize=(5, 4), layout="constrained")
colors = [row.color for row in chosen.run.rows]
classes = chosen.run.class_map.classes[8:-8, 8:-8]
drawn = ax.imshow(classes, origin="lower", cmap=ListedColormap(colors), vmin=0.5, vmax=len(colors) + 0.5)
figure.colorbar(drawn, label="class", ticks=range(1, len(colors) + 1))
ax.set(xlabel="x - 8 (spaxels)", ylabel="y - 8 (spaxels)")
plt.show()
