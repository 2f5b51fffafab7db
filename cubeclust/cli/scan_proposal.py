"""The scan over numbers of classes that a run proposes where nobody chose one."""

import shlex
from collections.abc import Iterator
from typing import Any

import click
from click.core import ParameterSource

from cubeclust.cli.method_command import ARGUMENTS
from cubeclust.methods import METHODS
from cubeclust.pipelines.run.record import RunRecord
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.pipelines.select.settings import ScanSettings, models_of

_FEWEST, _MOST = 2, 20  # classes of the scan
# Options of the run that the command of the scan lacks or states anew.
_LEFT_OUT = {"output", "max_minutes", "dry_run", "json", "quiet", "verbose"}


def scan_sentences(context: click.Context, settings: RunSettings, record: RunRecord) -> list[str]:
    """What `select` would compare, and its command; none where -k was given, here or in the configuration."""
    if context.get_parameter_source("n_clusters") is not ParameterSource.DEFAULT or settings.start_map is not None:
        return []
    asked, most = record.classes.classes_asked, min(_MOST, settings.sample or record.n_spectra, record.n_spectra)
    start = f"-k was not given: {asked} classes are a start, not a result."
    if not METHODS[settings.method].seeded and settings.sample is None:
        return [
            f"{start} `cubeclust select` cannot compare numbers of {settings.method}, which has no likelihood and "
            "gives one map for all seeds: compare maps of several -k, or scan with -m gmm."
        ]
    mixture = METHODS[settings.method].mixture
    n_seeds = 1 if mixture and settings.sample is not None else ScanSettings.seeds
    compared = (
        "ICL: the likelihood less a penalty for parameters and for uncertain labels"
        if mixture
        else f"the agreement of maps from {n_seeds} seeds, which favors few classes"
    )
    time = f"; this one took {record.seconds['fit']:.1f} s" if record.seconds else ""
    return [
        f"{start} To compare {_FEWEST} to {most} by {compared} ({(most - _FEWEST + 1) * n_seeds} fits{time}):",
        f"  {_command(context, settings, most, n_seeds)}",
    ]


def _command(context: click.Context, settings: RunSettings, most: int, n_seeds: int) -> str:
    """The command of the scan, with all options that the run was given; its products stand in a folder of their own."""
    words = ["cubeclust", "select", *_given(context), "-k", f"{_FEWEST}:{most}"]
    if n_seeds != ScanSettings.seeds:
        words += ["--seeds", str(n_seeds)]
    if models_of(settings.method) and context.get_parameter_source("model") is ParameterSource.DEFAULT:
        words += ["--model", context.params["model"]]
    if "max_minutes" in (context.default_map or {}):
        words += ["--max-minutes", "0"]
    return shlex.join([*words, "-o", str(settings.output / "select")])


def _given(context: click.Context) -> Iterator[str]:
    """Yield the cube and the options of the command line, as they were typed, but for those left out."""
    arguments = list(context.meta[ARGUMENTS])
    values, _, order = context.command.make_parser(context).parse_args(arguments)
    for param in sorted(dict.fromkeys(order), key=lambda param: isinstance(param, click.Option)):
        name = str(param.name)
        if name not in _LEFT_OUT:
            yield from _typed(param, values[name])


def _typed(param: click.Parameter, value: Any) -> Iterator[str]:
    """Yield the words of one parameter."""
    if isinstance(param, click.Argument):
        yield value
    elif isinstance(value, bool):
        yield param.opts[0] if value else param.secondary_opts[0]
    else:
        for each in value if isinstance(value, list) else [value]:
            yield from (param.opts[-1], each)
