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
    from cubeclust.pipelines.redshift.pipeline import Written


def redshift(values: dict[str, Any], terminal: Terminal) -> None:
    """Measure the velocity of each spaxel of CUBE, and flag the misleading ones.

    All strong lines are matched at once: emission lines by cross-correlation and a fit with one velocity and one width,
    absorption lines of stars where there are none. The map is <cube>_velocity.fits with its figure .png; it has a bit
    for each reason to doubt a velocity, and `cubeclust run --redshift` takes it. With --from-alfa or --velocity-map the
    velocities of another tool are judged in place of a measurement. The path of the map is printed on stdout.
    """
    with for_stderr(terminal.quiet) as progress:
        from cubeclust.pipelines.redshift.pipeline import redshift as measure

        done = measure(RedshiftSettings(**values, command=command_line()), progress)
    if not terminal.quiet:
        for line in _closing(done):
            click.echo(line, err=True)
    click.echo(json.dumps(done.record) if terminal.json else done.files["velocity.fits"])


def _closing(done: "Written") -> list[str]:
    """What the user should know of the velocities."""
    facts, field = done.record, done.field
    low, middle, high = map(round, facts["range"])
    tracers = (
        f" ({facts['of_gas']} of gas, {facts['of_stars']} of stars)" if facts["of_gas"] + facts["of_stars"] else ""
    )
    error = "" if facts["median_error"] is None else f", median error {facts['median_error']:.1f} km/s"
    lines = [
        f"Systemic redshift {field.systemic:.6f}, c z = {facts['systemic_km_s']:.1f} km/s{_sureness(facts)}.",
        f"{facts['good']} of {facts['spaxels']} spaxels have a velocity that does not mislead{tracers}{error}; "
        f"2 to 98 % of them lie from {low} to {high} km/s, median {middle}.",
    ]
    for bit, count in field.counts().items():
        kept = "" if bit & field.dropped else ", kept"
        lines.append(f"  {count:7d}  {bit.name}{kept}: {MEANING[bit]}")
    return lines


def _sureness(facts: dict[str, Any]) -> str:
    """How sure a redshift is that was found by itself."""
    if facts["confidence"] is None:
        return ""
    return f", confidence {facts['confidence']:.1f}" + ("" if facts["sure"] else " (NOT SURE)")


command = Command(
    redshift,
    options_of(RedshiftSettings),
    terminal=("json", "quiet"),
    examples=(
        "cubeclust redshift CUBE.fits",
        "cubeclust redshift CUBE.fits --velocity-map VELOCITIES.fits --velocity-zero 1137",
    ),
)
