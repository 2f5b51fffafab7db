from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from commands import call, record_of, refused
from sklearn.metrics import adjusted_rand_score as agreement

from cubeclust.simulation import SKIES


@pytest.mark.parametrize("sky", SKIES)
@pytest.mark.parametrize("size", [20, 60])
def test_writes_cube_and_truth_of_one_frame(sky: str, size: int, tmp_path: Path) -> None:
    cube, truth = tmp_path / "sky.fits", tmp_path / "sky_truth.fits"
    result = call("simulate", sky, "-o", cube, "--size", size, "--channels", 100)
    assert result.exit_code == 0, (result.stderr, result.exception)
    assert result.stdout.strip() == str(cube)
    with fits.open(cube) as made, fits.open(truth) as answer:
        made.verify("exception")
        assert [hdu.name for hdu in made] == ["PRIMARY", "DATA", "STAT"]
        assert made["DATA"].shape == made["STAT"].shape == (100, size, size)
        assert made["DATA"].header["BUNIT"] == "10**(-20)*erg/s/cm**2/Angstrom"
        empty = np.isnan(made["DATA"].data).all(axis=0)
        np.testing.assert_array_equal(answer["CLASS"].data == 0, empty)
        np.testing.assert_array_equal(answer["BAD"].data >= 2, empty)
        assert answer[0].header.get("ZSYS") == SKIES[sky].redshift
        numbers = answer["CLASSES"].data["CLASS"].tolist()
        assert set(np.unique(answer["CLASS"].data)) <= {0, *numbers}
        for key in ("CRVAL1", "CRPIX1", "CD1_1", "CD2_2"):
            assert answer["CLASS"].header[key] == made["DATA"].header[key]


def test_the_same_options_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (tmp_path / name / "sky.fits" for name in ("a", "b"))
    for path in (first, second):
        call("simulate", "ngc1068", "-o", path, "--size", 20, "--channels", 100)
    with fits.open(first) as a, fits.open(second) as b:
        for name in ("DATA", "STAT"):
            assert a[name].data.tobytes() == b[name].data.tobytes()
            assert a[name].header == b[name].header


def test_vacuum_counts_other_numbers_for_the_same_lines(tmp_path: Path) -> None:
    for medium, ctype in (("air", "AWAV"), ("vacuum", "WAVE")):
        path = tmp_path / f"{medium}.fits"
        call("simulate", "blobs", "-o", path, "--size", 20, "--channels", 100, "--medium", medium)
        assert fits.getval(path, "CTYPE3", "DATA") == ctype


def test_a_run_finds_the_blobs(tmp_path: Path) -> None:
    path = tmp_path / "sky.fits"
    call("simulate", "blobs", "-o", path, "--size", 24, "--channels", 200)
    record_of(path, "-m", "spectral", "-k", 6, "-o", tmp_path)
    found, true = (fits.getdata(tmp_path / name) for name in ("sky_spectral_classmap.fits", "sky_truth.fits"))
    assert agreement(true.ravel(), found.ravel()) > 0.7


def test_unknown_sky(tmp_path: Path) -> None:
    refused(call("simulate", "andromeda", "-o", tmp_path / "sky.fits"), "'andromeda'", "'ngc1068', 'blobs', 'hudf'")


@pytest.mark.parametrize(
    ("option", "value"),
    [("--size", 19), ("--size", 321), ("--channels", 99), ("--channels", 3682), ("--snr", 0), ("--snr", "nan"),
     ("--z", 0.4), ("--z", "nan")],
)  # fmt: skip
def test_options_out_of_bounds(option: str, value: object, tmp_path: Path) -> None:
    refused(call("simulate", "ngc1068", "-o", tmp_path / "sky.fits", option, value), option, str(value))
    assert not list(tmp_path.iterdir())


def test_galaxies_of_a_deep_field_have_redshifts_of_their_own(tmp_path: Path) -> None:
    refused(call("simulate", "hudf", "-o", tmp_path / "sky.fits", "--z", 0.1), "--z", "hudf")


@pytest.mark.parametrize("existing", ["sky.fits", "sky_truth.fits"])
def test_files_that_exist_are_kept(existing: str, tmp_path: Path) -> None:
    (tmp_path / existing).write_text("mine")
    refused(call("simulate", "blobs", "-o", tmp_path / "sky.fits"), existing, "--overwrite")
    assert [path.name for path in tmp_path.iterdir()] == [existing]
    assert (tmp_path / existing).read_text() == "mine"


@pytest.mark.parametrize("option", ["--output", "--truth"])
def test_packed_files_are_not_written(option: str, tmp_path: Path) -> None:
    others = {"--output": tmp_path / "sky.fits", option: tmp_path / "sky.fits.gz"}
    refused(call("simulate", "blobs", *[word for pair in others.items() for word in pair]), "sky.fits.gz", ".fits")


def test_letters_that_fits_does_not_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ciel_\u00e9toil\u00e9.fits"
    monkeypatch.setattr("sys.argv", ["cubeclust", "simulate", "blobs", "-o", str(path)])
    assert call("simulate", "blobs", "-o", path, "--size", 20, "--channels", 100).exit_code == 0
    assert "\\xe9" in str(fits.getheader(path)["HISTORY"])


def test_truth_and_cube_are_two_files(tmp_path: Path) -> None:
    path = tmp_path / "sky.fits"
    refused(call("simulate", "blobs", "-o", path, "--truth", path), "--truth")
