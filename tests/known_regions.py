"""Spectra of regions that a method has to find again."""

import numpy as np
from skies import make_sky

from cubeclust.cube import Cube
from cubeclust.methods import METHODS
from cubeclust.preprocessing.normalize import NormalizeBand
from cubeclust.preprocessing.scaling import SCALINGS
from cubeclust.quality import Quality
from cubeclust.spectra import Spectra
from cubeclust.spectroscopy.windows import Window

# Transport is slow, the exact one most of all: few passes with larger steps.
BRISK = {
    **{key: {"max_iter": 60, "n_starts": 1} for key in ("usd-ova", "usd-ovo")},
    **{
        key: {"batch_size": 64, "max_iter": 20, "learning_rate": 0.005, "n_starts": 1}
        for key in ("wasserstein-ova", "wasserstein-ovo")
    },
}
# An f-divergence does not know how far apart spectra are: two regions in one class are as good as any other partition,
# and only the start of the network decides. It may merge two of four regions (agreement 0.71), and split one (0.62).
BLIND = tuple(name for name in METHODS if name.startswith(("kl-", "hellinger-", "tv-")))


def sky_spectra(method: str, regions: int = 4, seed: int = 0, scale: str | None = None) -> tuple[Spectra, np.ndarray]:
    """Features of a sky as the pipeline would scale them, a masked corner left out, and the true regions."""
    sky = make_sky(regions=regions, seed=seed)
    spectra = Spectra.of(Cube(flux=sky.flux, variance=sky.variance, wavelength=sky.wavelength, frame=sky.truth.shape))
    spectra = spectra.keep(np.where((spectra.y < 2) & (spectra.x < 3), Quality.MASKED, 0))
    spectra = NormalizeBand(Window(7600, 8100)).apply(spectra)
    scaled = SCALINGS[scale or METHODS[method].load().default_scale].fit(spectra).apply(spectra)
    for array in (scaled.wavelength, scaled.y, scaled.x, scaled.quality, scaled.snr):
        array.flags.writeable = False
    return scaled, sky.truth[scaled.y, scaled.x]


def least_agreement(name: str, usual: float = 0.95) -> float:
    """Adjusted Rand index with the true regions that a method must reach."""
    return 0.6 if name in BLIND else usual
