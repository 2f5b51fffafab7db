"""The commands of cubeclust by their names, as sphinx-click imports them."""

import click

from cubeclust.cli.main import main


def __getattr__(name: str) -> click.Command:
    """Command of this name, with the options of the default method where options depend on the method."""
    if (command := main.get_command(click.Context(main), name)) is None:
        raise AttributeError(name)
    return command.make_context(name, [], resilient_parsing=True).command
