"""`cubeclust info` says what is in the file."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from skies import Sky, make_sky, write_sky

from cubeclust.cli.main import main
from cubeclust.io.cubes.sample import sample_cube


def info(*arguments: object) -> str:
    result = CliRunner().invoke(main, ["info", *map(str, arguments)])
    assert result.exit_code == 0, (result.stderr, result.exception)
    return result.stdout


def test_numbers_of_a_known_sky(tmp_path: Path) -> None:
    sky = make_sky(n_wave=40)  # fewer than the planes that info samples, so that its numbers are exact
    flux = sky.flux.copy()
    flux[:, :3, :] = np.nan  # 3 of 24 rows uncovered
    flux[:10, 12:, :] = np.nan  # and a notch in half of the field
    path = write_sky(tmp_path / "sky.fits", Sky(flux, sky.variance, sky.truth, sky.wavelength))
    facts = json.loads(info(path, "--json"))
    assert facts["shape"] == [40, 24, 26]
    assert facts["coverage"] == pytest.approx(21 / 24)
    assert facts["nan_share"] == pytest.approx(np.isnan(flux).mean())
    ratio = np.nanmedian(flux[:, 3:] / np.sqrt(sky.variance[:, 3:]), axis=0)
    assert facts["snr"] == pytest.approx(np.quantile(ratio, (0.1, 0.5, 0.9)), rel=1e-5)
    assert facts["center"] == pytest.approx([40.66963, -0.01329], abs=1e-8)
    assert facts["spaxel"] == pytest.approx(0.2)
    assert facts["wavelength"] == [7500, 7987.5]
    assert facts["step"] == pytest.approx(12.5)
    assert facts["memory"] > 2 * flux.nbytes


def test_need_of_memory_is_that_of_a_run(sky_file: Path, tmp_path: Path) -> None:
    need = json.loads(info(sky_file, "--json"))["memory"]
    arguments = ["run", str(sky_file), "-o", str(tmp_path / "out"), "--max-iter", "1", "--memory"]
    assert CliRunner().invoke(main, [*arguments, f"{(need - 1e6) / 1e6}MB"]).exit_code == 2
    assert CliRunner().invoke(main, [*arguments, f"{(need + 1e6) / 1e6}MB"]).exit_code == 0


def test_text_of_the_sample() -> None:
    text = info(sample_cube())
    for words in ("Abell 478", "MUSE: DATA (flux), STAT (variance), DQ (quality)", "40 x 40 spaxels, 3681 channels",
                  "4749.89 - 9349.89 Angstrom, step 1.25, medium air", "spaxel 0.2 arcsec"):  # fmt: skip
        assert words in text


def test_one_channel(tmp_path: Path) -> None:
    assert "1 channels" in info(write_sky(tmp_path / "sky.fits", _one_channel()))


def _one_channel() -> Sky:
    sky = make_sky()
    return Sky(sky.flux[:1], sky.variance[:1], sky.truth, sky.wavelength)
