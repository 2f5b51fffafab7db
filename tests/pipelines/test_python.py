"""Velocity maps and descriptions from Python, with the keys of JSON as attributes."""

import json
from pathlib import Path

import numpy as np
from commands import call
from skies import make_galaxy, sky_header, write_sky, write_velocity_map

from cubeclust.pipelines.info import describe
from cubeclust.pipelines.redshift.pipeline import measure_redshifts
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.pipelines.sources import CubeSource


def test_description_is_what_info_prints(sky_file: Path) -> None:
    description = describe(sky_file)
    assert json.loads(json.dumps(description.as_json())) == json.loads(call("info", sky_file, "--json").stdout)
    assert description.shape == (60, 24, 26)
    assert description.survey.coverage == 1


def test_description_of_named_hdus(sky_file: Path) -> None:
    description = describe(CubeSource(sky_file, variance_hdu="none"))
    assert "variance" not in description.hdus
    assert description.survey.snr is None


def test_velocities_of_another_tool(tmp_path: Path) -> None:
    galaxy = make_galaxy(noise=0.1)
    cube, output = write_sky(tmp_path / "disk.fits", galaxy), tmp_path / "map.fits"
    image = write_velocity_map(tmp_path / "v.fits", galaxy.velocity.astype(np.float32), "km/s", sky_header(galaxy))
    written = measure_redshifts(RedshiftSettings(cube, output, velocity_map=image))
    record = written.record
    assert record.files == written.files == {"velocity.fits": output, "velocity.png": output.with_suffix(".png")}
    assert all(path.is_file() for path in record.files.values())
    assert record.good == np.count_nonzero(~written.field.misleading) > 0.9 * record.spaxels
    assert record.confidence is None  # the redshift is given by the image
    assert json.loads(json.dumps(record.as_json()))["systemic"] == written.field.systemic
