"""`cubeclust info`."""

import json
from typing import Any

import click

from cubeclust.cli.command import Command
from cubeclust.cli.options import options_of
from cubeclust.cli.terminal import Terminal
from cubeclust.pipelines.sources import CubeSource


def info(values: dict[str, Any], terminal: Terminal) -> None:
    """Print what CUBE holds and what a run on it would take, without reading all of it."""
    from cubeclust.pipelines.info import describe

    facts = describe(values.pop("cube"), **values)
    for line in [json.dumps(facts)] if terminal.json else _lines(facts):
        click.echo(line)


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


command = Command(info, options_of(CubeSource), terminal=("json",), examples=("cubeclust info CUBE.fits",))
