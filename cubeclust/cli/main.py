"""The console script `cubeclust`."""

from typing import Any

import click

from cubeclust import __version__
from cubeclust.cli.commands.apply import apply_command
from cubeclust.cli.commands.info import info_command
from cubeclust.cli.commands.merge import merge_command
from cubeclust.cli.commands.methods import methods
from cubeclust.cli.commands.plot import plot
from cubeclust.cli.commands.redshift import redshift_command
from cubeclust.cli.commands.run import run
from cubeclust.cli.commands.sample import sample
from cubeclust.cli.commands.select import select
from cubeclust.cli.commands.simulate import simulate_command
from cubeclust.errors import InputError


class BadInput(click.ClickException):
    """An InputError on its way to the terminal."""

    exit_code = 2


class Commands(click.Group):
    """Group whose commands end on bad input with one sentence and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            raise BadInput(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="cubeclust")
def main() -> None:
    """Cluster the spectra of an integral-field data cube and write class maps.

    \b
    Try it:   cubeclust run "$(cubeclust sample)" --crop 2 --output results
    """  # noqa: D301 (the backspace keeps click from wrapping the line)


for command in (
    run,
    redshift_command,
    select,
    apply_command,
    merge_command,
    plot,
    info_command,
    methods,
    sample,
    simulate_command,
):
    main.add_command(command)
