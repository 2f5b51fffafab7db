"""The console script `cubeclust`."""

from importlib import import_module
from typing import Any

import click

from cubeclust import __version__
from cubeclust.cli.command import write_list
from cubeclust.errors import InputError

# Commands in the order of the help; each is `command` of the module of its name.
COMMANDS = ("run", "redshift", "select", "apply", "merge", "plot", "info", "methods", "sample", "simulate")
_SENTENCE = 200  # letters that no first sentence reaches


class BadInput(click.ClickException):
    """An InputError on its way to the terminal."""

    exit_code = 2


class Commands(click.Group):
    """The COMMANDS, imported when they are used, which end on bad input with one sentence and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Command of a name; None if there is none."""
        return import_module(f"cubeclust.cli.commands.{name}").command if name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the first sentence of each command in full."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            lines = [(name, command.get_short_help_str(_SENTENCE)) for name, command in commands if command]
            write_list(formatter, lines, max(map(len, COMMANDS)))

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
