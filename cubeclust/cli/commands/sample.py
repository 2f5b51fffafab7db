"""`cubeclust sample`."""

from typing import Any

import click

from cubeclust.cli.command import Command
from cubeclust.cli.terminal import Terminal


def sample(values: dict[str, Any], terminal: Terminal) -> None:
    """Print the path of the real MUSE cube (Abell 478) that mpdaf carries."""
    from cubeclust.io.cubes.sample import sample_cube

    click.echo(sample_cube())


command: Command = Command(
    sample, (), terminal=(), examples=('cubeclust run "$(cubeclust sample)" --crop 2 -o results',)
)
