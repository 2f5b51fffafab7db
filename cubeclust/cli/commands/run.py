"""`cubeclust run`."""

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from cubeclust.cli.method_command import MethodCommand
from cubeclust.cli.options import options_of
from cubeclust.cli.terminal import Terminal, carry_out, command_line
from cubeclust.methods import METHODS
from cubeclust.pipelines.run.products import PRODUCTS
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.settings import option_fields

if TYPE_CHECKING:
    from cubeclust.pipelines.run.record import RunRecord


def run(values: dict[str, Any], terminal: Terminal) -> None:
    """Cluster the spectra of CUBE and write a class map, figures and the fitted model.

    The products are <cube>_<method>_classmap.fits and so on, with the endings listed below, and a line in runs.jsonl;
    those of the velocities, <cube>_velocity.fits and .png, have no method in their names. With --within the name of
    the class follows the method: <cube>_<method>-O_classmap.fits. The path of the class map is printed on stdout.

    The settings below depend on --method: `cubeclust run --method NAME --help` lists those of another method.
    """
    settings = run_settings(values)
    carry_out(settings, terminal, partial(_proposed, click.get_current_context(), settings))


def _proposed(context: click.Context, settings: RunSettings, record: "RunRecord") -> list[str]:
    """Sentences on the number of classes."""
    from cubeclust.cli.scan_proposal import scan_sentences

    return scan_sentences(context, settings, record)


def run_settings(values: dict[str, Any]) -> RunSettings:
    """RunSettings of the parsed options, with those of the method among them."""
    own = {field.name for field in option_fields(METHODS[values["method"]].load())}
    general = {name: value for name, value in values.items() if name not in own}
    method_settings = {name: value for name, value in values.items() if name in own}
    return RunSettings(**general, method_settings=method_settings, command=command_line())


OPTIONS = options_of(RunSettings, but=("resample",))
command: MethodCommand = MethodCommand(
    run,
    OPTIONS,
    terminal=("config", "dry_run", "json", "quiet", "verbose"),
    examples=(
        "cubeclust run CUBE.fits --crop 2 -k 8 -o results",
        "cubeclust run CUBE.fits -m fisher-em -k 16 --redshift auto --window 4800:6800",
    ),
    products={ending: product.described for ending, product in PRODUCTS.items()},
)
