"""Everything that a user can ask of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.cubes.layouts import VarianceKind
from cubeclust.methods import METHODS
from cubeclust.pipelines.parts import Compute, part
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.pipelines.run.parts import AreaSettings, FitSettings, Output, SpectraSettings
from cubeclust.pipelines.sources import Cube, CubeSource, VelocityMapSource, require_velocity_map
from cubeclust.settings import Bytes, Crop, Panel, as_in, check, from_json, option_fields, setting
from cubeclust.spectroscopy.windows import Window


@dataclass(frozen=True)
class RunSettings:
    """Settings of `cubeclust run`, under the names of its options, whose help states what a default of None means.

    redshift is a map of `cubeclust redshift`, or auto to measure one; velocity_map is one of others. With either, all
    windows and bands are rest wavelengths. crop is (left, right, bottom, top) in spaxels; memory is in bytes.
    method_settings holds the method's own settings by field name. result is the result file of a run whose fitted model
    labels the spectra in place of a fit; resample allows it to bring them onto the model's wavelengths.
    """

    cube: Cube
    method: str = as_in(FitSettings, "method")
    method_settings: dict[str, Any] = field(default_factory=dict)
    output: Path = as_in(Output, "output")
    crop: Crop = as_in(AreaSettings, "crop")
    region: Path | None = as_in(AreaSettings, "region")
    within: Path | None = as_in(AreaSettings, "within")
    class_number: int | None = as_in(AreaSettings, "class_number")
    window: tuple[Window, ...] = as_in(SpectraSettings, "window")
    exclude: tuple[Window, ...] = as_in(SpectraSettings, "exclude")
    mask: Path | None = as_in(AreaSettings, "mask")
    redshift: Path | Literal["auto"] | None = setting(
        None,
        "Velocities by which the spectra are shifted to rest: a map of `cubeclust redshift`, or auto to measure one "
        "first and keep it. All wavelengths given are then rest wavelengths.",
        panel=Panel.REST_FRAME,
        shown="none",
    )
    velocity_map: Path | None = setting(
        None,
        "The same by a FITS image of another tool: velocities v = c z on the frame of the cube.",
        panel=Panel.REST_FRAME,
    )
    velocity_unit: str | None = as_in(VelocityMapSource, "unit")
    velocity_hdu: str | None = as_in(VelocityMapSource, "hdu")
    velocity_zero: float | None = as_in(VelocityMapSource, "zero")
    min_snr: float | None = as_in(SpectraSettings, "min_snr")
    max_nan: float = as_in(SpectraSettings, "max_nan")
    normalize_band: Window | Literal["auto"] | None = as_in(SpectraSettings, "normalize_band")
    spikes: float = as_in(SpectraSettings, "spikes")
    outliers: str = as_in(SpectraSettings, "outliers")
    scale: str | None = as_in(SpectraSettings, "scale")
    pca: int | None = as_in(FitSettings, "pca")
    sample: int | None = as_in(FitSettings, "sample")
    sample_by: str = as_in(FitSettings, "sample_by")
    start_map: Path | None = as_in(FitSettings, "start_map")
    hdu: str | None = as_in(CubeSource, "hdu")
    variance_hdu: str | None = as_in(CubeSource, "variance_hdu")
    variance_kind: VarianceKind | None = as_in(CubeSource, "variance_kind")
    mask_hdu: str | None = as_in(CubeSource, "mask_hdu")
    wavelength_unit: str | None = as_in(CubeSource, "wavelength_unit")
    seed: int = as_in(FitSettings, "seed")
    device: str = as_in(Compute, "device")
    memory: Bytes | None = as_in(Compute, "memory")
    overwrite: bool = as_in(Output, "overwrite")
    export: tuple[str, ...] = as_in(Output, "export")
    result: Path | None = None
    resample: bool = setting(
        False,
        "Bring spectra on other wavelengths onto those of the model, with their flux kept.",
        panel=Panel.WAVELENGTHS,
    )
    command: str = ""

    def __post_init__(self) -> None:
        check(self)
        if (self.within is None) != (self.class_number is None):
            raise InputError("--within CLASSMAP and --class N together name a class; give both or neither.")
        if self.sample is None and self.sample_by != "random":
            raise InputError(f"--sample-by {self.sample_by} has no effect without a sample; give its size by --sample.")
        if self.redshift is not None and self.velocity_map is not None:
            raise InputError("--redshift and --velocity-map both shift the spectra to rest; give one of them.")
        require_velocity_map(self.velocity_map, self.velocity_unit, self.velocity_hdu, self.velocity_zero)

    @cached_property
    def cube_source(self) -> CubeSource:
        """The cube and its HDUs."""
        return part(CubeSource, self)

    @cached_property
    def velocity_source(self) -> VelocityMapSource | None:
        """The image of --velocity-map, None without."""
        if self.velocity_map is None:
            return None
        return VelocityMapSource(self.velocity_map, self.velocity_unit, self.velocity_hdu, self.velocity_zero)

    @cached_property
    def area(self) -> AreaSettings:
        """Which spaxels are clustered."""
        return part(AreaSettings, self)

    @cached_property
    def spectra(self) -> SpectraSettings:
        """How the spectra are prepared."""
        return part(SpectraSettings, self)

    @cached_property
    def fit(self) -> FitSettings:
        """Which method is fitted, and how."""
        return part(FitSettings, self)

    @cached_property
    def compute(self) -> Compute:
        """Device and memory."""
        return part(Compute, self)

    @cached_property
    def measurement(self) -> RedshiftSettings:
        """Settings of the measurement of --redshift auto, on the whole frame."""
        return RedshiftSettings(**vars(self.cube_source), **vars(self.compute), mask=self.mask, command=self.command)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "RunSettings":
        """Settings as `record` wrote them with scale and band resolved; what only Python can set stays out."""
        own = {f.name for f in option_fields(METHODS[values["method"]].load())}
        known = {f.name: from_json(f.type, values[f.name]) for f in fields(cls) if f.name in values}
        return cls(**known, method_settings={name: values[name] for name in own})

    def record(self) -> dict[str, Any]:
        """All settings as JSON can hold them, the method's own under their names."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("command", "method_settings")}
        method = METHODS[self.method].create(**self.method_settings)
        values |= {f.name: getattr(method, f.name) for f in fields(method)}  # type: ignore[arg-type]
        return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return f"array {value.shape}"
    return str(value) if isinstance(value, Path | Window) else value
