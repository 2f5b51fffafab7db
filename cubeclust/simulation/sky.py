"""A sky with a known answer."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cubeclust.simulation.field import Field
from cubeclust.simulation.grain import Grain
from cubeclust.simulation.light import Light
from cubeclust.simulation.seeing import Seeing


class Kind(NamedTuple):
    """A true class of spaxels: name and what it is."""

    name: str
    description: str


class Image(NamedTuple):
    """An image of the truth: values (NY, NX), their unit ("" for none) and what they are."""

    values: np.ndarray
    unit: str
    content: str


@dataclass(frozen=True)
class Sky:
    """Lights on a frame with a margin, how they are seen, and the truth about them by name of the image.

    night: flux density of the night sky's continuum; 0 for noise that is the same at all wavelengths.
    classes are numbered from 1 in the order of kinds. aim: spaxels (NY, NX) over which the signal to noise is set.
    """

    title: str
    lights: tuple[Light, ...]
    seeing: Seeing
    field: Field
    grain: Grain
    night: float
    kinds: tuple[Kind, ...]
    truth: dict[str, Image]
    aim: np.ndarray
