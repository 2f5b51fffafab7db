"""The settings of a run by its stages; each stage takes its own part."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.exports import EXPORTS
from cubeclust.methods import DEFAULT_METHOD, METHODS
from cubeclust.methods.protocol import Clusterer, Starting
from cubeclust.methods.reduced import Reduced
from cubeclust.methods.sampled import SAMPLINGS, Sampled
from cubeclust.pipelines.common_settings import common
from cubeclust.preprocessing.scaling import SCALINGS
from cubeclust.settings import Crop, Panel, setting
from cubeclust.spectroscopy.windows import Window


@dataclass(frozen=True)
class AreaSettings:
    """Which spaxels of the cube are clustered."""

    crop: Crop = common("crop")
    region: Path | None = setting(
        None, "DS9 region file: only the spaxels inside its shapes are clustered.", panel=Panel.AREA
    )
    within: Path | None = setting(
        None,
        "Class map of this cube: one of its classes is clustered again, and its name enters those of the products.",
        panel=Panel.AREA,
        metavar="CLASSMAP",
    )
    class_number: int | None = setting(
        None, "Number of the class of --within.", panel=Panel.AREA, name="class", minimum=1
    )
    mask: Path | None = common("mask")


@dataclass(frozen=True)
class SpectraSettings:
    """How the spectra are prepared."""

    window: tuple[Window, ...] = setting(
        (), "Wavelengths to cluster, Angstrom; repeatable.", panel=Panel.WAVELENGTHS, shown="all"
    )
    exclude: tuple[Window, ...] = setting(
        (),
        "Wavelengths to leave out, Angstrom, such as residuals of sky lines; repeatable.",
        panel=Panel.WAVELENGTHS,
        shown="none",
    )
    min_snr: float | None = setting(
        None,
        "Leave out spectra with a lower median signal to noise per channel.",
        panel=Panel.PREPROCESSING,
        shown="none is left out",
    )
    max_nan: float = setting(
        0.1,
        "Leave out spectra with a larger share of missing channels; the gaps of the others are interpolated.",
        panel=Panel.PREPROCESSING,
        minimum=0,
        maximum=1,
    )
    normalize_band: Window | Literal["auto"] | None = setting(
        "auto",
        "Divide each spectrum by its mean in this band, Angstrom; auto takes 7600:8100 if the spectra cover it, else "
        "all wavelengths that are clustered.",
        panel=Panel.PREPROCESSING,
    )
    spikes: float = setting(
        8.0,
        "Treat single samples as missing that stand out from their neighbors along the wavelength and on the sky by so "
        "many times their noise; 0 keeps all.",
        panel=Panel.PREPROCESSING,
        minimum=0,
    )
    outliers: str = setting(
        "label",
        "Spectra that are like no other, fewer than five of a kind: label keeps them from the fit and gives them the "
        "class of its model, leave-out gives them none, keep lets them enter.",
        panel=Panel.PREPROCESSING,
        choices=("label", "leave-out", "keep"),
    )
    scale: str | None = setting(
        None, "Scaling of the channels.", panel=Panel.PREPROCESSING, shown="that of the method", choices=tuple(SCALINGS)
    )


@dataclass(frozen=True)
class FitSettings:
    """Which method is fitted, and how."""

    method: str = setting(
        DEFAULT_METHOD,
        "Clustering method; `cubeclust methods` describes them.",
        panel=Panel.METHOD,
        short="-m",
        choices=tuple(METHODS),
    )
    method_settings: dict[str, Any] = field(default_factory=dict)
    pca: int | None = setting(
        None, "Fit on this many principal components.", panel=Panel.PREPROCESSING, shown="on the channels", minimum=1
    )
    sample: int | None = setting(
        None,
        "Fit on this many spectra and label the others by the fitted model.",
        panel=Panel.PREPROCESSING,
        shown="all",
        minimum=2,
    )
    sample_by: str = setting(
        "random",
        "How the sample is drawn; snr takes equally many from ten ranges of signal to noise.",
        panel=Panel.PREPROCESSING,
        choices=SAMPLINGS,
    )
    start_map: Path | None = setting(
        None,
        "Class map of this cube whose classes the fit starts from, in place of --start (fisher-em).",
        panel=Panel.SETTINGS,
        metavar="CLASSMAP",
    )
    seed: int = common("seed")

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

    output: Path = common("output")
    overwrite: bool = common("overwrite")
    export: tuple[str, ...] = setting(
        (), "Also write the map in this format of another tool; repeatable.", panel=Panel.OUTPUT, choices=tuple(EXPORTS)
    )
