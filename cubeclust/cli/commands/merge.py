"""`cubeclust merge`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import click

from cubeclust.cli.command import Command
from cubeclust.cli.options import options_of
from cubeclust.cli.terminal import Terminal, command_line
from cubeclust.pipelines.common_settings import common
from cubeclust.pipelines.products import CLASS_PRODUCTS
from cubeclust.settings import Declaration, Panel, setting


@dataclass(frozen=True)
class MergeOptions:
    """Options of `cubeclust merge`."""

    parent: Annotated[Path, Declaration("Class map that has these classes.", panel=Panel.INPUT, argument=True)]
    parts: tuple[Path, ...] = setting(
        (), "Class maps made by `cubeclust run --within PARENT`.", panel=Panel.INPUT, argument=True
    )
    join: tuple[str, ...] = setting(
        (),
        "Make one class of these, named as on the map once the PARTS are in it; repeatable.",
        panel=Panel.INPUT,
        metavar="NAME,NAME",
        shown="none",
    )
    output: Path = common("output")
    overwrite: bool = common("overwrite")


def merge(values: dict[str, Any], terminal: Terminal) -> None:
    """Put the class maps PARTS, made by `cubeclust run --within`, into the map PARENT that has these classes.

    With --join, classes become one, such as the merge candidates that `cubeclust run` names. The products are
    <parent>-merged_classmap.fits and so on, with the endings listed below. Classes are numbered anew, 1..K by
    decreasing size, and keep their names; one that was joined has that of its largest part. The path of the class map
    is printed on stdout.
    """
    from cubeclust.pipelines.merge import merge as put_together

    join = [tuple(name.strip() for name in names.split(",")) for names in values.pop("join")]
    merged = put_together(**values, join=join, command=command_line())
    if not terminal.quiet:
        from cubeclust.cli.class_report import print_classes

        print_classes(merged.classification, merged.notes)
    click.echo(json.dumps(merged.as_json()) if terminal.json else merged.files["classmap.fits"])


command: Command = Command(
    merge,
    options_of(MergeOptions),
    terminal=("json", "quiet"),
    examples=(
        "cubeclust run CUBE.fits --within CUBE_mmd-ovo_classmap.fits --class 3 -k 4",
        "cubeclust merge CUBE_mmd-ovo_classmap.fits CUBE_mmd-ovo-C_classmap.fits",
        "cubeclust merge CUBE_mmd-ovo_classmap.fits --join A,B --join D,E,F",
    ),
    products={ending: f"{product.content}." for ending, product in CLASS_PRODUCTS.items()},
)
