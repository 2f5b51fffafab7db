"""`cubeclust run --export`."""

import json
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from click.testing import CliRunner, Result

from cubeclust.cli.main import main
from cubeclust.io.exports import EXPORTS

FAST = ["--method", "kmeans", "-k", "3", "--n-starts", "1", "--crop", "1"]
ENDINGS = [ending for export in EXPORTS.values() for ending in export.files]
ALL = [word for name in EXPORTS for word in ("--export", name)]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["run", *map(str, arguments)])


def test_exports_stand_beside_the_map_and_agree_with_it(sky_file: Path, tmp_path: Path) -> None:
    record = json.loads(run(sky_file, *FAST, *ALL, "-o", tmp_path / "out", "--json").stdout)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {f"sky_kmeans_{ending}" for ending in ENDINGS} <= names
    files = {ending: Path(path) for ending, path in record["files"].items()}
    assert all(files[ending].exists() for ending in ENDINGS)
    counts = Table.read(files["classmap.fits"], "CLASSES")["N_SPAXELS"]
    spaxels = Table.read(files["spaxels.csv"], format="ascii.csv")
    assert np.bincount(spaxels["class"])[1:].tolist() == counts.tolist() == record["class_sizes"]
    assert np.bincount(spaxels["quality"] == 1)[1] == record["left_out"]["CROPPED"]
    flux = fits.getdata(files["gist_table.fits"], "TABLE")["FLUX"]
    np.testing.assert_array_equal(flux, fits.getdata(files["classmap.fits"], "WHITELIGHT").ravel())
    assert f"setting export = {json.dumps(list(EXPORTS))}" in str(fits.getheader(files["classmap.fits"])["HISTORY"])


def test_formats_can_stand_in_the_configuration(sky_file: Path, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text('export = ["csv", "manga"]\n')
    result = run(sky_file, *FAST, "--config", tmp_path / "study.toml", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert len(list((tmp_path / "out").iterdir())) == 7


@pytest.mark.parametrize("ending", ENDINGS)
def test_existing_export_is_not_replaced_unasked(sky_file: Path, tmp_path: Path, ending: str) -> None:
    old = tmp_path / f"sky_kmeans_{ending}"
    old.write_text("old")
    result = run(sky_file, *FAST, *ALL, "-o", tmp_path)
    assert result.exit_code == 2
    assert f"{old}: exists already; give --overwrite" in result.stderr
    assert old.read_text() == "old"
    assert run(sky_file, *FAST, *ALL, "-o", tmp_path, "--overwrite").exit_code == 0
    assert old.read_bytes() != b"old"


@pytest.mark.parametrize("name", EXPORTS)
def test_nothing_is_left_when_a_format_fails(
    sky_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    writer = EXPORTS[name].writer(next(iter(EXPORTS[name].files)))

    def fail(path: Path, *arguments: object) -> None:
        writer(path, *arguments)
        raise OSError("disk full")

    monkeypatch.setattr(f"{writer.__module__}.{writer.__name__}", fail)
    result = run(sky_file, *FAST, *ALL, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "disk full" in result.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_unknown_format(sky_file: Path) -> None:
    result = run(sky_file, *FAST, "--export", "carta")
    assert result.exit_code == 2
    assert all(name in result.stderr for name in ("carta", *EXPORTS))


def test_exports_of_an_older_run_are_named(sky_file: Path, tmp_path: Path) -> None:
    run(sky_file, *FAST, "--export", "csv", "-o", tmp_path / "out")
    later = run(sky_file, *FAST, "--export", "ds9", "-o", tmp_path / "out", "--overwrite")
    assert "left by an older run, and not written by this one: sky_kmeans_spaxels.csv" in later.stderr
