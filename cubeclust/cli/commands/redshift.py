"""`cubeclust redshift`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cubeclust.cli.options import CUBE, HDUS, VELOCITY_MAP
from cubeclust.cli.progress_bars import for_stderr
from cubeclust.cli.terminal import command_line
from cubeclust.cli.types import CropType, MemoryType, WordsType
from cubeclust.velocities.flags import KEPT, MEANING, VelocityFlag

if TYPE_CHECKING:
    from cubeclust.pipelines.redshift.pipeline import Written

_FLAGS = tuple(str(bit.name).lower() for bit in VelocityFlag)
_DEFAULT_KEPT = ",".join(str(bit.name).lower() for bit in VelocityFlag if bit & KEPT)


def redshift(cube: Path, as_json: bool, quiet: bool, **values: Any) -> None:
    """Measure the velocity of each spaxel of CUBE, and say which of them mislead.

    All strong lines are matched at once: emission lines by cross-correlation and a fit with one velocity and one width,
    absorption lines of stars where there are none. The map is <cube>_velocity.fits with its figure .png; it has a bit
    for each reason that speaks against a velocity, and `cubeclust run --redshift` takes it. With --from-alfa or
    --velocity-map velocities of others are judged instead. The map's path is printed on stdout.
    """
    with for_stderr(quiet) as progress:
        from cubeclust.pipelines.redshift.pipeline import redshift as measure
        from cubeclust.pipelines.redshift.settings import RedshiftSettings

        done = measure(RedshiftSettings(cube, **values, command=command_line()), progress)
    if not quiet:
        for line in _closing(done):
            click.echo(line, err=True)
    click.echo(json.dumps(done.record) if as_json else done.files["velocity.fits"])


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


redshift_command = click.Command(
    "redshift",
    params=[
        CUBE,
        click.Option(["-o", "--output"], type=click.Path(path_type=Path),
                     help="File of the map.  [default: <cube>_velocity.fits here]"),
        click.Option(["--guess"], type=float, help="Systemic velocity c z, km/s.  [default: found by itself, z < 1.5]"),
        click.Option(["--z"], type=float, help="The same as a redshift."),
        click.Option(["--search"], type=click.FloatRange(100, 5000), default=1000.0, show_default=True,
                     help="Velocities searched on either side of it, km/s."),
        click.Option(["--medium"], type=click.Choice(["air", "vacuum"]),
                     help="What the wavelengths count.  [default: as the header says]"),
        click.Option(["--lsf"], type=click.FloatRange(0), metavar="FWHM",
                     help="Width of the instrument's line profile, Angstrom, which SIGMA is free of.  [default: MUSE's "
                          "own, else 0]"),
        click.Option(["--bin"], type=click.FloatRange(1), metavar="S/N",
                     help="Measure spaxels that are too faint together with neighbors, up to this S/N of their lines; "
                          "needs powerbin.  [default: each by itself]"),
        click.Option(["--from-alfa"], type=click.Path(path_type=Path), metavar="DIR",
                     help="Directory of ALFA's fits of this cube: judge its velocities instead."),
        click.Option(["--velocity-map"], type=click.Path(path_type=Path),
                     help="FITS image of another tool, v = c z: judge its velocities instead."),
        *VELOCITY_MAP,
        click.Option(["--crop"], type=CropType(), default="0", show_default=True,
                     help="Spaxels to cut off the borders."),
        click.Option(["--mask"], type=click.Path(path_type=Path), help="FITS image of the frame, 0 = good."),
        click.Option(["--min-snr"], type=click.FloatRange(0), default=8.0, show_default=True,
                     help="Misleading: S/N of all lines together under this."),
        click.Option(["--min-lines"], type=click.IntRange(0), default=2, show_default=True,
                     help="Misleading: fewer emission lines of 3 sigma than this."),
        click.Option(["--max-error"], type=click.FloatRange(0), default=15.0, show_default=True,
                     help="Misleading: an error by noise over this, km/s; by the shape of lines it is PROFILE."),
        click.Option(["--max-velocity"], type=click.FloatRange(0),
                     help="Misleading: farther than this from the systemic velocity, km/s.  [default: no limit but "
                          "--search]"),
        click.Option(["--max-deviation"], type=click.FloatRange(0), default=6.0, show_default=True,
                     help="Misleading: this many times the local scatter (1.48 MAD of 24 neighbors) off their median."),
        click.Option(["--max-sigma"], type=click.FloatRange(0), default=300.0, show_default=True,
                     help="Lines wider than this, km/s, have the flag PROFILE, as double-peaked and skewed ones have."),
        click.Option(["--keep"], type=WordsType(all=_FLAGS, none=()), default=_DEFAULT_KEPT, show_default=True,
                     help="Flags that do not make a velocity misleading, by their names in lower case."),
        *HDUS,
        click.Option(["--device"], type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True,
                     help="Where to compute; auto takes a GPU if there is one."),
        click.Option(["--memory"], type=MemoryType(), help="Memory budget, such as 4GB.  [default: what is free]"),
        click.Option(["--overwrite/--no-overwrite"], default=False, help="Replace files that exist."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print a record of the map instead of its path."),
        click.Option(["-q", "--quiet"], is_flag=True, help="Print nothing on stderr but errors."),
    ],
    callback=redshift,
    help=redshift.__doc__,
)  # fmt: skip
