"""`cubeclust apply`."""

from pathlib import Path
from typing import Any

import click

from cubeclust.cli import config
from cubeclust.cli.options import AREA, COURSE, CUBE, HDUS, OUTPUT
from cubeclust.cli.terminal import carry_out, command_line

_OPTIONS: list[click.Parameter] = [
    click.Argument(["result"], type=click.Path(path_type=Path)),
    CUBE,
    OUTPUT,
    *AREA,
    click.Option(
        ["--resample/--no-resample"],
        default=False,
        help="Bring spectra with other wavelengths onto those of the model; flux is kept.",
    ),
    click.Option(["--min-snr"], type=float, help="Least median signal to noise.  [default: that of the fit]"),
    click.Option(
        ["--max-nan"],
        type=click.FloatRange(0, 1),
        help="Largest share of missing channels.  [default: that of the fit]",
    ),
    *HDUS,
    *COURSE,
]


def apply(result: Path, cube: Path, **values: Any) -> None:
    """Label the spectra of CUBE by the model that a run left in RESULT (its result.h5).

    Windows, normalization, scaling and classes are those of the fit; what concerns the spaxels of this cube is asked
    here. The products are those of `cubeclust run`, named <cube>_<method>-applied_classmap.fits and so on, and class
    numbers mean what they mean on the map of the fit.
    """

    def settings() -> Any:
        from cubeclust.pipelines.run.fitted_model import apply_settings

        asked = {name: value for name, value in values.items() if value is not None and name not in config.TERMINAL}
        return apply_settings(result, cube, **asked, command=command_line())

    carry_out(settings, values)


apply_command = click.Command("apply", params=_OPTIONS, callback=apply, help=apply.__doc__)
