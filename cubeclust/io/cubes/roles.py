"""Which HDU of one file plays which role: the layout's, unless the user names another."""

from dataclasses import dataclass
from pathlib import Path

from cubeclust.errors import InputError
from cubeclust.io.cubes.layouts import Contents, Layout


@dataclass(frozen=True)
class Named:
    """HDUs that the user names in place of the layout's, None where the layout decides.

    variance and mask may be "none"; mask names a 2-D image of spaxels or a 3-D image of flags.
    """

    flux: str | None = None
    variance: str | None = None
    mask: str | None = None


def find_roles(path: Path, layout: Layout, contents: Contents, named: Named) -> dict[str, str]:
    """Name of the HDU of each role that the file has: "flux", "variance", "quality", "mask".

    Raises:
        InputError: a named HDU that the file does not have.
    """
    flux = _flux(path, layout, contents, named.flux)
    others = [name for name in contents.cubes if name != flux]
    roles = {"flux": flux, "variance": layout.variance, "quality": layout.quality, "mask": layout.mask}
    if named.variance is not None:
        flags = layout.quality if named.mask is None else named.mask.upper()
        roles["variance"] = _variance(path, [name for name in others if name != flags], named.variance)
    if named.mask is not None:
        roles |= _masks(path, [name for name in others if name != roles["variance"]], contents.images, named.mask)
    offered = {"flux": [flux], "variance": others, "quality": others, "mask": contents.images}
    return {role: name for role, name in roles.items() if name in offered[role]}


def _flux(path: Path, layout: Layout, contents: Contents, named: str | None) -> str:
    name = layout.flux if named is None else _canonical(named)
    if name not in contents.cubes:
        raise InputError(f"{path}: {named!r} is no 3-D image; --hdu takes one of {', '.join(contents.cubes)}.")
    return name


def _variance(path: Path, offered: list[str], named: str) -> str:
    name = _canonical(named)
    if name not in (*offered, "NONE"):
        raise InputError(
            f"{path}: {named!r} is no 3-D image beside flux and flags; --variance-hdu takes one of "
            f"{', '.join([*offered, 'none'])}."
        )
    return name


def _masks(path: Path, flags: list[str], masks: list[str], named: str) -> dict[str, str]:
    """The roles that --mask-hdu changes: both for "none", else the one that has the image's number of axes."""
    name = _canonical(named)
    if name == "NONE":
        return {"quality": "", "mask": ""}
    if name not in (*flags, *masks):
        raise InputError(
            f"{path}: {named!r} is no image beside flux and variance; --mask-hdu takes one of "
            f"{', '.join([*flags, *masks, 'none'])}."
        )
    return {"quality": name} if name in flags else {"mask": name}


def _canonical(name: str) -> str:
    """The name under which cubeclust knows an HDU."""
    return "HDU0" if name.upper() == "PRIMARY" else name.upper()


def check_shapes(path: Path, roles: dict[str, str], shapes: dict[str, tuple[int, ...]]) -> None:
    """Raise InputError unless every HDU fits the flux."""
    flux = shapes[roles["flux"]]
    for role, name in roles.items():
        expected = flux[1:] if role == "mask" else flux
        if shapes[name] != expected:
            option = "--variance-hdu" if role == "variance" else "--mask-hdu"
            raise InputError(
                f"{path}: {name} has shape {shapes[name]} but {expected} is needed; "
                f"correct the file or leave it out by {option} none."
            )


def notes(roles: dict[str, str], kind: str, rejecting: dict[str, int], contents: Contents) -> list[str]:
    """Sentences on what was taken for what, and what was left."""
    bits = " or ".join(f"{name} ({value})" for name, value in rejecting.items())
    words = {
        "flux": "flux from {}",
        "variance": f"{kind} from {{}}",
        "quality": f"samples flagged where {{}} {f'has {bits}' if bits else 'is not 0'}",
        "mask": "spaxels masked where {} is not 0",
    }
    taken = ", ".join(words[role].format(name) for role, name in roles.items() if role in words)
    unused = [name for name in [*contents.cubes, *contents.images] if name not in roles.values()]
    sentences = [taken + (f"; not used: {', '.join(unused)}" if unused else "")]
    if "variance" not in roles:
        sentences.append("no variance: signal to noise is unknown")
    return sentences
