"""Everything that a user can ask of a run."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from cubeclust.errors import InputError
from cubeclust.io.exports import EXPORTS, export_endings
from cubeclust.io.layouts import VARIANCE_KINDS, VarianceKind
from cubeclust.methods import DEFAULT_METHOD, METHODS
from cubeclust.methods.protocol import Clusterer
from cubeclust.preprocessing.scaling import SCALINGS
from cubeclust.preprocessing.windows import Window

PRODUCTS = ("classmap.fits", "overlay.png", "spectra.png", "result.h5")


@dataclass(frozen=True)
class RunSettings:
    """Settings of `cubeclust run`, under the names of its options.

    crop is (left, right, bottom, top) in spaxels; normalize_band "auto" takes 7600:8100 Angstrom where the
    cube covers it; scale None takes the method's own; memory None takes what is free, in bytes.
    method_settings holds the method's options by field name; export names formats of EXPORTS.
    """

    cube: Path
    method: str = DEFAULT_METHOD
    method_settings: dict[str, Any] = field(default_factory=dict)
    output: Path = Path(".")
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)
    window: tuple[Window, ...] = ()
    exclude: tuple[Window, ...] = ()
    mask: Path | None = None
    min_snr: float | None = None
    max_nan: float = 0.1
    normalize_band: Window | Literal["auto"] | None = "auto"
    scale: str | None = None
    variance_hdu: str | None = None
    variance_kind: VarianceKind | None = None
    wavelength_unit: str | None = None
    seed: int = 0
    device: str = "auto"
    memory: int | None = None
    overwrite: bool = False
    export: tuple[str, ...] = ()
    command: str = ""

    def __post_init__(self) -> None:
        allowed = {
            "normalize_band": self.normalize_band in ("auto", None) or isinstance(self.normalize_band, Window),
            "scale": self.scale is None or self.scale in SCALINGS,
            "variance_kind": self.variance_kind is None or self.variance_kind in VARIANCE_KINDS,
            "device": self.device in ("auto", "cpu", "cuda"),
            "crop": len(self.crop) == 4 and all(isinstance(n, int) and n >= 0 for n in self.crop),
            "max_nan": 0 <= self.max_nan <= 1,
            "memory": self.memory is None or isinstance(self.memory, int),
            "export": isinstance(self.export, tuple) and set(self.export) <= set(EXPORTS),
        }
        for name, fits in allowed.items():
            if not fits:
                option = "--" + name.replace("_", "-")
                raise InputError(
                    f"{option} cannot be {getattr(self, name)!r}; `cubeclust run --help` says what it takes."
                )

    def clusterer(self) -> Clusterer:
        """Record of the method; InputError for an unknown name or a setting out of bounds."""
        if self.method not in METHODS:
            raise InputError(f"no method is called {self.method!r}; choose one of {', '.join(METHODS)}.")
        return METHODS[self.method].create(**self.method_settings)

    def products(self, stem: str) -> dict[str, Path]:
        """Path of each product by its ending."""
        endings = (*PRODUCTS, *export_endings(self.export))
        return {ending: self.output / f"{stem}_{self.method}_{ending}" for ending in endings}

    def record(self) -> dict[str, Any]:
        """All settings as JSON can hold them, the method's own under their names."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("command", "method_settings")}
        clusterer = self.clusterer()
        values |= {f.name: getattr(clusterer, f.name) for f in fields(clusterer)}  # type: ignore[arg-type]
        return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path | Window) else value
