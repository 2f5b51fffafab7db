"""A command whose options depend on the method."""

from collections.abc import Callable
from copy import copy
from typing import Any, Self

import click
from click.core import ParameterSource

from cubeclust.cli import config
from cubeclust.cli.command import Command
from cubeclust.cli.options import option_of
from cubeclust.methods import DEFAULT_METHOD, METHODS
from cubeclust.settings import Panel, option_fields, option_name

ARGUMENTS = "cubeclust.arguments"  # key of a context's meta: the arguments of the command, as they were typed


def method_options(method: str) -> list[click.Parameter]:
    """Options of the settings of a method; the number of clusters, which all have, stands beside --method."""
    first = {"n_clusters": {"short": "-k", "panel": Panel.METHOD}}
    return [option_of(field, **first.get(field.name, {})) for field in option_fields(METHODS[method].load())]


class MethodCommand(Command):
    """A command to whose options, among them --method and --config, those of the method are added.

    of_method   options of a method by its name
    """

    method = DEFAULT_METHOD
    of_method: Callable[[str], list[click.Parameter]] = staticmethod(method_options)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Find the method and the configuration in the arguments, then parse them with the method's options."""
        loose = {"ignore_unknown_options": True, "allow_extra_args": True}
        peek = click.Command("peek", loose, params=self.params, add_help_option=False)
        seen = peek.make_context(info_name, list(args), resilient_parsing=True)
        path, method = seen.params["config"], seen.params["method"]
        table = config.load(path) if path else {}
        if seen.get_parameter_source("method") is not ParameterSource.COMMANDLINE:
            method = table.get("method", method)
        command = self.with_method(method if method in list(METHODS) else DEFAULT_METHOD)
        if path:
            extra["default_map"] = config.defaults(path, table, command, _methods_by_option())
        return super(MethodCommand, command).make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments and keep them in the context's meta."""
        ctx.meta[ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)

    def with_method(self, method: str) -> Self:
        """The same command with the options of a method."""
        command = copy(self)
        command.method, command.params = method, [*self.of_method(method), *self.params]
        return command

    def heading(self, panel: Panel) -> str:
        """Heading of a panel, with the name of the method."""
        return f"Settings of {self.method}" if panel is Panel.SETTINGS else panel


def _methods_by_option() -> dict[str, list[str]]:
    """Names of the methods that have each option."""
    found: dict[str, list[str]] = {}
    for name, method in METHODS.items():
        for field in option_fields(method.load()):
            found.setdefault(option_name(field), []).append(name)
    return found
