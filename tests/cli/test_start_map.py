"""A fit that starts from the classes of a map."""

import json
from pathlib import Path

from astropy.io import fits
from click.testing import CliRunner
from commands import refused

from cubeclust.cli.main import main


def test_map_of_another_method_is_the_start(sky_file: Path, tmp_path: Path) -> None:
    """From a converged map one iteration finds the same classes, and settings say where they came from."""
    runner, shared = CliRunner(), [str(sky_file), "-o", str(tmp_path), "-k", "4", "--json", "-q"]
    first = json.loads(runner.invoke(main, ["run", *shared, "-m", "kmeans"], catch_exceptions=False).stdout)
    start = first["files"]["classmap.fits"]
    options = ["-m", "fisher-em", "--start-map", start, "--max-iter", "1"]
    second = json.loads(runner.invoke(main, ["run", *shared, *options], catch_exceptions=False).stdout)
    maps = (fits.getdata(record["files"]["classmap.fits"], "CLASSMAP") for record in (first, second))
    one, other = maps
    assert (one == other).all()
    assert second["settings"]["start_map"] == start


def test_start_that_does_not_fit_is_refused(sky_file: Path, tmp_path: Path) -> None:
    call = ["run", str(sky_file), "-o", str(tmp_path), "-q"]
    start = CliRunner().invoke(main, [*call, "-m", "kmeans", "-k", "3"], catch_exceptions=False).stdout.strip()
    for options, words in (
        (["-m", "fisher-em", "-k", "4", "--start-map", start], "give --n-clusters 3"),
        (["-m", "kmeans", "-k", "3", "--start-map", start], "kmeans does not start from classes"),
        (["-m", "fisher-em", "-k", "3", "--start-map", str(sky_file)], "is no class map"),
    ):
        refused(CliRunner().invoke(main, [*call, *options]), words)
