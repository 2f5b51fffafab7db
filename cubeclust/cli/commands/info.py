"""`cubeclust info`."""

import json
from typing import TYPE_CHECKING, Any

import click

from cubeclust.cli.command import Command
from cubeclust.cli.options import options_of
from cubeclust.cli.terminal import Terminal
from cubeclust.pipelines.sources import CubeSource

if TYPE_CHECKING:
    from cubeclust.pipelines.info import Description


def info(values: dict[str, Any], terminal: Terminal) -> None:
    """Print what CUBE holds and what a run on it would take, without reading all of it."""
    from cubeclust.pipelines.info import describe

    description = describe(CubeSource(**values))
    for line in [json.dumps(description.as_json())] if terminal.json else _lines(description):
        click.echo(line)


def _lines(cube: "Description") -> list[str]:
    from cubeclust.runtime import memory

    n_wave, ny, nx = cube.shape
    low, high = cube.wavelength
    words = {"variance": cube.variance_kind}
    hdus = ", ".join(f"{name} ({words.get(role, role)})" for role, name in cube.hdus.items())
    lines = [
        str(cube.cube),
        f"  target      {cube.target or 'unknown'}",
        f"  layout      {cube.layout}: {hdus}",
        f"  axes        {nx} x {ny} spaxels, {n_wave} channels",
        f"  wavelength  {low:.2f} - {high:.2f} Angstrom{_step(cube.step)}, medium {cube.medium}",
        f"  flux unit   {cube.unit or 'none'}",
        f"  sky         {_sky(cube)}",
        f"  coverage    {cube.survey.coverage:.1%} of the spaxels, {cube.survey.nan_share:.2%} of the samples missing "
        f"(from {cube.survey.planes_sampled} planes)",
    ]
    if cube.survey.snr:
        quantiles = " / ".join(f"{value:.3g}" for value in cube.survey.snr)
        lines.append(f"  S/N         {quantiles} per channel (10 / 50 / 90 % of the spaxels)")
    lines.append(f"  memory      about {memory.readable(cube.memory)} for a default run ({cube.method})")
    return lines + [f"  note        {note}" for note in cube.notes]


def _step(step: float | None) -> str:
    return "" if step is None else f", step {step:.4g}"


def _sky(cube: "Description") -> str:
    if cube.center is None:
        return "no celestial WCS"
    ra, dec = cube.center
    return f"center RA {ra:.5f} Dec {dec:+.5f}, spaxel {cube.spaxel:.3g} arcsec"


command: Command = Command(info, options_of(CubeSource), terminal=("json",), examples=("cubeclust info CUBE.fits",))
