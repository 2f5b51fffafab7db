"""Options that several commands share."""

from pathlib import Path

import click

from cubeclust.cli.types import CropType, MemoryType, RedshiftType
from cubeclust.io.cubes.layouts import VARIANCE_KINDS
from cubeclust.io.exports import EXPORTS

# What the HDUs of the cube are.
HDUS: list[click.Parameter] = [
    click.Option(["--hdu"], help="HDU with the flux, where it has another name."),
    click.Option(["--variance-hdu"], help='HDU with the uncertainty, where it has another name; "none" to ignore it.'),
    click.Option(["--variance-kind"], type=click.Choice(VARIANCE_KINDS),
                 help="What that HDU holds, where its name lies."),
    click.Option(["--mask-hdu"],
                 help='HDU with the mask (2-D) or the flags (3-D), 0 = good; "none" to ignore both.'),
    click.Option(["--wavelength-unit"], help="Unit of the wavelength axis, where the header has none or a wrong one."),
]  # fmt: skip

# What an image of velocities of another tool is.
VELOCITY_MAP: list[click.Parameter] = [
    click.Option(["--velocity-unit"], type=click.Choice(["km/s", "m/s", "z"]),
                 help="Unit of that image, where its BUNIT is missing or wrong."),
    click.Option(["--velocity-hdu"], help="HDU of that image, where the file has several."),
    click.Option(["--velocity-zero"], type=float,
                 help="Systemic velocity c z, km/s, that the image is relative to, where the file does not tell it."),
]  # fmt: skip

# Which of its spaxels enter.
AREA: list[click.Parameter] = [
    click.Option(["--crop"], type=CropType(), default="0", show_default=True, help="Spaxels to cut off the borders."),
    click.Option(["--region"], type=click.Path(path_type=Path), help="DS9 region file: cluster only what lies inside."),
    click.Option(["--mask"], type=click.Path(path_type=Path), help="FITS image of the frame, 0 = good."),
    click.Option(["--redshift"], type=RedshiftType(), default="none", show_default=True,
                 help="Velocities that spectra are shifted to rest by: a map of `cubeclust redshift`, or auto to "
                      "measure one first and keep it; every wavelength asked for is then one at rest."),
    click.Option(["--velocity-map"], type=click.Path(path_type=Path),
                 help="The same by a FITS image of another tool: velocities v = c z on the frame."),
    *VELOCITY_MAP,
]  # fmt: skip

# Where it is computed and what comes of it.
COURSE: list[click.Parameter] = [
    click.Option(["--device"], type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True,
                 help="Where to compute; auto takes a GPU if there is one."),
    click.Option(["--memory"], type=MemoryType(), help="Memory budget, such as 4GB.  [default: what is free]"),
    click.Option(["--export"], type=click.Choice(list(EXPORTS)), multiple=True,
                 help="Write the map for another tool, too; repeatable."),
    click.Option(["--overwrite/--no-overwrite"], default=False, help="Replace products that exist."),
    click.Option(["--dry-run"], is_flag=True,
                 help="Write nothing; print what would be done, what would enter, and the memory and time it takes."),
    click.Option(["--json", "as_json"], is_flag=True, help="Print the run record instead of the class map's path."),
    click.Option(["-q", "--quiet"], is_flag=True, help="Print nothing on stderr but errors."),
    click.Option(["-v", "--verbose"], is_flag=True, help="Print every preprocessing step, too."),
]  # fmt: skip
OUTPUT = click.Option(
    ["-o", "--output"],
    type=click.Path(path_type=Path),
    default=Path("."),
    show_default=True,
    help="Directory of the products.",
)
CUBE = click.Argument(["cube"], type=click.Path(path_type=Path))
