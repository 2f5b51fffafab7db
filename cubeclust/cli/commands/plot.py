"""`cubeclust plot`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import click

from cubeclust.cli.command import Command
from cubeclust.cli.options import options_of
from cubeclust.cli.terminal import Terminal
from cubeclust.errors import InputError
from cubeclust.pipelines.common_settings import common
from cubeclust.pipelines.products import CLASS_FIGURES
from cubeclust.settings import Declaration, Panel, setting


@dataclass(frozen=True)
class PlotOptions:
    """Options of `cubeclust plot`."""

    classmap: Annotated[Path, Declaration("Class map of a run.", panel=Panel.INPUT, argument=True)]
    image: Path | None = setting(None, "FITS image to lay under the classes.", panel=Panel.INPUT)
    image_hdu: str | None = setting(None, "HDU of that image.", panel=Panel.INPUT, shown="the first 2-D image")
    contours: bool = setting(
        False, "Draw the boundaries of the classes only, as <map>_contours.png.", panel=Panel.OUTPUT
    )
    output: Path | None = setting(
        None, "Directory of the figures.", panel=Panel.OUTPUT, short="-o", metavar="DIR", shown="that of the map"
    )
    overwrite: bool = common("overwrite")


def plot(values: dict[str, Any], terminal: Terminal) -> None:
    """Draw the figures of CLASSMAP again, from that file alone or over another image.

    The figures are <map>_overlay.png and so on, with the endings listed below. With --image it is
    <map>_overlay_<image>.png alone: the image is interpolated onto the map, whose spaxels are cut up to 8 times finer
    to keep its detail. The path of the overlay is printed on stdout.
    """
    options = PlotOptions(**values)
    if options.image_hdu and not options.image:
        raise InputError("--image-hdu names an HDU of --image; give the image, too.")
    from cubeclust.pipelines.plot import redraw

    click.echo(redraw(values.pop("classmap"), **values))


command: Command = Command(
    plot,
    options_of(PlotOptions),
    terminal=(),
    examples=("cubeclust plot results/CUBE_mmd-ovo_classmap.fits --image HST.fits",),
    products={ending: f"{figure.content}." for ending, figure in CLASS_FIGURES.items()},
)
