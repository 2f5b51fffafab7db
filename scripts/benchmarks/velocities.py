"""Velocities of `cubeclust redshift` against the truth of simulated galaxies like NGC 1068.

Errors are those of spaxels without any flag: the median and the 95 % quantile of |error| (km/s), the share within one
standard deviation as claimed (68.3 % if errors are what they say), the share of bad velocities (more than 50 km/s off,
a channel of MUSE) without a flag, and how many draws had their redshift found within 50 km/s. The truth is the
median velocity of the lines' flux for spaxels measured by their gas, that of the starlight for those measured by stars;
an area is absorption-dominated where H-alpha has an equivalent width under 3 Angstrom.
"""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import nan
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from astropy.io import fits

from benchmarks.rows import Row
from cubeclust.pipelines.redshift.pipeline import estimate
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.pipelines.simulate import SimulationSettings, simulate
from cubeclust.spectroscopy.doppler import LIGHT_SPEED, about
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import Tracer, VelocityFlag

BAD = 50.0  # km/s
LINELESS = 3.0  # Angstrom


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--draws", type=int, default=20, help="seeds of the sky")
    parser.add_argument("--size", type=int, default=60, help="spaxels of a side")
    parser.add_argument("--snr", type=numbers, default="20,5", help="of the continuum per channel")
    parser.add_argument("--bin", type=float, help="as of cubeclust redshift")


def numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def run(options: Namespace) -> Iterator[Row]:
    for snr in options.snr:
        with TemporaryDirectory() as folder:
            draws = [draw(Path(folder), options, snr, seed) for seed in range(options.draws)]
        print(f"S/N {snr:g} per channel, {options.draws} draws of {options.size} x {options.size}, "
              f"{np.mean([one.seconds for one in draws]):.1f} s each; redshift found in "
              f"{sum(one.found for one in draws)}")  # fmt: skip
        for name, where in AREAS.items():
            yield {"S/N": snr, "spaxels": name, **errors(draws, where)}
        yield {"S/N": snr, **unflagged(draws)}


@dataclass(frozen=True)
class Draw:
    """One sky: errors and claimed errors (n,) of its spaxels with data, flags, tracers, width of H-alpha, border."""

    off: np.ndarray
    claimed: np.ndarray
    flag: np.ndarray
    misleading: np.ndarray
    tracer: np.ndarray
    width: np.ndarray
    border: np.ndarray
    found: bool
    seconds: float


AREAS = {
    "all without a flag": lambda one: one.flag == 0,
    "line-emitting": lambda one: (one.flag == 0) & (one.width >= LINELESS),
    "absorption-dominated": lambda one: (one.flag == 0) & (one.width < LINELESS),
    "absorption-dominated, less the dim border": lambda one: (one.flag == 0) & (one.width < LINELESS) & ~one.border,
    "measured by gas": lambda one: (one.flag == 0) & (one.tracer == Tracer.GAS),
    "measured by stars": lambda one: (one.flag == 0) & (one.tracer == Tracer.STARS),
    "all that a run keeps": lambda one: ~one.misleading,
    "all that a run keeps, in bins": lambda one: ~one.misleading & (one.flag & VelocityFlag.BINNED != 0),
}


def draw(folder: Path, options: Namespace, snr: float, seed: int) -> Draw:
    cube, truth = folder / "sky.fits", folder / "truth.fits"
    simulate(SimulationSettings("ngc1068", cube, truth, options.size, seed, snr, overwrite=True))
    start = time.perf_counter()
    field = estimate(RedshiftSettings(cube, bin=options.bin))
    return against(field, truth, time.perf_counter() - start)


def against(field: VelocityField, truth: Path, seconds: float) -> Draw:
    """The field of a sky against its truth."""
    with fits.open(truth) as hdus:
        z = hdus[0].header["ZSYS"]
        images = {hdu.name: np.asarray(hdu.data, float) for hdu in hdus if hdu.is_image and hdu.data is not None}
    inside = images["CLASS"] > 0
    velocity = about(field.velocity.astype(float), field.systemic, z)
    true = np.where(field.tracer == Tracer.GAS, images["VGAS"], images["VSTARS"])
    return Draw(
        *(image[inside] for image in (velocity - true, field.error, field.flag, field.misleading, field.tracer)),
        width=images["EW_HALPHA"][inside],
        border=images["BAD"][inside] > 0,
        found=abs(field.systemic - z) * LIGHT_SPEED < BAD,
        seconds=seconds,
    )


def errors(draws: list[Draw], where: Callable[[Draw], np.ndarray]) -> Row:
    """Errors of the spaxels that `where` chooses, over all draws."""
    off = np.concatenate([one.off[where(one)] for one in draws])
    claimed = np.concatenate([one.claimed[where(one)] for one in draws])
    known = np.isfinite(off)
    size = np.abs(off[known])
    return {
        "number": len(size),
        "median [km/s]": float(np.median(size)) if len(size) else nan,
        "95 % [km/s]": float(np.quantile(size, 0.95)) if len(size) else nan,
        "within 1 sigma [%]": 100 * float(np.mean(size < claimed[known])) if len(size) else nan,
    }


def unflagged(draws: list[Draw]) -> Row:
    """Bad velocities without a flag, as a share of all that are bad or missing, and of all without a flag."""
    bad = [~(np.abs(one.off) <= BAD) for one in draws]
    missed = sum(int(np.count_nonzero(wrong & (one.flag == 0))) for wrong, one in zip(bad, draws, strict=True))
    total = sum(int(np.count_nonzero(wrong)) for wrong in bad)
    clear = sum(int(np.count_nonzero(one.flag == 0)) for one in draws)
    return {
        "bad or missing": total,
        "bad without a flag": missed,
        "of the bad [%]": 100 * missed / max(total, 1),
        "of all without a flag [%]": 100 * missed / max(clear, 1),
    }
