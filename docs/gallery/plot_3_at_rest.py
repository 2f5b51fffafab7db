"""Classes as observed and at rest
===============================

Classes of a rotating galaxy follow its rotation, unless each spectrum is brought to its rest frame first.
"""

from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
from astropy.io import fits
from matplotlib.colors import ListedColormap

from cubeclust import RedshiftSettings, RunSettings, SimulationSettings, Window, measure_redshifts, run, simulate

folder = Path(mkdtemp())
cube, velocities = folder / "sky.fits", folder / "velocity.fits"
simulate(SimulationSettings("ngc1068", output=cube, size=26, channels=800))
measure_redshifts(RedshiftSettings(cube, output=velocities))

# %%
# The same spectra twice, in a window around H-alpha and [NII]. With ``redshift`` the window is one of wavelengths
# at rest.

maps = {}
for name, redshift in (("as observed", None), ("at rest", velocities)):
    settings = RunSettings(
        cube,
        "kmeans",
        {"n_clusters": 6},
        window=(Window(6530, 6630),) if redshift else (Window(6555, 6655),),
        redshift=redshift,
        output=folder / name,
    )
    maps[name] = run(settings).class_map.classes

# %%
# As observed, the disk and the ring are divided into a half that approaches and a half that recedes. At rest the
# classes follow the strength of the lines. Spaxels whose velocity is misleading have no class there.

truth = fits.getdata(folder / "sky_truth.fits", "VGAS_MEAN")
figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
drawn = axes[0].imshow(truth, origin="lower", cmap="RdBu_r", vmin=-150, vmax=150)
figure.colorbar(drawn, ax=axes[0], label="km/s")
axes[0].set_title("true velocity of the gas")
colors = ["#dddddd", "#332288", "#DDCC77", "#CC6677", "#117733", "#88CCEE", "#AA4499"]
for ax, (name, classes) in zip(axes[1:], maps.items(), strict=True):
    drawn = ax.imshow(classes, origin="lower", cmap=ListedColormap(colors), vmin=-0.5, vmax=6.5)
    ax.set_title(f"classes {name}")
figure.colorbar(drawn, ax=axes[2], label="class, 0 = none", ticks=range(7))
for ax in axes:
    ax.set(xlabel="x (spaxels)")
plt.show()
