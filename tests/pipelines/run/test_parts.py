"""Each stage takes its part of the settings, and no setting is forgotten."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from commands import call

from cubeclust import RunSettings, Window, apply_settings
from cubeclust.pipelines.parts import Compute
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.pipelines.run.parts import AreaSettings, FitSettings, Output, SpectraSettings
from cubeclust.pipelines.sources import CubeSource, VelocityMapSource

VELOCITY_MAP = {"velocity_map", "velocity_unit", "velocity_hdu", "velocity_zero"}
# Settings that only the run itself reads, as a whole.
OF_THE_RUN = {"redshift", "result", "resample", "command"}
PARTS = (CubeSource, AreaSettings, SpectraSettings, FitSettings, Compute, Output)


def test_every_setting_is_in_one_part() -> None:
    names = [field.name for part in PARTS for field in fields(part)]
    assert len(names) == len(set(names))
    assert {field.name for field in fields(RunSettings)} == {*names} | VELOCITY_MAP | OF_THE_RUN


def test_parts_hold_the_values() -> None:
    window, cube = (Window(7000.0, 7400.0),), Path("cube.fits")
    settings = RunSettings(cube, "kmeans", {"n_clusters": 3}, hdu="FLUX", crop=(1, 2, 3, 4), window=window, seed=5)
    assert settings.cube_source == CubeSource(cube, hdu="FLUX")
    assert settings.area == AreaSettings(crop=(1, 2, 3, 4))
    assert settings.spectra == SpectraSettings(window=window)
    assert settings.fit == FitSettings("kmeans", {"n_clusters": 3}, seed=5)
    assert settings.velocity_source is None
    assert replace(settings, seed=6).fit.seed == 6  # a view belongs to its record


def test_velocity_map_is_one_source() -> None:
    given = {"velocity_map": Path("v.fits"), "velocity_unit": "m/s", "velocity_hdu": "GAS", "velocity_zero": 1100.0}
    expected = VelocityMapSource(Path("v.fits"), "m/s", "GAS", 1100.0)
    assert RunSettings(Path("cube.fits"), **given).velocity_source == expected
    assert RedshiftSettings(Path("cube.fits"), **given).imported == expected


def test_measurement_before_a_run_reads_the_same_cube() -> None:
    settings = RunSettings(
        Path("cube.fits"), variance_hdu="none", mask=Path("mask.fits"), device="cpu", memory=10**9, min_snr=5.0
    )
    measurement = settings.measurement
    assert measurement.cube_source == settings.cube_source
    assert measurement.compute == settings.compute
    assert measurement.mask == settings.mask
    assert measurement.min_snr == RedshiftSettings(Path("cube.fits")).min_snr  # of lines, not of spectra


@pytest.fixture
def fitted(sky_file: Path, tmp_path: Path) -> Path:
    options = ("-m", "kmeans", "-k", 3, "--n-starts", 1, "--window", "7600:8100", "--max-nan", 0.2, "--seed", 7)
    assert call("run", sky_file, *options, "-o", tmp_path).exit_code == 0
    return tmp_path / f"{sky_file.stem}_kmeans_result.h5"


def test_apply_inherits_spectra_and_fit_whole(fitted: Path) -> None:
    settings = apply_settings(fitted, Path("other.fits"), min_snr=2.0)
    assert (settings.cube, settings.result) == (Path("other.fits"), fitted)
    assert settings.fit == FitSettings("kmeans", settings.method_settings, seed=7)
    assert settings.method_settings["n_clusters"] == 3
    assert settings.spectra.window == (Window(7600.0, 8100.0),)
    assert settings.spectra.max_nan == 0.2
    assert settings.spectra.min_snr == 2.0  # as asked
