"""`cubeclust run`."""

import dataclasses
import json
import shlex
import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from cubeclust.cli import config
from cubeclust.cli.progress import for_stderr
from cubeclust.cli.types import BandType, CropType, MemoryType, WindowType
from cubeclust.io.exports import EXPORTS
from cubeclust.io.layouts import VARIANCE_KINDS
from cubeclust.methods import DEFAULT_METHOD, METHODS
from cubeclust.settings import option_fields

_METHOD = click.Option(
    ["-m", "--method"],
    type=click.Choice(list(METHODS)),
    default=DEFAULT_METHOD,
    show_default=True,
    help="Clustering method; `cubeclust methods` describes them.",
)
_CONFIG = click.Option(
    ["--config"],
    type=click.Path(path_type=Path),
    help="TOML file with options by these names; the command line wins.",
)
_OPTIONS: list[click.Parameter] = [
    click.Argument(["cube"], type=click.Path(path_type=Path)),
    _METHOD,
    click.Option(["-o", "--output"], type=click.Path(path_type=Path), default=Path("."), show_default=True,
                 help="Directory of the products."),
    _CONFIG,
    click.Option(["--crop"], type=CropType(), default="0", show_default=True, help="Spaxels to cut off the borders."),
    click.Option(["--window"], type=WindowType(), multiple=True,
                 help="Wavelengths to cluster, Angstrom; repeatable.  [default: all]"),
    click.Option(["--exclude"], type=WindowType(), multiple=True,
                 help="Wavelengths to leave out, such as sky residuals; repeatable."),
    click.Option(["--mask"], type=click.Path(path_type=Path), help="FITS image of the frame, 0 = good."),
    click.Option(["--min-snr"], type=float, help="Least median signal to noise per channel of a spectrum."),
    click.Option(["--max-nan"], type=click.FloatRange(0, 1), default=0.1, show_default=True,
                 help="Largest share of missing channels of a spectrum; the gaps are interpolated."),
    click.Option(["--normalize-band"], type=BandType(), default="auto", show_default=True,
                 help="Divide each spectrum by its mean there; auto = 7600:8100, else the feature window."),
    click.Option(["--scale"], type=click.Choice(["none", "zscore", "total-flux"]),
                 help="Scaling of the features.  [default: the method's]"),
    click.Option(["--variance-hdu"], help='HDU with the uncertainty, where it has another name; "none" to ignore it.'),
    click.Option(["--variance-kind"], type=click.Choice(VARIANCE_KINDS),
                 help="What that HDU holds, where its name lies."),
    click.Option(["--wavelength-unit"], help="Unit of the wavelength axis, where the header has none or a wrong one."),
    click.Option(["--seed"], type=click.IntRange(0, 2**32 - 1), default=0, show_default=True,
                 help="Seed of the random numbers."),
    click.Option(["--device"], type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True,
                 help="Where to compute; auto takes a GPU if there is one."),
    click.Option(["--memory"], type=MemoryType(), help="Memory budget, such as 4GB.  [default: what is free]"),
    click.Option(["--export"], type=click.Choice(list(EXPORTS)), multiple=True,
                 help="Write the map for another tool, too; repeatable."),
    click.Option(["--overwrite/--no-overwrite"], default=False, help="Replace products that exist."),
    click.Option(["--json", "as_json"], is_flag=True, help="Print the run record instead of the class map's path."),
    click.Option(["-q", "--quiet"], is_flag=True, help="Print nothing on stderr but errors."),
    click.Option(["-v", "--verbose"], is_flag=True, help="Print every preprocessing step, too."),
]  # fmt: skip


class RunCommand(click.Command):
    """A command whose options depend on --method: those of the method's settings are added to it."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Find the method and the configuration in the arguments, then parse them with the method's options."""
        loose = {"ignore_unknown_options": True, "allow_extra_args": True}
        peek = click.Command("peek", loose, params=_OPTIONS, add_help_option=False)
        seen = peek.make_context(info_name, list(args), resilient_parsing=True)
        method, path = seen.params["method"], seen.params["config"]
        table = config.load(path) if path else {}
        if seen.get_parameter_source("method") is not ParameterSource.COMMANDLINE:
            method = table.get("method", method)
        command = click.Command(
            self.name,
            params=[*_OPTIONS, *method_options(method if method in list(METHODS) else DEFAULT_METHOD)],
            callback=self.callback,
            help=self.help,
        )
        if path:
            extra["default_map"] = config.defaults(path, table, command, _methods_by_option())
        return click.Command.make_context(command, info_name, args, parent, **extra)


def method_options(name: str) -> list[click.Option]:
    """Options made of the fields of the method's settings."""
    options = []
    for field in option_fields(METHODS[name].load()):
        flag, choices = "--" + field.name.replace("_", "-"), field.metadata["choices"]
        spelled = [f"{flag}/--no-{flag[2:]}"] if field.type is bool else [flag]
        options.append(
            click.Option(
                [*spelled, "-k"] if field.name == "n_clusters" else spelled,
                type=click.Choice(choices) if choices else field.type,
                default=field.default,
                show_default=True,
                help=f"[{name}] {field.metadata['help']}",
            )
        )
    return options


def _methods_by_option() -> dict[str, list[str]]:
    """Names of the methods that have each option."""
    found: dict[str, list[str]] = {}
    for name, method in METHODS.items():
        for field in option_fields(method.load()):
            found.setdefault(field.name.replace("_", "-"), []).append(name)
    return found


@click.command(cls=RunCommand)
def run(**values: Any) -> None:
    """Cluster the spectra of CUBE and write a class map, two figures and the fitted model.

    The products are <cube>_<method>_classmap.fits, _overlay.png, _spectra.png and _result.h5, with a line in
    runs.jsonl, and those of --export. The class map's path is printed on stdout. Options marked [method] belong to
    the method: `cubeclust run --method NAME --help` shows those of another one.
    """
    with for_stderr(values["quiet"]) as progress:
        from cubeclust.pipeline import run as run_pipeline

        finished = run_pipeline(_settings(values), progress)
        if values["verbose"]:
            for line in finished.record["steps"]:
                progress.say(line)
    if not values["quiet"]:
        from cubeclust.cli.closing import print_closing

        print_closing(finished)
    click.echo(json.dumps(finished.record) if values["as_json"] else finished.files["classmap.fits"])


def _settings(values: dict[str, Any]) -> Any:
    """RunSettings of the parsed options."""
    from cubeclust.preprocessing.windows import Window
    from cubeclust.run_settings import RunSettings

    names = {field.name for field in dataclasses.fields(RunSettings)}
    general = {name: value for name, value in values.items() if name in names}
    for name in ("window", "exclude"):
        general[name] = tuple(Window(*window) for window in general[name])
    band = general["normalize_band"]
    general["normalize_band"] = {"auto": "auto", "none": None}[band] if isinstance(band, str) else Window(*band)
    own = {name: value for name, value in values.items() if name not in names | set(config.TERMINAL)}
    return RunSettings(**general, method_settings=own, command=shlex.join(["cubeclust", *sys.argv[1:]]))
