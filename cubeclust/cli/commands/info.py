"""`cubeclust info`."""

import json
from pathlib import Path
from typing import Any

import click

from cubeclust.cli.options import CUBE, HDUS


def info(cube: Path, as_json: bool, **options: Any) -> None:
    """Say what CUBE holds and what a run on it would take, without reading all of it."""
    from cubeclust.pipelines.info import describe

    facts = describe(cube, **options)
    if as_json:
        click.echo(json.dumps(facts))
        return
    for line in _lines(facts):
        click.echo(line)


_JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print an object.")
info_command = click.Command("info", params=[CUBE, *HDUS, _JSON], callback=info, help=info.__doc__)


def _lines(facts: dict[str, Any]) -> list[str]:
    from cubeclust.runtime import memory

    n_wave, ny, nx = facts["shape"]
    low, high = facts["wavelength"]
    words = {"variance": facts["variance_kind"]}
    hdus = ", ".join(f"{name} ({words.get(role, role)})" for role, name in facts["hdus"].items())
    lines = [
        facts["cube"],
        f"  target      {facts['target'] or 'unknown'}",
        f"  layout      {facts['layout']}: {hdus}",
        f"  axes        {nx} x {ny} spaxels, {n_wave} channels",
        f"  wavelength  {low:.2f} - {high:.2f} Angstrom{_step(facts)}, medium {facts['medium']}",
        f"  flux unit   {facts['unit'] or 'none'}",
        f"  sky         {_sky(facts)}",
        f"  coverage    {facts['coverage']:.1%} of the spaxels, {facts['nan_share']:.2%} of the samples missing "
        f"(from {facts['planes_sampled']} planes)",
    ]
    if facts["snr"]:
        middle = " / ".join(f"{value:.3g}" for value in facts["snr"])
        lines.append(f"  S/N         {middle} per channel (10 / 50 / 90 % of the spaxels)")
    lines.append(f"  memory      about {memory.readable(facts['memory'])} for a default run ({facts['method']})")
    return lines + [f"  note        {note}" for note in facts["notes"]]


def _step(facts: dict[str, Any]) -> str:
    return "" if facts["step"] is None else f", step {facts['step']:.4g}"


def _sky(facts: dict[str, Any]) -> str:
    if facts["center"] is None:
        return "no celestial WCS"
    ra, dec = facts["center"]
    return f"center RA {ra:.5f} Dec {dec:+.5f}, spaxel {facts['spaxel']:.3g} arcsec"
