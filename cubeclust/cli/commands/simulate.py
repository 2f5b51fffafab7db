"""`cubeclust simulate`."""

from inspect import cleandoc
from pathlib import Path
from typing import Any

import click

from cubeclust.cli.progress_bars import for_stderr
from cubeclust.cli.terminal import command_line
from cubeclust.simulation import SKIES

_SKIES = "\n".join(f"  {name:8}  {recipe.summary}" for name, recipe in SKIES.items())


def simulate(quiet: bool, **values: Any) -> None:
    """Make a cube with a known answer, as MUSE would write it, and in a file of its own the truth.

    Noise that neighbors share, residuals of the night sky, poor borders and NaN are part of it, but for blobs. The same
    options give the same bytes. The cube's path is printed on stdout; --size 320 takes 3 GB on the disk, a minute or
    two on one core and 0.2 GB of memory (hudf: 1.2 GB).
    """
    with for_stderr(quiet) as progress:
        from cubeclust.pipelines.simulate import SimulationSettings
        from cubeclust.pipelines.simulate import simulate as write_sky

        path = write_sky(SimulationSettings(**values, command=command_line()), progress)
    click.echo(path)


simulate_command = click.Command(
    "simulate",
    params=[
        click.Argument(["sky"], metavar="|".join(SKIES)),
        click.Option(["-o", "--output"], type=click.Path(path_type=Path), default=Path("sky.fits"), show_default=True,
                     help="File of the cube."),
        click.Option(["--truth"], type=click.Path(path_type=Path),
                     help="File of the truth: classes, velocities, dispersions.  [default: <output>_truth.fits]"),
        click.Option(["--size"], type=int, default=100, show_default=True,
                     help="Spaxels of a side, 20 to 320; the whole sky is on any."),
        click.Option(["--seed"], type=click.IntRange(0, 2**32 - 1), default=0, show_default=True,
                     help="Seed of clouds, knots and noise."),
        click.Option(["--snr"], type=float, default=20.0, show_default=True,
                     help="Median signal to noise per channel of the continuum, over all spaxels with data (hudf: "
                          "those of galaxies) and 6000:6800 Angstrom."),
        click.Option(["--channels"], type=int, default=3681, show_default=True,
                     help="Channels of 1.25 Angstrom, 100 to 3681. Fewer are a window with H-alpha in its middle, but "
                          "at most 250 Angstrom from its red end: 1600 reach from H-beta past [SII]."),
        click.Option(["--z"], type=float, help="Redshift of the source, 0 to 0.3.  [default: the sky's own]"),
        click.Option(["--medium"], type=click.Choice(["air", "vacuum"]), default="air", show_default=True,
                     help="What the wavelengths count: the same numbers, and the lines where they are in that medium."),
        click.Option(["--overwrite/--no-overwrite"], default=False, help="Replace files that exist."),
        click.Option(["-q", "--quiet"], is_flag=True, help="Print nothing on stderr but errors."),
    ],
    callback=simulate,
    help=f"{cleandoc(str(simulate.__doc__))}\n\n\b\n{_SKIES}",
)  # fmt: skip
