"""The scan that `cubeclust run` proposes where -k was not given."""

import shlex
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import pytest
from commands import call
from skies import make_sky, write_sky

from cubeclust.cli.commands import run, select
from cubeclust.cli.scan_proposal import scan_sentences
from cubeclust.cli.terminal import Terminal
from cubeclust.methods import METHODS
from cubeclust.pipelines.select.settings import ScanSettings

START = "-k was not given: 10 classes are a start"
RECORD = SimpleNamespace(classes=SimpleNamespace(classes_asked=10), n_spectra=72, seconds={"fit": 0.04})


def parsed(command: object, arguments: list[str]) -> tuple[object, dict]:
    """Context of a command line, and its settings."""
    context = command.make_context("command", arguments)
    terminal = {field.name for field in fields(Terminal)}
    return context, {name: value for name, value in context.params.items() if name not in terminal}


def sentences(*arguments: object) -> list[str]:
    """What a run with these arguments would print."""
    context, values = parsed(run.command, [*map(str, arguments)])
    return scan_sentences(context, run.run_settings(values), RECORD)


def scan_of(command: list[str]) -> ScanSettings:
    """Settings of `cubeclust select`, checked."""
    assert command[:2] == ["cubeclust", "select"]
    return select._settings(parsed(select.command, command[2:])[1])


def test_command_works_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the options in any spelling, the cube among them; the products of the run stay."""
    monkeypatch.setattr("cubeclust.cli.scan_proposal._MOST", 4)
    cube = write_sky(tmp_path / "my sky.fits", make_sky(ny=8, nx=9, regions=3))
    options = ["--crop=1", "--window", "7600:8000", "-m", "kmeans", "--seed=3", "--n-starts", 1, "--no-overwrite"]
    result = call("run", *options[:3], cube, *options[3:], "-o", tmp_path / "out", "--json")
    assert START in result.stderr
    assert "2 to 4 by the agreement of maps from 2 seeds, which favors few classes (6 fits; this one" in result.stderr
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("  cubeclust select ")]
    words = "--crop 1 --window 7600:8000 -m kmeans --seed 3 --n-starts 1 --no-overwrite -k 2:4 -o"
    command = shlex.split(line)
    assert command == ["cubeclust", "select", str(cube), *words.split(), str(tmp_path / "out" / "select")]
    result = call(*command[1:])
    assert result.exit_code == 0, (result.stderr, result.exception)
    assert result.stdout.strip() == str(tmp_path / "out" / "select" / "my sky_kmeans_classmap.fits")
    assert START not in result.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("-m gmm --pca 2", "-k 2:20 -o"),
        ("-m gmm --pca 2 --sample 15", "--sample 15 -k 2:15 --seeds 1 -o"),
        ("-m fisher-em --n-starts 1 -q", "--n-starts 1 -k 2:20 --model DkBk -o"),
        ("-m fisher-em --model AkBk", "--model AkBk -k 2:20 -o"),
        ("-m mmd-ovo --max-iter 3 --max-minutes 1", "--max-iter 3 -k 2:20 -o"),
        ("-m ward --sample 60", "--sample 60 -k 2:20 -o"),
    ],
)
def test_command_fits_the_method(options: str, words: str) -> None:
    start, line = sentences("--window", "5000:6000", "--window", "6500:6800", "cube.fits", *options.split())
    method = options.split()[1]
    assert start.startswith(START)
    assert ("by ICL" in start) == METHODS[method].mixture
    command = shlex.split(line)
    assert words in shlex.join(command)
    scan = scan_of(command)
    assert scan.criterion == ("icl" if METHODS[method].mixture else "stability")
    assert [str(window) for window in scan.run.window] == ["5000:6000", "6500:6800"]
    assert f"({len(scan.tasks)} fits; this one took 0.0 s)" in start
    assert scan.run.output == Path("select")


def test_options_of_a_file_stay_there(tmp_path: Path) -> None:
    """A bound in time, which a scan cannot have, is lifted; a number of classes counts as given."""
    config = tmp_path / "study.toml"
    config.write_text('method = "mmd-ovo"\nmax-minutes = 1\nmax-iter = 3\nexclude = ["7700:7800"]\noutput = "maps"')
    command = shlex.split(sentences("cube.fits", "--config", config)[1])
    words = ["cube.fits", "--config", str(config), "-k", "2:20", "--max-minutes", "0", "-o", "maps/select"]
    assert command == ["cubeclust", "select", *words]
    assert scan_of(command).run.method_settings["max_iter"] == 3
    config.write_text("n-clusters = 4")
    assert sentences("cube.fits", "--config", config) == []


def test_no_scan_where_the_number_is_given_or_cannot_be_compared() -> None:
    assert sentences("cube.fits", "-k", 10) == []
    assert sentences("cube.fits", "-m", "fisher-em", "--start-map", "map.fits") == []
    (ward,) = sentences("cube.fits", "-m", "ward")
    assert "cannot compare numbers of ward" in ward
