"""`cubeclust apply`."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

from cubeclust.cli.command import Command
from cubeclust.cli.options import option_of, options_of
from cubeclust.cli.terminal import Terminal, carry_out, command_line
from cubeclust.pipelines.run.parts import FitSettings, SpectraSettings
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.settings import Declaration, Panel, option_fields

_OF_THE_FIT = {field.name for part in (SpectraSettings, FitSettings) for field in fields(part)}
_CHANGEABLE = {"min_snr", "max_nan"}  # of them, for the spectra of another cube


@dataclass(frozen=True)
class Result:
    """The fitted model."""

    result: Annotated[Path, Declaration("Result of a run: its result.h5.", panel=Panel.INPUT, argument=True)]


def apply(values: dict[str, Any], terminal: Terminal) -> None:
    """Label the spectra of CUBE by the model that a run left in RESULT (its result.h5).

    Windows, normalization, scaling and classes are those of the fit; the options below concern the spaxels of this
    cube. The products are those of `cubeclust run`, named <cube>_<method>-applied_classmap.fits and so on, and class
    numbers mean the same as on the map of the fit.
    """
    from cubeclust.pipelines.apply import apply_settings

    given = {name: value for name, value in values.items() if value is not None}
    carry_out(apply_settings(**given, command=command_line()), terminal)


command: Command = Command(
    apply,
    [
        *options_of(Result),
        *options_of(RunSettings, but=_OF_THE_FIT | {"within", "class_number"}),
        *(
            option_of(field, default=None, shown="that of the fit")
            for field in option_fields(SpectraSettings)
            if field.name in _CHANGEABLE
        ),
    ],
    terminal=("dry_run", "json", "quiet", "verbose"),
    examples=("cubeclust apply results/CUBE_mmd-ovo_result.h5 OTHER.fits -o results",),
)
