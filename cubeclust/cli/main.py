"""The console script `cubeclust`."""

from typing import Any

import click

from cubeclust import __version__
from cubeclust.cli.info import info
from cubeclust.cli.methods import methods
from cubeclust.cli.plot import plot
from cubeclust.cli.run import run
from cubeclust.cli.sample import sample
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
    r"""Cluster the spectra of an integral-field data cube and write class maps.

    \b
    Try it:   cubeclust run "$(cubeclust sample)" --crop 2 --output results
    """


for command in (run, plot, info, methods, sample):
    main.add_command(command)
