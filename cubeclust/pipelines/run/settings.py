"""Everything that a user can ask of a run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cubeclust.classes.names import Parent
from cubeclust.errors import InputError
from cubeclust.io.cubes.layouts import VARIANCE_KINDS, VarianceKind
from cubeclust.io.exports import EXPORTS, export_endings
from cubeclust.io.velocities import images
from cubeclust.methods import DEFAULT_METHOD, METHODS
from cubeclust.methods.protocol import Clusterer
from cubeclust.methods.reduced import Reduced
from cubeclust.methods.sampled import SAMPLINGS, Sampled
from cubeclust.preprocessing.scaling import SCALINGS
from cubeclust.settings import option_fields
from cubeclust.spectroscopy.windows import Window

PRODUCTS = ("classmap.fits", "overlay.png", "spectra.png", "result.h5")
VELOCITIES = ("velocity.fits", "velocity.png")  # of --redshift auto


@dataclass(frozen=True)
class RunSettings:
    """Settings of `cubeclust run`, under the names of its options.

    redshift is a map of `cubeclust redshift`, or auto to measure one; velocity_map is one of others, whose BUNIT
    velocity_unit None takes. With either, windows and band are rest wavelengths. velocity_zero is the
    systemic velocity c z, km/s, that velocity_map is relative to.
    crop is (left, right, bottom, top) in spaxels; normalize_band "auto" takes 7600:8100 Angstrom where the
    cube covers it; scale None takes the method's own; memory None takes what is free, in bytes.
    method_settings holds the method's options by field name. result is the result file of a run whose fitted model
    labels the spectra in place of a fit; resample allows it to bring them onto the model's wavelengths.
    export names formats of EXPORTS. within is a class map of the cube of which one class, class_number (--class), is
    clustered again; start_map one whose classes the method starts from.
    """

    cube: Path
    method: str = DEFAULT_METHOD
    method_settings: dict[str, Any] = field(default_factory=dict)
    output: Path = Path(".")
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)
    region: Path | None = None
    within: Path | None = None
    class_number: int | None = None
    window: tuple[Window, ...] = ()
    exclude: tuple[Window, ...] = ()
    mask: Path | None = None
    redshift: Path | Literal["auto"] | None = None
    velocity_map: Path | None = None
    velocity_unit: str | None = None
    velocity_hdu: str | None = None
    velocity_zero: float | None = None
    min_snr: float | None = None
    max_nan: float = 0.1
    normalize_band: Window | Literal["auto"] | None = "auto"
    scale: str | None = None
    pca: int | None = None
    sample: int | None = None
    sample_by: str = "random"
    start_map: Path | None = None
    hdu: str | None = None
    variance_hdu: str | None = None
    variance_kind: VarianceKind | None = None
    mask_hdu: str | None = None
    wavelength_unit: str | None = None
    seed: int = 0
    device: str = "auto"
    memory: int | None = None
    overwrite: bool = False
    export: tuple[str, ...] = ()
    result: Path | None = None
    resample: bool = False
    command: str = ""

    def __post_init__(self) -> None:
        allowed = {
            "normalize_band": self.normalize_band in ("auto", None) or isinstance(self.normalize_band, Window),
            "scale": self.scale is None or self.scale in SCALINGS,
            "variance_kind": self.variance_kind is None or self.variance_kind in VARIANCE_KINDS,
            "redshift": self.redshift in ("auto", None) or isinstance(self.redshift, Path),
            "velocity_unit": self.velocity_unit is None or self.velocity_unit in images.UNITS,
            "device": self.device in ("auto", "cpu", "cuda"),
            "crop": len(self.crop) == 4 and all(isinstance(n, int) and n >= 0 for n in self.crop),
            "pca": self.pca is None or self.pca >= 1,
            "sample": self.sample is None or self.sample >= 2,
            "sample_by": self.sample_by in SAMPLINGS,
            "class_number": self.class_number is None or self.class_number >= 1,
            "min_snr": self.min_snr is None or isinstance(self.min_snr, int | float),
            "max_nan": 0 <= self.max_nan <= 1,
            "seed": isinstance(self.seed, int) and 0 <= self.seed < 2**32,
            "memory": self.memory is None or isinstance(self.memory, int),
            "export": isinstance(self.export, tuple) and set(self.export) <= set(EXPORTS),
        }
        for name, fits in allowed.items():
            if not fits:
                option = "--" + name.replace("_", "-")
                raise InputError(
                    f"{option} cannot be {getattr(self, name)!r}; `cubeclust run --help` says what it takes."
                )

        if (self.within is None) != (self.class_number is None):
            raise InputError("--within CLASSMAP and --class N name a class together; give both or neither.")
        if self.sample is None and self.sample_by != "random":
            raise InputError(f"--sample-by {self.sample_by} says how a sample is drawn; give its size by --sample.")
        if self.redshift is not None and self.velocity_map is not None:
            raise InputError("--redshift and --velocity-map both bring the spectra to rest; give one of them.")
        if self.velocity_map is None and (self.velocity_unit or self.velocity_hdu or self.velocity_zero is not None):
            raise InputError(
                "--velocity-unit, --velocity-hdu and --velocity-zero describe a --velocity-map; give one or leave them "
                "out."
            )

    def clusterer(self, start: np.ndarray | None = None) -> Clusterer:
        """Record of the method, combined as asked; start holds the classes (NY, NX) of start_map once they are read.

        Raises:
            InputError: an unknown name, a setting out of bounds, a start_map that the method has no use for.
        """
        if self.method not in METHODS:
            raise InputError(f"no method is called {self.method!r}; choose one of {', '.join(METHODS)}.")
        clusterer = METHODS[self.method].create(**self.method_settings)
        if self.start_map is not None and not hasattr(clusterer, "start_image"):
            raise InputError(f"--start-map: {self.method} starts from no partition; fisher-em does.")
        if start is not None:
            clusterer = replace(clusterer, start_image=start)  # type: ignore[type-var]
        if self.pca is not None:
            clusterer = Reduced(clusterer, self.pca)
        return clusterer if self.sample is None else Sampled(clusterer, self.sample, self.sample_by)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "RunSettings":
        """Settings as `record` wrote them with scale and band resolved; what only Python can set stays out."""
        own = {f.name for f in option_fields(METHODS[values["method"]].load())}
        known = {f.name: _READERS.get(f.name, _same)(values[f.name]) for f in fields(cls) if f.name in values}
        return cls(**known, method_settings={name: values[name] for name in own})

    def products(self, stem: str, parent: Parent | None = None) -> dict[str, Path]:
        """Path of each product by its ending; a class that is clustered again has its name in it."""
        figures = self.clusterer().figures if self.result is None else ()
        endings = (*PRODUCTS, *figures, *export_endings(self.export))
        own = {ending: self.output / f"{self.product_name(stem, parent)}_{ending}" for ending in endings}
        return own | (self.measured(stem, parent) if self.redshift == "auto" else {})

    def measured(self, stem: str, parent: Parent | None = None) -> dict[str, Path]:
        """Path of each product of the velocities, which no method has a part in, by its ending."""
        return {ending: self.output / f"{stem}{_within(parent)}_{ending}" for ending in VELOCITIES}

    def product_name(self, stem: str, parent: Parent | None) -> str:
        """What the names of all products begin with."""
        return f"{stem}_{self.method}{_within(parent)}{'' if self.result is None else '-applied'}"

    def record(self) -> dict[str, Any]:
        """All settings as JSON can hold them, the method's own under their names."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("command", "method_settings")}
        method = METHODS[self.method].create(**self.method_settings)
        values |= {f.name: getattr(method, f.name) for f in fields(method)}  # type: ignore[arg-type]
        return {name: _plain(value) for name, value in values.items()}


def _within(parent: Parent | None) -> str:
    """What tells the products of a class that is clustered again."""
    return "" if parent is None else f"-{parent.name}"


def _same(value: Any) -> Any:
    return value


def _path(value: str | None) -> Path | None:
    return None if value is None else Path(value)


def _windows(values: list[str]) -> tuple[Window, ...]:
    return tuple(Window.parse(value) for value in values)


# Field -> how the value that JSON holds becomes the field's own.
_READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("cube", "output", "region", "within", "mask", "velocity_map", "result", "start_map"), _path),
    **dict.fromkeys(("window", "exclude"), _windows),
    **dict.fromkeys(("crop", "export"), tuple),
    "redshift": lambda value: value if value in (None, "auto") else Path(value),
    "normalize_band": lambda value: None if value is None else Window.parse(value),
}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return f"array {value.shape}"
    return str(value) if isinstance(value, Path | Window) else value
