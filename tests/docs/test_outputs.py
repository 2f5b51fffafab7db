"""docs/outputs.md has every HDU, column, card and HDF5 path of what is written."""

import re
from pathlib import Path

import h5py
import pytest
from astropy.io import fits
from pages import DOCS, cubeclust

CODES = {*re.findall(r"`([^`\s]+)`", (DOCS / "outputs.md").read_text())}
STRUCTURAL = {"SIMPLE", "BITPIX", "NAXIS", "EXTEND", "CHECKSUM", "DATASUM", "HISTORY"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outputs")
    sky, out = folder / "sky.fits", folder / "out"
    cubeclust(f"cubeclust simulate blobs --size 20 --channels 100 -o {sky} --quiet")
    cubeclust(f"cubeclust run {sky} --redshift auto -m fisher-em -k 3 --n-starts 1 -o {out} --quiet")
    within = f"--within {out}/sky_fisher-em_classmap.fits --class 1"
    cubeclust(f"cubeclust run {sky} -m mmd-ovo -k 2 --max-iter 5 {within} -o {out} --quiet")
    return out


def test_fits_files(folder: Path) -> None:
    files = sorted(folder.glob("*.fits"))
    assert len(files) == 3
    for path in files:
        with fits.open(path) as hdus:
            assert {hdu.name for hdu in hdus} - {"PRIMARY"} <= CODES, path
            assert {*hdus[0].header} - STRUCTURAL <= CODES, path
            columns = {name for hdu in hdus if isinstance(hdu, fits.BinTableHDU) for name in hdu.columns.names}
            assert columns <= CODES, path


def test_results(folder: Path) -> None:
    for path in folder.glob("*.h5"):
        with h5py.File(path) as file:
            groups = {name for name, item in file.items() if isinstance(item, h5py.Group)}
            assert {*file} - groups <= CODES
            assert {f"{name}/*" for name in groups} <= CODES
            assert {*file.attrs} <= CODES
            assert {*file["history"]} <= CODES


def test_log(folder: Path) -> None:
    import json

    record = json.loads((folder / "runs.jsonl").read_text().splitlines()[0])
    optional = {"started", "cube", "target", "parent", "method", "averaged"}  # the cards of the class map
    assert {*record} - optional <= CODES
