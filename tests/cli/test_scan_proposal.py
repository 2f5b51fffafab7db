"""The scan that `cubeclust run` proposes where -k was not given."""

import shlex
from pathlib import Path

import pytest
from commands import call
from skies import make_sky, write_sky

from cubeclust.methods import METHODS

CLOSING = "-k was not given"
BRIEF = ["-m", "mmd-ovo", "--max-iter", 3]


@pytest.fixture
def cube(tmp_path: Path) -> Path:
    return write_sky(tmp_path / "my sky.fits", make_sky(ny=8, nx=9, regions=3))


def proposed(*arguments: object) -> tuple[str, list[str]]:
    """What `cubeclust run` prints on stderr, and the arguments of the command that it proposes."""
    result = call("run", *arguments)
    assert result.exit_code == 0, (result.stderr, result.exception)
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("  cubeclust select ")]
    return result.stderr, shlex.split(line)[1:]


def test_command_works_as_it_stands(cube: Path, tmp_path: Path) -> None:
    """From the options in any spelling, the cube among them; the products of the run stay."""
    options = ["--crop=1", "--window", "7600:8000", "-m", "kmeans", "--seed=3", "--n-starts", 1, "--no-overwrite"]
    stderr, command = proposed(*options[:3], cube, *options[3:], "-o", tmp_path / "out", "--json")
    assert "10 classes are a start" in stderr
    assert "2 to 20 by the agreement of maps from 2 seeds" in stderr
    assert "(38 fits; this one took" in stderr
    words = "--crop 1 --window 7600:8000 -m kmeans --seed 3 --n-starts 1 --no-overwrite -k 2:20 -o"
    assert command == ["select", str(cube), *words.split(), str(tmp_path / "out" / "select")]
    result = call(*command)
    assert result.exit_code == 0, (result.stderr, result.exception)
    assert result.stdout.strip() == str(tmp_path / "out" / "select" / "my sky_kmeans_classmap.fits")
    assert CLOSING not in result.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-m", "gmm", "--pca", 2], "-k 2:20 -o"),
        (["-m", "gmm", "--pca", 2, "--sample", 15], "--sample 15 -k 2:15 --seeds 1 -o"),
        (["-m", "fisher-em", "--n-starts", 1], "-k 2:20 --model DkBk -o"),
        (["-m", "fisher-em", "--n-starts", 1, "--model", "AkBk"], "--model AkBk -k 2:20 -o"),
        ([*BRIEF, "--max-minutes", 1], "--max-iter 3 -k 2:20 -o"),
        (["-m", "ward", "--sample", 60], "--sample 60 -k 2:20 -o"),
    ],
)
def test_command_fits_the_method(cube: Path, tmp_path: Path, options: list, words: str) -> None:
    stderr, command = proposed(cube, *options, "-o", tmp_path)
    assert words in shlex.join(command)
    assert ("by ICL" in stderr) == METHODS[options[1]].mixture
    result = call(*command, "--dry-run")
    assert result.exit_code == 0, (result.stderr, result.exception)


def test_options_of_a_file_stay_there(cube: Path, tmp_path: Path) -> None:
    """A bound in time, which a scan cannot have, is lifted; a number of classes counts as given."""
    config = tmp_path / "study.toml"
    config.write_text('method = "mmd-ovo"\nmax-minutes = 1\nmax-iter = 3\nexclude = ["7700:7800"]')
    _, command = proposed(cube, "--config", config, "-o", tmp_path)
    assert command[1:-2] == [str(cube), "--config", str(config), "-k", "2:20", "--max-minutes", "0"]
    assert call(*command, "--dry-run").exit_code == 0
    config.write_text("n-clusters = 4\nmax-iter = 3")
    assert CLOSING not in call("run", cube, "--config", config, "-o", tmp_path, "--overwrite").stderr


def test_no_scan_where_the_number_is_given_or_cannot_be_compared(cube: Path, tmp_path: Path) -> None:
    given = call("run", cube, *BRIEF, "-k", 10, "-o", tmp_path)
    assert (given.exit_code, CLOSING in given.stderr) == (0, False)
    ward = call("run", cube, "-m", "ward", "-o", tmp_path)
    assert "cannot compare numbers of ward" in ward.stderr
    assert "cubeclust select " not in ward.stderr
    assert call("run", cube, "-m", "ward", "-o", tmp_path, "--overwrite", "--quiet").stderr == ""
    start = ["--start-map", tmp_path / "my sky_ward_classmap.fits"]
    started = call("run", cube, "-m", "fisher-em", *start, "-o", tmp_path)
    assert (started.exit_code, CLOSING in started.stderr) == (0, False)
