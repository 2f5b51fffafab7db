"""`cubeclust merge`."""

import json
from pathlib import Path
from typing import Any

import click

from cubeclust.cli.options import OUTPUT
from cubeclust.cli.terminal import command_line


def merge(parent: Path, parts: tuple[Path, ...], as_json: bool, quiet: bool, **options: Any) -> None:
    """Put the class maps PARTS, made by `cubeclust run --within`, into the map PARENT that has these classes.

    The products are <parent>-merged_classmap.fits, _overlay.png and _spectra.png. Classes are numbered anew, 1..K by
    decreasing size, and keep their names. The class map's path is printed on stdout.
    """
    from cubeclust.pipelines import merge

    merged = merge.merge(parent, parts, **options, command=command_line())
    if not quiet:
        from cubeclust.cli.class_report import print_classes

        print_classes(merged.heading, merged, merged.notes)
    click.echo(json.dumps(merged.record()) if as_json else merged.files["classmap.fits"])


merge_command = click.Command(
    "merge",
    params=[
        click.Argument(["parent"], type=click.Path(path_type=Path)),
        click.Argument(["parts"], nargs=-1, required=True, type=click.Path(path_type=Path)),
        OUTPUT,
        click.Option(["--overwrite/--no-overwrite"], default=False, help="Replace products that exist."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print a record of the map instead of its path."),
        click.Option(["-q", "--quiet"], is_flag=True, help="Print nothing on stderr but errors."),
    ],
    callback=merge,
    help=merge.__doc__,
)
