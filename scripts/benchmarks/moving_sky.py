"""A simulated galaxy with what is true of it, its measured velocities, and the spaxels that are worth comparing."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits

from cubeclust.pipelines.redshift.pipeline import measure_redshifts
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.pipelines.simulate import SimulationSettings, simulate
from cubeclust.spectroscopy.doppler import redshift_of

CONES = ("front", "back", "jet")  # one spectrum of lines, three motions
STARS = ("old stars", "young stars")


@dataclass(frozen=True)
class Truth:
    """What is true of each spaxel; images are (NY, NX).

    names      of the classes 1, 2, ...
    classes    int: true class
    velocity   km/s about the systemic: of the gas where the class is one of gas, else of the stars
    compared   bool: spaxels without a defect whose velocity is known and was measured without doubt
    """

    names: tuple[str, ...]
    classes: np.ndarray
    velocity: np.ndarray
    compared: np.ndarray

    def among(self, *names: str) -> np.ndarray:
        """Where (NY, NX) bool the class is one of the names."""
        return np.isin(self.classes, [self.names.index(name) + 1 for name in names])

    @property
    def joined(self) -> np.ndarray:
        """Classes (NY, NX) int, those of the cones as one."""
        return np.where(self.among(*CONES), self.names.index(CONES[0]) + 1, self.classes)

    @property
    def n_classes(self) -> int:
        """Number of classes among the spaxels compared."""
        return len(np.unique(self.classes[self.compared]))


@dataclass(frozen=True)
class MovingSky:
    """A galaxy at the redshift `systemic`, and its files.

    cube       the cube
    measured   map of `cubeclust redshift`
    true       image of the true redshifts
    mask       spaxels that are not compared
    """

    cube: Path
    measured: Path
    true: Path
    mask: Path
    systemic: float
    truth: Truth


def moving_sky(folder: Path, size: int, snr: float, seed: int) -> MovingSky:
    """Make the files as `cubeclust simulate` and `cubeclust redshift` do by default."""
    names = ("sky", "measured", "true", "mask", "truth")
    cube, measured, true, mask, truth_path = (folder / f"{name}.fits" for name in names)
    simulate(SimulationSettings("ngc1068", cube, truth_path, size=size, seed=seed, snr=snr))
    misleading = measure_redshifts(RedshiftSettings(cube, measured)).field.misleading
    with fits.open(truth_path) as hdus:
        systemic = hdus[0].header["ZSYS"]
        truth = read_truth(hdus, misleading)
    z = redshift_of(truth.velocity, systemic)
    fits.writeto(true, z, fits.Header({"BUNIT": "z"}))
    fits.writeto(mask, (~truth.compared).astype(np.uint8))
    return MovingSky(cube, measured, true, mask, systemic, truth)


def read_truth(hdus: fits.HDUList, misleading: np.ndarray) -> Truth:
    """Truth of `cubeclust simulate` where measured velocities do not mislead (NY, NX) bool."""
    names = tuple(hdus["CLASSES"].data["NAME"])
    classes, bad = (hdus[name].data.astype(int) for name in ("CLASS", "BAD"))
    stars = np.isin(classes, [names.index(name) + 1 for name in STARS])
    velocity = np.where(stars, hdus["VSTARS"].data, hdus["VGAS"].data).astype(float)
    return Truth(names, classes, velocity, (classes > 0) & (bad == 0) & np.isfinite(velocity) & ~misleading)
