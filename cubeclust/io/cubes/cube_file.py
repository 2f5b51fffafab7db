"""What a cube file holds, from its headers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits

from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.celestial import missing_sky_cards
from cubeclust.io.cubes import axes, layouts, roles, wavelength_lists


@dataclass(frozen=True)
class CubeFile:
    """What the headers of a cube say; no sample has been read.

    hdus names the HDU of each role ("flux", "variance", "quality", "mask", "wavelength") that the file has;
    rejecting holds the bits of quality that reject a sample (name -> value), empty where any does.
    shape is (n_wave, NY, NX); wavelength (n_wave,) in Angstrom; notes say what was chosen or assumed.
    """

    path: Path
    layout: str
    hdus: dict[str, str]
    rejecting: dict[str, int]
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

    def rejects(self, flags: np.ndarray) -> np.ndarray:
        """Where flags, samples of the quality HDU, reject the sample of the flux."""
        if not self.rejecting:
            return flags != 0
        known = np.nan_to_num(flags) if flags.dtype.kind == "f" else flags
        return (known.astype(np.int64) & sum(self.rejecting.values())) != 0

    @property
    def stem(self) -> str:
        """File name without its extensions."""
        return fits_files.stem(self.path)


def open_cube(
    path: Path,
    *,
    hdu: str | None = None,
    variance_hdu: str | None = None,
    variance_kind: layouts.VarianceKind | None = None,
    mask_hdu: str | None = None,
    wavelength_unit: str | None = None,
) -> CubeFile:
    """Read the headers of a cube and find the role of each HDU.

    hdu, variance_hdu and mask_hdu name HDUs (upper or lower case) where the layout's own choice is wrong: the
    flux; the uncertainty ("none": leave it out), whose kind is variance_kind; a 2-D mask of
    spaxels or 3-D flags of samples ("none": leave out both).

    Raises:
        InputError: no FITS cube, no wavelength axis, an HDU of another shape or name.
    """
    with fits_files.open_hdus(path) as hdus, fits_files.damage_reported(path):
        primary = fits_files.standard_cards(hdus[0].header)
        cubes, images = (fits_files.image_hdus(hdus, n_axes) for n_axes in (3, 2))
        contents = layouts.Contents(list(cubes), list(images), primary)
        layout = layouts.match(contents) or _named_alone(hdu, path, hdus, contents)
        found = roles.find_roles(path, layout, contents, roles.Named(hdu, variance_hdu, mask_hdu))
        shapes = {name: image.shape for name, image in (images | cubes).items()}
        roles.check_shapes(path, found, shapes)
        header = fits_files.standard_cards(cubes[found["flux"]].header)
        shape = shapes[found["flux"]]
        with _naming(path):
            axis, listed = wavelength_lists.find_axis(hdus, header, layout, shape[0], wavelength_unit)
        kind = None
        if "variance" in found:
            kind = variance_kind or layouts.variance_kind(found["variance"], cubes[found["variance"]].header)
    rejecting = layout.rejecting if found.get("quality") == layout.quality else {}
    notes = [*axis.notes, *roles.notes(found, str(kind), rejecting, contents), *filter(None, [layout.remark])]
    if lost := missing_sky_cards(header):
        notes.append(f"the sky axes lack {', '.join(lost)}, taken as 0: positions on the sky are wrong")
    return CubeFile(
        path=path,
        layout=layout.name,
        hdus=found | ({"wavelength": listed} if listed else {}),
        rejecting=rejecting,
        variance_kind=kind,
        shape=shape,
        axis=axis,
        unit=str(header.get("BUNIT", primary.get("BUNIT", ""))).strip(),
        target=str(primary.get("OBJECT", header.get("OBJECT", ""))).strip(),
        header=header,
        notes=tuple(notes),
    )


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Put the file's name before an error that does not know it."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _named_alone(hdu: str | None, path: Path, hdus: fits.HDUList, contents: layouts.Contents) -> layouts.Layout:
    """Layout of a file in which only the user can name the flux; InputError where no name is given."""
    if hdu is not None and contents.cubes:
        return layouts.Layout(layouts.OTHER, flux=hdu)
    raise InputError(_no_cube(path, hdus, contents.cubes))


def _no_cube(path: Path, hdus: fits.HDUList, cubes: list[str]) -> str:
    """Why no image of the file can be the flux."""
    if cubes:
        found = ", ".join(cubes)
        return (
            f"{path}: holds only uncertainties and flags ({found}); give a cube with a flux image, or name it by --hdu."
        )
    sizes = [" x ".join(map(str, hdu.shape[::-1])) for hdu in hdus if hdu.is_image and hdu.shape]
    shapes = f" (found {', '.join(sizes)})" if sizes else ""
    return f"{path}: holds no 3-D image{shapes}; give a cube with two sky axes and one wavelength axis."
