"""`--redshift none | auto | FILE`: velocities with reasons against them, and what becomes of them in the products."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS
from click.testing import Result
from commands import call, record_of, refused
from skies import SPEED_OF_LIGHT, Galaxy, make_galaxy, sky_header, write_sky, write_velocity_map

from cubeclust.io.map_hdus import Provenance
from cubeclust.io.velocities.fields import read_velocity_field, write_velocity_field
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.quality import OF_VELOCITY, Quality
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import KEPT, VelocityFlag

FAST = ["-m", "kmeans", "-k", "3", "--normalize-band", "6600:6680"]
SYSTEMIC = 0.0038
DROPPING = [flag for flag in VelocityFlag if flag not in KEPT]


@pytest.fixture(scope="module")
def galaxy() -> Galaxy:
    return make_galaxy(noise=0.1)


@pytest.fixture
def cube(tmp_path: Path, galaxy: Galaxy) -> Path:
    return write_sky(tmp_path / "disk.fits", galaxy)


def field_of(galaxy: Galaxy, flag: np.ndarray | None = None) -> VelocityField:
    """The true velocities of a galaxy as they would be measured, with widths that differ from spaxel to spaxel."""
    shape = galaxy.truth.shape
    z = galaxy.velocity / SPEED_OF_LIGHT
    return VelocityField(
        velocity=(SPEED_OF_LIGHT * (z - SYSTEMIC) / (1 + SYSTEMIC)).astype(np.float32),
        error=np.full(shape, 2, np.float32),
        sigma=np.arange(galaxy.truth.size, dtype=np.float32).reshape(shape),
        snr=np.full(shape, 50, np.float32),
        n_lines=np.full(shape, 5, np.int16),
        flag=np.zeros(shape, np.int32) if flag is None else flag,
        systemic=SYSTEMIC,
        medium="air",
        wcs=WCS(sky_header(galaxy)).celestial,
    )


def written(path: Path, field: VelocityField) -> Path:
    path.unlink(missing_ok=True)
    write_velocity_field(path, field, Provenance({}, ()))
    return path


@pytest.fixture
def flagged(galaxy: Galaxy) -> VelocityField:
    """Row 4 has each reason once, row 5 the reasons that are kept, (6, 0) two reasons, (6, 1) no velocity."""
    flag = np.zeros(galaxy.truth.shape, np.int32)
    flag[4, : len(DROPPING)] = DROPPING
    flag[5, :2] = VelocityFlag.PROFILE, VelocityFlag.BINNED
    flag[6, 0] = VelocityFlag.LOW_SNR | VelocityFlag.FEW_LINES | VelocityFlag.PROFILE
    field = field_of(galaxy, flag)
    field.velocity[6, 1] = np.nan
    return field


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, flagged: VelocityField) -> list[RedshiftSettings]:
    """Settings of the measurements that are made, each of which gives the flagged velocities."""
    asked = []

    def estimate(settings: RedshiftSettings, progress: object) -> VelocityField:
        asked.append(settings)
        return flagged

    monkeypatch.setattr("cubeclust.pipelines.redshift.pipeline.estimate", estimate)
    return asked


def products(record: dict) -> tuple[fits.HDUList, Path]:
    path = Path(record["files"]["classmap.fits"])
    return fits.open(path), path


def test_map_of_ours_gives_what_an_image_of_others_with_its_velocities_gives(
    cube: Path, tmp_path: Path, galaxy: Galaxy
) -> None:
    field = field_of(galaxy)
    image = write_velocity_map(tmp_path / "v.fits", field.redshift, "z")
    ours = record_of(cube, *FAST, "--redshift", written(tmp_path / "vel.fits", field), "-o", tmp_path / "ours")
    theirs = record_of(cube, *FAST, "--velocity-map", image, "-o", tmp_path / "theirs")
    (one, _), (other, _) = products(ours), products(theirs)
    for name in ("CLASSMAP", "QUALITY", "VELOCITY"):
        np.testing.assert_array_equal(one[name].data, other[name].data)
    np.testing.assert_array_equal(one["SPECTRA"].data["MEAN"], other["SPECTRA"].data["MEAN"])
    np.testing.assert_allclose(one["VELOCITY"].data, galaxy.velocity, rtol=1e-6)
    assert one[0].header["ZSYS"] == SYSTEMIC
    assert other[0].header["ZSYS"] == np.median(field.redshift)


def test_each_reason_has_its_bit_and_kept_ones_none(cube: Path, tmp_path: Path, flagged: VelocityField) -> None:
    record = record_of(cube, *FAST, "--redshift", written(tmp_path / "vel.fits", flagged), "-o", tmp_path)
    hdus, _ = products(record)
    expected = np.zeros(flagged.flag.shape, np.int32)
    expected[4, : len(DROPPING)] = [OF_VELOCITY[flag] for flag in DROPPING]
    expected[6, :2] = Quality.VELOCITY_LOW_SNR | Quality.VELOCITY_FEW_LINES, Quality.NO_VELOCITY
    np.testing.assert_array_equal(hdus["QUALITY"].data, expected)
    np.testing.assert_array_equal(hdus["CLASSMAP"].data == 0, expected != 0)
    np.testing.assert_array_equal(np.isnan(hdus["VELOCITY"].data), expected != 0)
    assert hdus["QUALITY"].header["QBIT8"] == "VELOCITY_LOW_SNR"
    said = f"velocity: {len(DROPPING) + 2} of 440 spaxels dropped: 2 NO_VELOCITY, 2 LOW_SNR, 2 FEW_LINES, 1 FAR, "
    assert record["velocities"]["summary"].startswith(said)
    assert record["left_out"]["VELOCITY_LOW_SNR"] == 2
    assert "VELOCITY_PROFILE" not in record["left_out"]
    assert said in " ".join("".join(hdus[0].header["HISTORY"]).split("\n"))


def test_reasons_that_the_map_drops_are_its_own(cube: Path, tmp_path: Path, flagged: VelocityField) -> None:
    """A map measured with --keep low_snr and without keeping binned ones."""
    field = replace(flagged, dropped=VelocityFlag.BINNED | VelocityFlag.FAR)
    record = record_of(cube, *FAST, "--redshift", written(tmp_path / "vel.fits", field), "-o", tmp_path)
    assert record["left_out"] == {"NO_VELOCITY": 1, "VELOCITY_FAR": 1, "VELOCITY_BINNED": 1}


def test_summary_is_said_in_one_line(cube: Path, tmp_path: Path, flagged: VelocityField) -> None:
    velocities = written(tmp_path / "vel.fits", flagged)
    result = call("run", cube, *FAST, "--redshift", velocities, "--crop", "0,0,6,0", "-o", tmp_path)
    said = "velocity: 2 of 308 spaxels dropped: 1 NO_VELOCITY, 1 LOW_SNR, 1 FEW_LINES"
    assert result.stderr.count(said) == 2, "as it happens and at the end"
    none = call("run", cube, *FAST, "--redshift", velocities, "--crop", "0,0,7,0", "-o", tmp_path / "less")
    assert "velocity: none of 286 spaxels dropped" in none.stderr


def test_velocities_of_classes_are_those_of_their_spaxels(cube: Path, tmp_path: Path, flagged: VelocityField) -> None:
    options = ["--redshift", written(tmp_path / "vel.fits", flagged), "--export", "csv", "-o", tmp_path]
    record = record_of(cube, *FAST, *options)
    hdus, path = products(record)
    table = Table.read(path, "CLASSES")
    assert [str(table[name].unit) for name in ("VELOCITY", "VELDISP", "SIGMA")] == ["km / s"] * 3
    for row in table:
        inside = hdus["CLASSMAP"].data == row["CLASS"]
        velocity = flagged.velocity[inside].astype(float)
        assert row["VELOCITY"] == pytest.approx(np.median(velocity), abs=1e-4)
        assert row["VELDISP"] == pytest.approx(np.ptp(np.quantile(velocity, (0.16, 0.84))) / 2, abs=1e-4)
        assert row["SIGMA"] == np.median(flagged.sigma[inside])
    with open(record["files"]["spaxels.csv"]) as file:
        velocities = [line["velocity"] for line in csv.DictReader(file)]
    known = np.isfinite(hdus["VELOCITY"].data).ravel()
    assert [text != "" for text in velocities] == known.tolist()
    np.testing.assert_allclose(
        np.array(velocities)[known].astype(float), flagged.velocity.ravel()[known], rtol=0, atol=0.006
    )


def test_velocities_of_an_image_are_about_their_median(cube: Path, tmp_path: Path, galaxy: Galaxy) -> None:
    image = write_velocity_map(tmp_path / "v.fits", galaxy.velocity)
    hdus, path = products(record_of(cube, *FAST, "--velocity-map", image, "--crop", 2, "-o", tmp_path))
    z = galaxy.velocity / SPEED_OF_LIGHT
    systemic = np.median(z[2:-2, 2:-2])
    assert hdus[0].header["ZSYS"] == pytest.approx(systemic, rel=1e-12)
    for row in fits.getdata(path, "CLASSES"):
        about = SPEED_OF_LIGHT * (z[hdus["CLASSMAP"].data == row["CLASS"]] - systemic) / (1 + systemic)
        assert row["VELOCITY"] == pytest.approx(np.median(about), abs=1e-4)
        assert np.isnan(row["SIGMA"])


def test_without_velocities_classes_have_none(cube: Path, tmp_path: Path) -> None:
    result = call("run", cube, *FAST, "--redshift", "none", "-o", tmp_path)
    table, header = fits.getdata(result.stdout.strip(), "CLASSES"), fits.getheader(result.stdout.strip())
    assert all(np.isnan(table[name]).all() for name in ("VELOCITY", "VELDISP", "SIGMA"))
    assert "ZSYS" not in header
    assert "velocity" not in result.stderr


def test_auto_measures_first_and_keeps_the_map(
    cube: Path, tmp_path: Path, flagged: VelocityField, measured: list[RedshiftSettings]
) -> None:
    options = ["--crop", "1,2,3,0", "--memory", "4GB", "--device", "cpu"]
    record = record_of(cube, *FAST, *options, "--redshift", "auto", "-o", tmp_path / "auto")
    (asked,) = measured
    assert (asked.cube, asked.crop, asked.memory, asked.device) == (cube, (1, 2, 3, 0), 4 * 10**9, "cpu")
    kept = record["files"]["velocity.fits"]
    assert kept == str(tmp_path / "auto" / "disk_velocity.fits")
    assert (tmp_path / "auto" / "disk_velocity.png").read_bytes().startswith(b"\x89PNG")
    np.testing.assert_array_equal(read_velocity_field(Path(kept)).velocity, flagged.velocity)
    again = record_of(cube, *FAST, *options, "--redshift", kept, "-o", tmp_path / "file")
    assert len(measured) == 1
    (one, _), (other, _) = products(record), products(again)
    for name in ("CLASSMAP", "QUALITY", "VELOCITY"):
        np.testing.assert_array_equal(one[name].data, other[name].data)
    np.testing.assert_array_equal(one["CLASSES"].data["VELOCITY"], other["CLASSES"].data["VELOCITY"])


def test_auto_measures_the_rectangle_of_the_class_that_is_clustered_again(
    cube: Path, tmp_path: Path, galaxy: Galaxy, measured: list[RedshiftSettings]
) -> None:
    parent = record_of(cube, *FAST, "--crop", "0,12,0,10", "-o", tmp_path)["files"]["classmap.fits"]
    y, x = np.nonzero(fits.getdata(parent, "CLASSMAP") == 2)
    options = ["-m", "kmeans", "-k", 2, "--within", parent, "--class", 2]
    record = record_of(cube, *options, "--redshift", "auto", "-o", tmp_path)
    ny, nx = galaxy.truth.shape
    assert measured[0].crop == (x.min(), nx - 1 - x.max(), y.min(), ny - 1 - y.max())
    assert record["files"]["velocity.fits"] == str(tmp_path / "disk-B_velocity.fits")


def test_nothing_is_measured_for_products_that_exist(
    cube: Path, tmp_path: Path, measured: list[RedshiftSettings]
) -> None:
    kept = tmp_path / "disk_velocity.fits"
    auto = ["run", cube, "--redshift", "auto", "-o", tmp_path]
    assert call(*auto, *FAST).exit_code == 0
    refused(call(*auto, "-m", "kmeans", "-k", 2), f"{kept}: exists already; give --redshift {kept}", "--overwrite")
    kept.unlink()
    refused(call(*auto, *FAST), "exists already", "--overwrite")
    assert len(measured) == 1
    assert call(*auto, *FAST, "--overwrite").exit_code == 0
    assert len(measured) == 2


def test_nothing_is_written_where_the_map_cannot_be(
    cube: Path, tmp_path: Path, measured: list[RedshiftSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cubeclust.plots.velocity.plot_velocity", full)
    refused(call("run", cube, *FAST, "--redshift", "auto", "-o", tmp_path / "out"), "No space left")
    assert list((tmp_path / "out").iterdir()) == []


def test_dry_run_measures_nothing_and_says_so(cube: Path, tmp_path: Path, measured: list[RedshiftSettings]) -> None:
    options = ["run", cube, *FAST, "--redshift", "auto", "-o", tmp_path / "out", "--dry-run"]
    facts = json.loads(call(*options, "--json").stdout)
    assert facts["measured_first"]
    assert facts["n_spectra"] == 440
    assert facts["files"]["velocity.fits"] == str(tmp_path / "out" / "disk_velocity.fits")
    result = call(*options)
    assert "at most 440" in result.stdout
    assert "velocities are measured first" in result.stdout
    assert not measured
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("low", "high"), [(3280, 3300), (13100, 13130)])
def test_dry_run_refuses_no_window_unmeasured(cube: Path, low: float, high: float) -> None:
    """Wavelengths at rest that a cube of 6400:6849 Angstrom would show at redshifts of 1 and of -0.5."""
    result = call("run", cube, *FAST[:4], "--window", f"{low}:{high}", "--redshift", "auto", "--dry-run", "--json")
    assert result.exit_code == 0, result.stderr
    first, last = json.loads(result.stdout)["wavelength"]
    assert low <= first < last <= high


def test_dry_run_of_a_model_at_rest(cube: Path, tmp_path: Path, flagged: VelocityField) -> None:
    """The model's channels begin below those of the cube, as every spectrum was shifted to the blue."""
    velocities = written(tmp_path / "vel.fits", flagged)
    files = record_of(cube, *FAST, "--redshift", velocities, "-o", tmp_path)["files"]
    result = call("apply", files["result.h5"], cube, "--redshift", "auto", "--dry-run", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["n_spectra"] == 440


def test_select_measures_once(cube: Path, tmp_path: Path, measured: list[RedshiftSettings]) -> None:
    options = ["-m", "kmeans", "-k", "2:4", "--normalize-band", "6600:6680", "--redshift", "auto", "-o", tmp_path]
    result = call("select", cube, *options, "--json")
    assert result.exit_code == 0, result.stderr
    assert len(measured) == 1
    record = json.loads(result.stdout)
    assert record["left_out"]["VELOCITY_FAR"] == 1
    assert (tmp_path / "disk_velocity.fits").exists()
    for product in record["files"].values():
        Path(product).unlink()
    refused(call("select", cube, *options), "select.csv: exists already")
    assert len(measured) == 1


@pytest.mark.parametrize("source", ["auto", "file"])
def test_apply_takes_velocities(
    cube: Path, tmp_path: Path, flagged: VelocityField, measured: list[RedshiftSettings], source: str
) -> None:
    velocities = written(tmp_path / "vel.fits", flagged)
    files = record_of(cube, *FAST, "--redshift", velocities, "-o", tmp_path)["files"]
    refused(call("apply", files["result.h5"], cube, "-o", tmp_path), "fitted at rest", "--redshift")
    given = "auto" if source == "auto" else velocities
    result = call("apply", files["result.h5"], cube, "--redshift", given, "-o", tmp_path)
    assert result.exit_code == 0, result.stderr
    for name in ("CLASSMAP", "QUALITY"):
        np.testing.assert_array_equal(
            fits.getdata(result.stdout.strip(), name), fits.getdata(files["classmap.fits"], name)
        )
    plain = record_of(cube, *FAST, "-o", tmp_path / "plain")["files"]["result.h5"]
    refused(call("apply", plain, cube, "--redshift", velocities, "-o", tmp_path), "leave out --redshift")


def test_merged_classes_keep_the_systemic_and_the_widths(cube: Path, tmp_path: Path, flagged: VelocityField) -> None:
    options = ["--redshift", written(tmp_path / "vel.fits", flagged), "-o", tmp_path]
    parent = record_of(cube, *FAST, *options)["files"]["classmap.fits"]
    within = ["-m", "kmeans", "-k", 2, "--within", parent, "--class", 1]
    part = record_of(cube, *within, *options)["files"]["classmap.fits"]
    merged = call("merge", parent, part, "-o", tmp_path).stdout.strip()
    old = {row["NAME"]: row for path in (parent, part) for row in Table.read(path, "CLASSES")}
    rows = Table.read(merged, "CLASSES")
    assert {row["NAME"] for row in rows} == {"A1", "A2", "B", "C"}
    for row in rows:
        for name in ("VELOCITY", "VELDISP", "SIGMA"):
            assert row[name] == pytest.approx(old[row["NAME"]][name], abs=1e-3)
    assert fits.getheader(merged)["ZSYS"] == SYSTEMIC


def test_configuration_names_the_velocities(
    cube: Path, tmp_path: Path, flagged: VelocityField, measured: list[RedshiftSettings]
) -> None:
    study = tmp_path / "study.toml"
    study.write_text('redshift = "auto"\n')
    record = record_of(cube, *FAST, "--config", study, "-o", tmp_path)
    assert record["settings"]["redshift"] == "auto"
    path = written(tmp_path / "vel.fits", flagged)
    study.write_text(f'redshift = "{path}"\n')
    record = record_of(cube, *FAST, "--config", study, "-o", tmp_path / "file")
    assert record["settings"]["redshift"] == str(path)
    assert len(measured) == 1


def test_bad_velocities_end_in_one_sentence(cube: Path, tmp_path: Path, galaxy: Galaxy) -> None:
    def given(path: object, *more: object) -> Result:
        return call("run", cube, *FAST, "--redshift", path, *more, "-o", tmp_path / "out")

    field, path = field_of(galaxy), tmp_path / "vel.fits"
    image = write_velocity_map(tmp_path / "v.fits", galaxy.velocity)
    refused(given(written(path, field), "--velocity-map", image), "--redshift", "--velocity-map", "give one")
    refused(given("auto", "--velocity-map", image), "--redshift", "--velocity-map", "give one")
    refused(given(path, "--velocity-unit", "z"), "--velocity-map")
    refused(given(image), "v.fits", "--velocity-map")
    refused(given("0.0038"), "0.0038: no such file", "--redshift", "auto")
    path.write_text("km/s")
    refused(given(path), "vel.fits: cannot be read as FITS")
    flag = np.full(galaxy.truth.shape, VelocityFlag.LOW_SNR, np.int32)
    refused(given(written(path, field_of(galaxy, flag))), "vel.fits", "misleading")
    flag[0, 0] = 0
    refused(given(written(path, field_of(galaxy, flag)), "--crop", 1), "--redshift has no velocity", "360 LOW_SNR")
    wide = replace(field, velocity=np.linspace(0, 1e5, flag.size).reshape(flag.shape).astype(np.float32))
    refused(given(written(path, wide)), "--redshift: redshifts from", "--mask")
    smaller = make_galaxy(ny=19)
    refused(given(written(path, field_of(smaller))), "vel.fits", "(19, 22)")
    assert not (tmp_path / "out").exists()
