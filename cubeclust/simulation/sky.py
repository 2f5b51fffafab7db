"""A sky with a known answer."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Real

from cubeclust.simulation.field import Field
from cubeclust.simulation.light import LightSource
from cubeclust.simulation.noise import CorrelatedNoise
from cubeclust.simulation.seeing import Seeing


class TrueClass(NamedTuple):
    """A true class of spaxels: name and what it is."""

    name: str
    description: str


class TruthImage(NamedTuple):
    """An image of the truth: values (NY, NX), their unit ("" for none) and what they are."""

    values: Real[np.ndarray, "ny nx"]
    unit: str
    content: str


@dataclass(frozen=True)
class Sky:
    """Lights on a frame with a margin, seeing, field and noise, and the images of the truth by their names.

    background: flux density of the night sky's continuum; 0 for noise that is the same at all wavelengths.
    classes are numbered from 1 in the order of kinds. aim: spaxels (NY, NX) over which the signal to noise is set.
    """

    title: str
    lights: tuple[LightSource, ...]
    seeing: Seeing
    field: Field
    noise: CorrelatedNoise
    background: float
    kinds: tuple[TrueClass, ...]
    truth: dict[str, TruthImage]
    aim: Bool[np.ndarray, "ny nx"]
