"""`cubeclust run`."""

import dataclasses
from pathlib import Path
from typing import Any, ClassVar

import click
from click.core import ParameterSource

from cubeclust.cli import config
from cubeclust.cli.options import AREA, COURSE, CUBE, HDUS, OUTPUT
from cubeclust.cli.terminal import carry_out, command_line
from cubeclust.cli.types import BandType, WindowType
from cubeclust.methods import DEFAULT_METHOD, METHODS
from cubeclust.settings import declaration, option_fields

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
    CUBE,
    _METHOD,
    OUTPUT,
    _CONFIG,
    *AREA,
    click.Option(["--within"], type=click.Path(path_type=Path), metavar="CLASSMAP",
                 help="Class map of this cube: cluster one of its classes again; the products bear its name."),
    click.Option(["--class", "class_number"], type=click.IntRange(1), help="Number of that class."),
    click.Option(["--window"], type=WindowType(), multiple=True,
                 help="Wavelengths to cluster, Angstrom; repeatable.  [default: all]"),
    click.Option(["--exclude"], type=WindowType(), multiple=True,
                 help="Wavelengths to leave out, such as sky residuals; repeatable."),
    click.Option(["--min-snr"], type=float, help="Least median signal to noise per channel of a spectrum."),
    click.Option(["--max-nan"], type=click.FloatRange(0, 1), default=0.1, show_default=True,
                 help="Largest share of missing channels of a spectrum; the gaps are interpolated."),
    click.Option(["--normalize-band"], type=BandType(), default="auto", show_default=True,
                 help="Divide each spectrum by its mean there; auto = 7600:8100, else the feature window."),
    click.Option(["--scale"], type=click.Choice(["none", "zscore", "total-flux"]),
                 help="Scaling of the features.  [default: the method's]"),
    click.Option(["--pca"], type=click.IntRange(1),
                 help="Fit on this many principal components.  [default: on the channels]"),
    click.Option(["--sample"], type=click.IntRange(2),
                 help="Fit on this many spectra and label the others by the model.  [default: all]"),
    click.Option(["--sample-by"], type=click.Choice(["random", "snr"]), default="random", show_default=True,
                 help="How the sample is drawn; snr takes equally from ten ranges of signal to noise."),
    click.Option(["--start-map"], type=click.Path(path_type=Path), metavar="CLASSMAP",
                 help="Class map of this cube whose classes the method starts from, in place of --start (fisher-em)."),
    *HDUS,
    click.Option(["--seed"], type=click.IntRange(0, 2**32 - 1), default=0, show_default=True,
                 help="Seed of the random numbers."),
    *COURSE,
]  # fmt: skip


class RunCommand(click.Command):
    """A command whose options depend on --method: those of the method's settings are added to it."""

    general: ClassVar[list[click.Parameter]] = _OPTIONS

    def of_method(self, name: str) -> list[click.Option]:
        """Options of a method."""
        return method_options(name)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Find the method and the configuration in the arguments, then parse them with the method's options."""
        loose = {"ignore_unknown_options": True, "allow_extra_args": True}
        peek = click.Command("peek", loose, params=self.general, add_help_option=False)
        seen = peek.make_context(info_name, list(args), resilient_parsing=True)
        method, path = seen.params["method"], seen.params["config"]
        table = config.load(path) if path else {}
        if seen.get_parameter_source("method") is not ParameterSource.COMMANDLINE:
            method = table.get("method", method)
        command = click.Command(
            self.name,
            params=[*self.general, *self.of_method(method if method in list(METHODS) else DEFAULT_METHOD)],
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
        flag, choices = "--" + field.name.replace("_", "-"), declaration(field).choices
        spelled = [f"{flag}/--no-{flag[2:]}"] if field.type is bool else [flag]
        options.append(
            click.Option(
                [*spelled, "-k"] if field.name == "n_clusters" else spelled,
                type=click.Choice(choices) if choices else field.type,
                default=field.default,
                show_default=True,
                help=f"[{name}] {declaration(field).help}",
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
    """Cluster the spectra of CUBE and write a class map, figures and the fitted model.

    The products are <cube>_<method>_classmap.fits, _overlay.png, _spectra.png and _result.h5, _convergence.png where
    the method keeps a history, and those of --export, with a line in runs.jsonl; --redshift auto adds
    <cube>_velocity.fits and .png. With --within the name of the class follows the method:
    <cube>_<method>-O_classmap.fits. The class map's path is printed on stdout. Options marked [method] belong to the
    method: `cubeclust run --method NAME --help` shows those of another one.
    """
    carry_out(lambda: run_settings(values), values)


def run_settings(values: dict[str, Any]) -> Any:
    """RunSettings of the parsed options."""
    from cubeclust.pipelines.run.settings import RunSettings
    from cubeclust.spectroscopy.windows import Window

    names = {field.name for field in dataclasses.fields(RunSettings)}
    general = {name: value for name, value in values.items() if name in names}
    for name in ("window", "exclude"):
        general[name] = tuple(Window(*window) for window in general[name])
    band = general["normalize_band"]
    general["normalize_band"] = {"auto": "auto", "none": None}[band] if isinstance(band, str) else Window(*band)
    own = {name: value for name, value in values.items() if name not in names | set(config.TERMINAL)}
    return RunSettings(**general, method_settings=own, command=command_line())
