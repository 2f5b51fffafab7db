"""Velocities of gas and stars
===========================

``cubeclust redshift`` on a simulated galaxy like NGC 1068, whose true velocities are known.
"""

from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits

from cubeclust import RedshiftSettings, SimulationSettings, measure_redshifts, simulate

# %%
# The cube and its truth, then the velocity of each spaxel: of the gas where there are emission lines, else of the
# stars. These 800 channels around H-alpha have few stellar lines, so that spaxels without gas have no velocity.

folder = Path(mkdtemp())
cube, velocities = folder / "sky.fits", folder / "velocity.fits"
simulate(SimulationSettings("ngc1068", output=cube, size=30, channels=800))
measured = measure_redshifts(RedshiftSettings(cube, output=velocities))

with fits.open(velocities) as hdus:
    flags, tracer = hdus["FLAG"].data, hdus["TRACER"].data
    misleading = flags & hdus[0].header["DROPBITS"] != 0
    velocity = np.where(misleading, np.nan, hdus["VELOCITY"].data)
    error = hdus["VELERR"].data
with fits.open(folder / "sky_truth.fits") as hdus:
    truth = np.where(tracer == 1, hdus["VGAS"].data, hdus["VSTARS"].data)
    systemic = hdus[0].header["ZSYS"]
print(f"true redshift {systemic:.6f}, measured {measured.field.systemic:.6f}")

# %%
# Velocities that are not misleading, the true ones, and whether gas or stars gave them.

figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
style = {"origin": "lower", "cmap": "RdBu_r", "vmin": -150, "vmax": 150}
for ax, image, title in zip(axes, (velocity, truth), ("measured", "true"), strict=False):
    drawn = ax.imshow(image, **style)
    ax.set(title=title, xlabel="x (spaxels)")
figure.colorbar(drawn, ax=axes[1], label="velocity about the systemic (km/s)")
kinds = np.where(misleading, 0, tracer)
drawn = axes[2].imshow(kinds, origin="lower", cmap=plt.get_cmap("viridis", 3), vmin=-0.5, vmax=2.5)
bar = figure.colorbar(drawn, ax=axes[2], ticks=(0, 1, 2))
bar.ax.set_yticklabels(("none", "gas", "stars"))
axes[2].set(title="tracer", xlabel="x (spaxels)")

# %%
# The differences, less the offset of the systemic redshift, in units of the stated errors: a standard normal
# distribution where the errors are right. Its wings are spaxels where two components of gas overlap, which no single
# velocity describes.

known = np.isfinite(velocity) & np.isfinite(truth)
pulls = ((velocity - truth - np.nanmedian(velocity - truth)) / error)[known]
figure, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
bins = np.linspace(-5, 5, 41)
ax.hist(pulls.clip(-5, 5), bins, density=True, color="0.7", label=f"{known.sum()} spaxels")
ax.plot(bins, np.exp(-(bins**2) / 2) / np.sqrt(2 * np.pi), color="C3", label="standard normal")
ax.set(xlabel="(measured - true) / stated error", ylabel="density")
ax.legend()
plt.show()
