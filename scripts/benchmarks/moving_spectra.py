"""Velocities of simulated spectra without any file."""

from dataclasses import fields
from pathlib import Path

import numpy as np

from cubeclust.cube import Cube
from cubeclust.kinematics.judgement import Limits
from cubeclust.kinematics.measure import Measured
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.pipelines.redshift.spectrograph import FirstLook, Search, instrument_of, line_profile, measured
from cubeclust.pipelines.simulate import SimulationSettings
from cubeclust.runtime.progress import Silent
from cubeclust.simulation.axis import STEP, window
from cubeclust.simulation.exposure import exposed
from cubeclust.spectra import Spectra

_SKY = "ngc1068"


def moving_spectra(size: int, channels: int, seed: int = 0) -> Spectra:
    """Spectra of a rotating galaxy of size x size spaxels with gas and stars, those without data left out."""
    settings = SimulationSettings(_SKY, size=size, channels=channels, seed=seed)
    sky = settings.recipe.make(size, seed, settings.redshift)
    axis = window(channels, settings.redshift, settings.medium)
    flux, variance = exposed(sky, seed, settings.snr).planes(axis, 0, channels)
    wavelength = axis.start + STEP * np.arange(channels)
    return Spectra.of(
        Cube(flux=flux, variance=variance, wavelength=wavelength, frame=(size, size), medium=settings.medium)
    )


def velocities(spectra: Spectra, device: str, brightest: int = 2048) -> Measured:
    """Velocities about the galaxy's own redshift; the first so many spectra make the template of the stars."""
    z, default = SimulationSettings(_SKY).redshift, RedshiftSettings(Path(_SKY))
    limits = Limits(**{f.name: getattr(default, f.name) for f in fields(Limits)})
    search = Search(_SKY, spectra.medium, default.search, limits, line_profile("MUSE", default.lsf), device, Silent())
    few = spectra.sample(np.arange(min(len(spectra), brightest)))
    by = instrument_of(FirstLook(np.nanmean(few.flux, axis=0, dtype=np.float64), few), z, search)
    return measured(spectra, by, search, "velocities")
