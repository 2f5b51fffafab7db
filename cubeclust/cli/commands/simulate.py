"""`cubeclust simulate`."""

from typing import Any

import click

from cubeclust.cli.command import Command
from cubeclust.cli.options import options_of
from cubeclust.cli.progress_bars import for_stderr
from cubeclust.cli.terminal import Terminal, command_line
from cubeclust.pipelines.simulate import SimulationSettings
from cubeclust.pipelines.simulate import simulate as write_sky
from cubeclust.simulation import SKIES


def simulate(values: dict[str, Any], terminal: Terminal) -> None:
    """Make a cube with a known answer, as MUSE would write it, and the truth in a file of its own.

    Noise that neighbors share, residuals of the night sky, poor borders and NaN are part of it, except for blobs. The
    same options give the same bytes. The path of the cube is printed on stdout; --size 320 takes 3 GB on the disk, a
    minute or two on one core and 0.2 GB of memory (hudf: 1.2 GB).
    """
    with for_stderr(terminal.quiet) as progress:
        path = write_sky(SimulationSettings(**values, command=command_line()), progress)
    click.echo(path)


_SKIES = "\n".join(f"  {name:8}  {recipe.summary}" for name, recipe in SKIES.items())
command: Command = Command(
    simulate,
    options_of(SimulationSettings),
    terminal=("quiet",),
    examples=("cubeclust simulate blobs --size 60 --channels 400 -o blobs.fits",),
)
command.help = f"{command.help}\n\n\b\n{_SKIES}"
