"""`cubeclust select`."""

import json
from typing import Any, ClassVar

import click

from cubeclust.cli.commands.run import RunCommand, method_options, run_settings
from cubeclust.cli.progress_bars import for_stderr
from cubeclust.cli.types import NumbersType, WordsType

_OWN: list[click.Parameter] = [
    click.Option(["--criterion"], type=click.Choice(["icl", "bic", "aic", "stability"]),
                 help="What chooses. icl penalizes parameters and uncertain labels; bic parameters only, and takes "
                      "more classes; aic penalizes least. stability is how far the maps of several seeds agree: it "
                      "needs no likelihood, but few classes are found again the most easily.  "
                      "[default: icl for mixtures, else stability]"),
    click.Option(["--seeds"], type=click.IntRange(1), default=2, show_default=True,
                 help="Fits of each entry, from --seed, --seed + 1000 and so on; the likeliest, or that with the "
                      "best objective, counts; two or more give the stability."),
    click.Option(["--jobs"], type=click.IntRange(1),
                 help="Fits at a time, each on one thread; the result does not depend on it.  "
                      "[default: one for each core, as far as the memory allows]"),
]  # fmt: skip


class SelectCommand(RunCommand):
    """The options of `run`, with several numbers of clusters and models in place of one."""

    general: ClassVar[list[click.Parameter]] = [
        *RunCommand.general,
        *_OWN,
    ]

    def of_method(self, name: str) -> list[click.Option]:
        """Options of a method."""
        return [_SEVERAL.get(str(option.name), lambda same, _: same)(option, name) for option in method_options(name)]


def _numbers(option: click.Option, method: str) -> click.Option:
    return click.Option(option.opts, type=NumbersType(), required=True, help=f"[{method}] Numbers of clusters to try.")


def _models(option: click.Option, method: str) -> click.Option:
    names = f"[{method}] Models to try; `cubeclust run --method {method} --help` says what they are."
    return click.Option(option.opts, type=WordsType(all=()), default="all", show_default=True, help=names)


_SEVERAL = {"n_clusters": _numbers, "model": _models}  # option of a method -> what the scan makes of it


@click.command(cls=SelectCommand)
def select(**values: Any) -> None:
    """Fit CUBE with several numbers of clusters and models, choose the best and write its map.

    Spectra are preprocessed once. Every fit is appended to <cube>_<method>_select.jsonl as it ends; given again, the
    command does only what is missing there, be it more clusters, models or seeds, or what another setting, cube or
    version has changed. The table is <cube>_<method>_select.csv, with AIC, BIC and ICL (the larger the better), the
    stability, and the silhouette, which rewards collapse and chooses nothing therefore; the figure is _select.png. The
    chosen fit leaves the products of `cubeclust run`, and its class map's path is printed on stdout.
    """
    if values["dry_run"]:
        _plan_out(values)
        return
    with for_stderr(values["quiet"]) as progress:
        from cubeclust.pipelines.select.pipeline import select as scan

        scanned = scan(_settings(values), progress)
        if values["verbose"]:
            for line in scanned.run.record["steps"]:
                progress.say(line)
    if not values["quiet"]:
        from cubeclust.cli.class_report import print_closing
        from cubeclust.cli.scan_table import print_scan

        print_closing(scanned.run)
        print_scan(scanned)
    click.echo(json.dumps(scanned.run.record) if values["as_json"] else scanned.run.files["classmap.fits"])


def _plan_out(values: dict[str, Any]) -> None:
    """Print the forecast of the scan."""
    from cubeclust.cli.forecast_table import scan_forecast_lines
    from cubeclust.pipelines.select.forecast import forecast_scan

    with for_stderr(values["quiet"]) as progress:
        found = forecast_scan(_settings(values), progress)
    for line in [json.dumps(found.as_json())] if values["as_json"] else scan_forecast_lines(found):
        click.echo(line)


def _settings(values: dict[str, Any]) -> Any:
    """ScanSettings of the parsed options."""
    from cubeclust.pipelines.select.settings import ScanSettings

    own = {name: values[name] for name in ("n_clusters", "criterion", "seeds", "jobs")}
    rest = {name: value for name, value in values.items() if name not in {*own, "model"}}
    return ScanSettings(run=run_settings(rest), models=values.get("model", ()), **own)
