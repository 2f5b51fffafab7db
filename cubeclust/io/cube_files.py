"""What a cube file holds, from its headers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits

from cubeclust.errors import InputError
from cubeclust.io import axes, fits_files, layouts


@dataclass(frozen=True)
class CubeFile:
    """What the headers of a cube say; no sample has been read.

    hdus names the HDU of each role ("flux", "variance", "quality", "mask") that the file has.
    shape is (n_wave, NY, NX); wavelength (n_wave,) in Angstrom; notes say what was chosen or assumed.
    """

    path: Path
    layout: str
    hdus: dict[str, str]
    variance_kind: layouts.VarianceKind | None
    shape: tuple[int, int, int]
    axis: axes.SpectralAxis
    unit: str
    target: str
    header: fits.Header
    notes: tuple[str, ...]

    @property
    def wavelength(self) -> np.ndarray:
        """Wavelength of each channel, (n_wave,) Angstrom."""
        return self.axis.wavelength

    @property
    def frame(self) -> tuple[int, int]:
        """(NY, NX) of the image."""
        return self.shape[1:]

    @property
    def stem(self) -> str:
        """File name without its extensions."""
        return fits_files.stem(self.path)


def open_cube(
    path: Path,
    *,
    variance_hdu: str | None = None,
    variance_kind: layouts.VarianceKind | None = None,
    wavelength_unit: str | None = None,
) -> CubeFile:
    """Read the headers of a cube and find the role of each HDU.

    variance_hdu names the HDU with the uncertainty ("none": leave it out) and variance_kind what it holds,
    where the layout's own choice is wrong.

    Raises:
        InputError: no FITS cube, no wavelength axis, an HDU of another shape or name.
    """
    with fits_files.open_hdus(path) as hdus, fits_files.damage_reported(path):
        shapes = {name: hdu.shape for name, hdu in fits_files.image_hdus(hdus, 3).items()}
        masks = {name: hdu.shape for name, hdu in fits_files.image_hdus(hdus, 2).items()}
        layout = layouts.match(list(shapes))
        if layout is None:
            raise InputError(_no_cube(path, hdus, list(shapes)))
        roles = _roles(path, layout, list(shapes), list(masks), variance_hdu)
        _check_shapes(path, roles, shapes, masks)
        primary = fits_files.standard_cards(hdus[0].header)
        header = fits_files.standard_cards(fits_files.image_hdus(hdus, 3)[roles["flux"]].header)
    shape = shapes[roles["flux"]]
    try:
        axis = axes.spectral_axis(header, shape[0], wavelength_unit)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    kind = variance_kind or layouts.UNCERTAINTIES.get(roles.get("variance", ""), "variance")
    return CubeFile(
        path=path,
        layout=layout.name,
        hdus=roles,
        variance_kind=kind if "variance" in roles else None,
        shape=shape,
        axis=axis,
        unit=str(header.get("BUNIT", primary.get("BUNIT", ""))).strip(),
        target=str(primary.get("OBJECT", header.get("OBJECT", ""))).strip(),
        header=header,
        notes=(*axis.notes, *_notes(roles, kind, [*shapes, *masks])),
    )


def _no_cube(path: Path, hdus: fits.HDUList, cubes: list[str]) -> str:
    """Why no image of the file can be the flux."""
    if cubes:
        return f"{path}: holds only uncertainties and flags ({', '.join(cubes)}); give a cube with a flux image."
    found = [" x ".join(map(str, hdu.shape[::-1])) for hdu in hdus if hdu.is_image and hdu.shape]
    shapes = f" (found {', '.join(found)})" if found else ""
    return f"{path}: holds no 3-D image{shapes}; give a cube with two sky axes and one wavelength axis."


def _roles(
    path: Path, layout: layouts.Layout, cubes: list[str], images: list[str], variance_hdu: str | None
) -> dict[str, str]:
    """Name of the HDU of each role that the file has."""
    roles = {"flux": layout.flux}
    if variance_hdu is None:
        variance = layout.variance
    elif variance_hdu.lower() == "none":
        variance = ""
    else:
        variance = variance_hdu.upper()
        offered = [name for name in cubes if name not in (layout.flux, layout.quality)]
        if variance not in offered:
            raise InputError(
                f"{path}: {variance_hdu!r} is no 3-D image beside flux and flags; --variance-hdu takes one of "
                f"{', '.join([*offered, 'none'])}."
            )
    optional = {
        "variance": variance,
        "quality": layout.quality if layout.quality in cubes else "",
        "mask": layout.mask if layout.mask in images else "",
    }
    return roles | {role: name for role, name in optional.items() if name}


def _check_shapes(path: Path, roles: dict[str, str], cubes: dict[str, tuple], masks: dict[str, tuple]) -> None:
    """Raise InputError unless every HDU fits the flux."""
    flux = cubes[roles["flux"]]
    for role, name in roles.items():
        shape, expected = (masks[name], flux[1:]) if role == "mask" else (cubes[name], flux)
        if shape != expected:
            cure = "leave it out by --variance-hdu none" if role == "variance" else "remove that HDU"
            raise InputError(f"{path}: {name} has shape {shape} but {expected} is needed; correct the file or {cure}.")


def _notes(roles: dict[str, str], kind: str, images: list[str]) -> list[str]:
    """Sentences on what was taken for what."""
    taken = f"flux from {roles['flux']}"
    if "variance" in roles:
        taken += f", {kind} from {roles['variance']}"
    if "quality" in roles:
        taken += f", samples flagged where {roles['quality']} is not 0"
    if "mask" in roles:
        taken += f", spaxels masked where {roles['mask']} is not 0"
    unused = [name for name in images if name not in roles.values()]
    notes = [taken + (f"; not used: {', '.join(unused)}" if unused else "")]
    if "variance" not in roles:
        notes.append("no variance: signal to noise is unknown")
    return notes
