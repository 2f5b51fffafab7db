"""`cubeclust plot`."""

from pathlib import Path
from typing import Any

import click

from cubeclust.errors import InputError


@click.command()
@click.argument("classmap", type=click.Path(path_type=Path))
@click.option("--image", type=click.Path(path_type=Path), help="FITS image to lay under the classes.")
@click.option("--image-hdu", metavar="NAME", help="HDU of that image.  [default: the first 2-D one]")
@click.option("--contours", is_flag=True, help="Draw the boundaries of the classes only, as <map>_contours.png.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Directory of the figures.  [default: the map's]")
@click.option("--overwrite", is_flag=True, help="Replace figures that exist.")
def plot(classmap: Path, **options: Any) -> None:
    """Draw the figures of CLASSMAP again, from that file alone or over another image.

    The figures are <map>_overlay.png and <map>_spectra.png, or with --image <map>_overlay_<image>.png: the image is
    interpolated onto the map, whose spaxels are cut up to 8 times finer to keep its detail. The overlay's path is
    printed on stdout.
    """
    if options["image_hdu"] and not options["image"]:
        raise InputError("--image-hdu names an HDU of --image; give the image, too.")
    from cubeclust.pipelines.plot import redraw

    click.echo(redraw(classmap, **options))
