"""The course of a run on the terminal: progress, closing table, and what goes to stdout."""

import json
import shlex
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cubeclust.cli.progress_bars import for_stderr

if TYPE_CHECKING:
    from cubeclust.pipelines.run.settings import RunSettings


def carry_out(settings: "Callable[[], RunSettings]", values: dict[str, Any]) -> None:
    """Run what the settings say, or plan it, as the shared options in `values` want it told."""
    if values["dry_run"]:
        _plan_out(settings, values)
        return
    with for_stderr(values["quiet"]) as progress:
        from cubeclust.pipelines.run.pipeline import run

        finished = run(settings(), progress)
        if values["verbose"]:
            for line in finished.record["steps"]:
                progress.say(line)
    if not values["quiet"]:
        from cubeclust.cli.class_report import print_closing

        print_closing(finished)
    click.echo(json.dumps(finished.record) if values["as_json"] else finished.files["classmap.fits"])


def _plan_out(settings: "Callable[[], RunSettings]", values: dict[str, Any]) -> None:
    """Print the forecast of a run; InputError after it where the memory does not suffice."""
    from cubeclust.cli.forecast_table import forecast_lines
    from cubeclust.pipelines.run.forecast import forecast
    from cubeclust.runtime import memory

    with for_stderr(values["quiet"]) as progress:
        found = forecast(settings(), progress)
    for line in [json.dumps(found.as_json())] if values["as_json"] else forecast_lines(found):
        click.echo(line)
    memory.require(found.need, found.budget)


def command_line() -> str:
    """The command as it was typed."""
    return shlex.join(["cubeclust", *sys.argv[1:]])
