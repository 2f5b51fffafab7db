"""The settings of a run by its stages; each stage takes its own part."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cubeclust.errors import InputError
from cubeclust.methods import METHODS
from cubeclust.methods.protocol import Clusterer, Starting
from cubeclust.methods.reduced import Reduced
from cubeclust.methods.sampled import Sampled
from cubeclust.spectroscopy.windows import Window


@dataclass(frozen=True)
class AreaSettings:
    """Which spaxels of the cube are clustered."""

    crop: tuple[int, int, int, int]
    region: Path | None
    within: Path | None
    class_number: int | None
    mask: Path | None


@dataclass(frozen=True)
class SpectraSettings:
    """How the spectra are prepared."""

    window: tuple[Window, ...]
    exclude: tuple[Window, ...]
    min_snr: float | None
    max_nan: float
    normalize_band: Window | Literal["auto"] | None
    scale: str | None


@dataclass(frozen=True)
class FitSettings:
    """Which method is fitted, and how."""

    method: str
    method_settings: dict[str, Any]
    pca: int | None
    sample: int | None
    sample_by: str
    start_map: Path | None
    seed: int

    def clusterer(self, start: np.ndarray | None = None) -> Clusterer:
        """Create the method, wrapped by --pca and --sample; start holds the classes (NY, NX) of start_map, once read.

        Raises:
            InputError: a setting of the method out of bounds, a start_map that it does not start from.
        """
        clusterer = METHODS[self.method].create(**self.method_settings)
        if self.start_map is not None:
            if not isinstance(clusterer, Starting):
                raise InputError(f"--start-map: {self.method} does not start from classes; fisher-em does.")
            clusterer = clusterer if start is None else clusterer.starting_from(start)
        if self.pca is not None:
            clusterer = Reduced(clusterer, self.pca)
        return clusterer if self.sample is None else Sampled(clusterer, self.sample, self.sample_by)


@dataclass(frozen=True)
class Output:
    """Where the products go, whether they replace others, and the formats of EXPORTS beside them."""

    output: Path
    overwrite: bool
    export: tuple[str, ...]
