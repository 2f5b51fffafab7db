"""`cubeclust redshift`."""

import json
from typing import TYPE_CHECKING, Any

import click

from cubeclust.cli.command import Command
from cubeclust.cli.options import options_of
from cubeclust.cli.progress_bars import for_stderr
from cubeclust.cli.terminal import Terminal, command_line
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.velocities.flags import MEANING

if TYPE_CHECKING:
    from cubeclust.pipelines.redshift.pipeline import WrittenField
    from cubeclust.pipelines.redshift.record import VelocityRecord


def redshift(values: dict[str, Any], terminal: Terminal) -> None:
    """Measure the velocity of each spaxel of CUBE, and flag the misleading ones.

    All strong lines are matched at once: emission lines by cross-correlation and a fit with one velocity and one width,
    absorption lines of stars where there are none. The map is <cube>_velocity.fits with its figure .png; it has a bit
    for each reason to doubt a velocity, and `cubeclust run --redshift` takes it. With --from-alfa or --velocity-map the
    velocities of another tool are judged in place of a measurement. The path of the map is printed on stdout.
    """
    with for_stderr(terminal.quiet) as progress:
        from cubeclust.pipelines.redshift.pipeline import measure_redshifts

        done = measure_redshifts(RedshiftSettings(**values, command=command_line()), progress)
    if not terminal.quiet:
        for line in _closing(done):
            click.echo(line, err=True)
    click.echo(json.dumps(done.record.as_json()) if terminal.json else done.files["velocity.fits"])


def _closing(done: "WrittenField") -> list[str]:
    """What the user should know of the velocities."""
    record, field = done.record, done.field
    low, middle, high = map(round, record.range)
    tracers = f" ({record.of_gas} of gas, {record.of_stars} of stars)" if record.of_gas + record.of_stars else ""
    error = "" if record.median_error is None else f", median error {record.median_error:.1f} km/s"
    lines = [
        f"Systemic redshift {field.systemic:.6f}, c z = {record.systemic_km_s:.1f} km/s{_sureness(record)}.",
        f"{record.good} of {record.spaxels} spaxels have a velocity that does not mislead{tracers}{error}; "
        f"2 to 98 % of them lie from {low} to {high} km/s, median {middle}.",
    ]
    for bit, count in field.counts().items():
        kept = "" if bit & field.dropped else ", kept"
        lines.append(f"  {count:7d}  {bit.name}{kept}: {MEANING[bit]}")
    return lines


def _sureness(record: "VelocityRecord") -> str:
    """Confidence of a systemic redshift that was measured."""
    if record.confidence is None:
        return ""
    return f", confidence {record.confidence:.1f}" + ("" if record.sure else " (NOT SURE)")


command: Command = Command(
    redshift,
    options_of(RedshiftSettings),
    terminal=("json", "quiet"),
    examples=(
        "cubeclust redshift CUBE.fits",
        "cubeclust redshift CUBE.fits --velocity-map VELOCITIES.fits --velocity-zero 1137",
    ),
)
