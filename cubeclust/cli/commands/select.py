"""`cubeclust select`."""

import json
from typing import Any

import click

from cubeclust.cli.commands.run import OPTIONS, run_settings
from cubeclust.cli.method_command import MethodCommand, method_options
from cubeclust.cli.options import options_of
from cubeclust.cli.progress_bars import for_stderr
from cubeclust.cli.terminal import Terminal
from cubeclust.pipelines.select.settings import ScanSettings

# Setting of a method -> the setting of the scan in its place.
_SEVERAL = {"n_clusters": "n_clusters", "model": "models"}
_OWN = {str(option.name): option for option in options_of(ScanSettings)}


class SelectCommand(MethodCommand):
    """The options of `run`, with several numbers of clusters and models in place of one."""

    @staticmethod
    def of_method(method: str) -> list[click.Parameter]:
        """Options of a method."""
        return [_OWN[_SEVERAL[option.name]] if option.name in _SEVERAL else option for option in method_options(method)]


def select(values: dict[str, Any], terminal: Terminal) -> None:
    """Fit CUBE with several numbers of clusters and models, choose the best and write its map.

    Spectra are preprocessed once. Every fit is appended to <cube>_<method>_select.jsonl as it ends; given again, the
    command does only what is missing there, be it more clusters, models or seeds, or what another setting, cube or
    version has changed. The table is <cube>_<method>_select.csv, with AIC, BIC and ICL (the larger the better), the
    stability, and the silhouette, which rewards collapse and therefore chooses nothing; the figure is _select.png. The
    chosen fit leaves the products of `cubeclust run`, and the path of its class map is printed on stdout.
    """
    settings = _settings(values)
    if terminal.dry_run:
        _forecast(settings, terminal)
        return
    with for_stderr(terminal.quiet) as progress:
        from cubeclust.pipelines.select.pipeline import select as scan

        scanned = scan(settings, progress)
        if terminal.verbose:
            for line in scanned.run.record.steps:
                progress.say(line)
    if not terminal.quiet:
        from cubeclust.cli.class_report import print_closing
        from cubeclust.cli.scan_table import print_scan

        print_closing(scanned.run)
        print_scan(scanned)
    click.echo(json.dumps(scanned.run.record.as_json()) if terminal.json else scanned.run.files["classmap.fits"])


def _forecast(settings: ScanSettings, terminal: Terminal) -> None:
    """Print the forecast of the scan."""
    from cubeclust.cli.forecast_table import scan_forecast_lines
    from cubeclust.pipelines.select.forecast import forecast_scan

    with for_stderr(terminal.quiet) as progress:
        found = forecast_scan(settings, progress)
    click.echo(json.dumps(found.as_json()) if terminal.json else "\n".join(scan_forecast_lines(found)))


def _settings(values: dict[str, Any]) -> ScanSettings:
    """ScanSettings of the parsed options."""
    own = {name: values[name] for name in _OWN if name in values}
    rest = {name: value for name, value in values.items() if name not in own}
    return ScanSettings(run=run_settings(rest), **own)


command: SelectCommand = SelectCommand(
    select,
    [*OPTIONS, *(option for name, option in _OWN.items() if name not in _SEVERAL.values())],
    terminal=("config", "dry_run", "json", "quiet", "verbose"),
    examples=(
        "cubeclust select CUBE.fits -m fisher-em -k 2:20 -o results",
        "cubeclust select CUBE.fits -m kmeans -k 4,8,16 --criterion stability --seeds 5",
    ),
)
