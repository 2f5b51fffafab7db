"""A run on the terminal: how its progress and its outcome are printed."""

import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cubeclust.cli.progress_bars import for_stderr
from cubeclust.settings import Panel, setting

if TYPE_CHECKING:
    from cubeclust.pipelines.run.record import RunRecord
    from cubeclust.pipelines.run.settings import RunSettings


@dataclass(frozen=True)
class Terminal:
    """What the command line alone can have: no settings of a study, and no keys of a TOML file."""

    config: Path | None = setting(
        None, "TOML file with options by these names; the command line takes precedence.", panel=Panel.INPUT
    )
    dry_run: bool = setting(
        False,
        "Write nothing; print settings, spectra, memory, time and products of the run.",
        panel=Panel.TERMINAL,
    )
    json: bool = setting(False, "Print a record of the outcome as JSON.", panel=Panel.TERMINAL)
    quiet: bool = setting(False, "Print nothing on stderr but errors.", panel=Panel.TERMINAL, short="-q")
    verbose: bool = setting(False, "Also print each preprocessing step.", panel=Panel.TERMINAL, short="-v")


def carry_out(
    settings: "RunSettings", terminal: Terminal, closing: "Callable[[RunRecord], list[str]] | None" = None
) -> None:
    """Run, or forecast with --dry-run, and print the outcome as --quiet, --verbose and --json ask.

    closing gives sentences of the command's own that end what is printed on stderr.
    """
    if terminal.dry_run:
        _forecast(settings, terminal)
        return
    with for_stderr(terminal.quiet) as progress:
        from cubeclust.pipelines.run.pipeline import run

        finished = run(settings, progress)
        if terminal.verbose:
            for line in finished.record.steps:
                progress.say(line)
    if not terminal.quiet:
        from cubeclust.cli.class_report import print_closing

        print_closing(finished, closing(finished.record) if closing else ())
    click.echo(json.dumps(finished.record.as_json()) if terminal.json else finished.files["classmap.fits"])


def _forecast(settings: "RunSettings", terminal: Terminal) -> None:
    """Print the forecast of a run; InputError after it where the memory does not suffice."""
    from cubeclust.cli.forecast_table import forecast_lines
    from cubeclust.pipelines.run.forecast import forecast
    from cubeclust.runtime import memory

    with for_stderr(terminal.quiet) as progress:
        found = forecast(settings, progress)
    click.echo(json.dumps(found.as_json()) if terminal.json else "\n".join(forecast_lines(found)))
    memory.require(found.need, found.budget)


def command_line() -> str:
    """The command as it was typed."""
    return shlex.join(["cubeclust", *sys.argv[1:]])
