"""Commands: declared settings in, the command's function called, help in panels."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from inspect import cleandoc
from textwrap import wrap
from typing import Any

import click

from cubeclust.cli.options import Row, option_of
from cubeclust.cli.terminal import Terminal
from cubeclust.settings import Panel

_NAMES = 28  # letters of an option's name beside which its meaning begins in the same line


class Command(click.Command):
    """A command that hands a function its settings by field name and how it uses the terminal.

    act         named as the command; its docstring is the help
    terminal    fields of Terminal that the command has
    examples    command lines that end the help
    products    content of each file that it writes, by the ending of the file's name
    """

    def __init__(
        self,
        act: Callable[[dict[str, Any], Terminal], None],
        options: Iterable[click.Parameter],
        terminal: Iterable[str],
        examples: Iterable[str] = (),
        products: Mapping[str, str] | None = None,
    ) -> None:
        self.act: Callable[[dict[str, Any], Terminal], None] = act
        self.products: Mapping[str, str] = products or {}
        super().__init__(
            act.__name__,
            params=[*options, *(option_of(field) for field in fields(Terminal) if field.name in terminal)],
            callback=self._call,
            help=cleandoc(act.__doc__ or ""),
            epilog="\n".join(["\b", "Examples:", *(f"  {example}" for example in examples)]) if examples else None,
        )

    def _call(self, **values: Any) -> None:
        own = {field.name: values.pop(field.name) for field in fields(Terminal) if field.name in values}
        self.act(values, Terminal(**own))

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write nothing: arguments stand in the panel of their settings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a list for each panel, options with a letter first, then the products, all meanings in one column."""
        rows = sorted((_row(param, ctx) for param in self.get_params(ctx)), key=lambda row: row.name.startswith("--"))
        width = max(len(row.name) for row in rows if len(row.name) <= _NAMES)
        for panel in Panel:
            lines = [(row.name, row.meaning) for row in rows if row.panel is panel]
            if lines:
                with formatter.section(self.heading(panel)):
                    write_list(formatter, lines, width)
        if self.products:
            with formatter.section("Products"):
                write_list(formatter, self.products.items(), width)

    def heading(self, panel: Panel) -> str:
        """Heading of a panel."""
        return panel


def write_list(formatter: click.HelpFormatter, lines: Iterable[tuple[str, str]], width: int) -> None:
    """Write names and meanings, the latter from one column on; no name is broken at its dashes."""
    margin = " " * formatter.current_indent
    for name, meaning in lines:
        wrapped = wrap(meaning, formatter.width - len(margin) - width - 2, break_on_hyphens=False)
        first = [f"{name:{width}}  {wrapped.pop(0)}" if len(name) <= width and wrapped else name]
        for line in [*first, *(f"{'':{width}}  {more}" for more in wrapped)]:
            formatter.write(f"{margin}{line}\n")


def _row(param: click.Parameter, ctx: click.Context) -> Row:
    """Line of the help; click's own --help stands with what concerns the terminal."""
    row = getattr(param, "row", None)
    return row or Row(Panel.TERMINAL, *(param.get_help_record(ctx) or ("", "")))
