"""Reading cubes: axes, units, variances, quality, and only the part that is asked for."""

import bz2
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from skies import Sky, sky_header, write_sky

from cubeclust.io.cubes.cube_file import CubeFile, open_cube
from cubeclust.io.cubes.read import crop_area, flux_scale, plane_runs, read_cube
from cubeclust.io.cubes.sample import sample_cube


def read_all(cube_file: CubeFile, crop: tuple[int, int, int, int] = (0, 0, 0, 0), channels: np.ndarray | None = None):
    chosen = np.ones(cube_file.shape[0], bool) if channels is None else channels
    return read_cube(cube_file, *crop_area(cube_file, crop), chosen)


def single(path: Path, sky: Sky, **cards: object) -> Path:
    """Cube of one HDU without variance, with some cards changed or removed (None)."""
    header = sky_header(sky)
    for key, value in cards.items():
        header.remove(key, ignore_missing=True)
        if value is not None:
            header[key] = value
    fits.writeto(path, sky.flux, header)
    return path


def test_muse_roles_values_and_wcs(sky_file: Path, sky: Sky) -> None:
    cube_file = open_cube(sky_file)
    assert cube_file.layout == "MUSE"
    assert cube_file.hdus == {"flux": "DATA", "variance": "STAT"}
    cube = read_all(cube_file)
    np.testing.assert_array_equal(cube.flux, sky.flux)
    np.testing.assert_array_equal(cube.variance, sky.variance)
    np.testing.assert_allclose(cube.wavelength, sky.wavelength, rtol=1e-12)
    assert cube.medium == "air"
    assert cube.flux.dtype == np.float32
    assert cube.flux.dtype.isnative
    ra, dec = cube.wcs.wcs_pix2world((sky.truth.shape[1] - 1) / 2, (sky.truth.shape[0] - 1) / 2, 0)
    assert (float(ra), float(dec)) == pytest.approx((40.66963, -0.01329), abs=1e-9)


@pytest.mark.parametrize(
    ("unit", "scale"),
    [("m", 1e-10), ("nm", 0.1), ("um", 1e-4), ("Angstrom", 1.0), ("angstroms", 1.0), ("micron", 1e-4)],
)
@pytest.mark.parametrize("form", ["CD", "CDELT", "PC"])
@pytest.mark.parametrize("kind", ["AWAV", "WAVE"])
def test_wavelength_in_every_unit_and_form(
    tmp_path: Path, sky: Sky, unit: str, scale: float, form: str, kind: str
) -> None:
    cards = {"CTYPE3": kind, "CUNIT3": unit, "CRVAL3": 7625.0 * scale, "CRPIX3": 11.0, "CD3_3": None}
    forms = {"CD": {"CD3_3": 12.5 * scale}, "CDELT": {"CDELT3": 12.5 * scale}, "PC": {"PC3_3": 12.5, "CDELT3": scale}}
    header = dict.fromkeys(("CD1_1", "CD1_2", "CD2_1", "CD2_2", "CD1_3", "CD2_3", "CD3_1", "CD3_2"))
    path = single(tmp_path / "sky.fits", sky, **(header if form != "CD" else {}), **cards | forms[form])
    axis = open_cube(path).axis
    np.testing.assert_allclose(axis.wavelength, sky.wavelength, rtol=1e-10)
    assert axis.medium == {"AWAV": "air", "WAVE": "vacuum"}[kind]


def test_logarithmic_wavelength(tmp_path: Path, sky: Sky) -> None:
    """FITS WCS paper III, equation 5: w = w_r exp(x / w_r)."""
    path = single(tmp_path / "sky.fits", sky, CTYPE3="WAVE-LOG", CD3_3=2.0)
    expected = 7500.0 * np.exp(2.0 * np.arange(60) / 7500.0)
    np.testing.assert_allclose(open_cube(path).wavelength, expected, rtol=1e-10)


def test_wavelength_agrees_with_mpdaf_on_the_sample() -> None:
    from mpdaf.obj import WaveCoord

    cube_file = open_cube(sample_cube())
    expected = WaveCoord(cube_file.header, shape=cube_file.shape[0]).coord()
    np.testing.assert_allclose(cube_file.wavelength, expected, rtol=1e-9)


def test_missing_unit_is_assumed_only_where_nothing_else_fits_and_announced(tmp_path: Path, sky: Sky) -> None:
    cube_file = open_cube(single(tmp_path / "sky.fits", sky, CUNIT3=None, CTYPE3="LAMBDA"))
    np.testing.assert_allclose(cube_file.wavelength, sky.wavelength, rtol=1e-10)
    assert cube_file.axis.medium == "unknown"
    assert any("taken as Angstrom" in note for note in cube_file.notes)
    assert any("air or in vacuum" in note for note in cube_file.notes)
    named = open_cube(cube_file.path, wavelength_unit="nm")
    np.testing.assert_allclose(named.wavelength, 10 * sky.wavelength, rtol=1e-10)


@pytest.mark.parametrize("kind", ["variance", "std", "ivar"])
def test_every_kind_of_variance(tmp_path: Path, sky: Sky, kind: str) -> None:
    stored = {"variance": sky.variance, "std": np.sqrt(sky.variance), "ivar": 1 / sky.variance}[kind]
    header = sky_header(sky)
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(sky.flux, header, name="SCI"), fits.ImageHDU(stored, header, name="ERR")]
    fits.HDUList(hdus).writeto(tmp_path / "sky.fits")
    cube_file = open_cube(tmp_path / "sky.fits", variance_kind=kind)
    np.testing.assert_allclose(read_all(cube_file).variance, sky.variance, rtol=1e-5)
    assert open_cube(tmp_path / "sky.fits").variance_kind == "std"
    assert "variance" not in open_cube(tmp_path / "sky.fits", variance_hdu="none").hdus


@pytest.mark.parametrize(
    ("names", "flux", "variance", "kind"),
    [
        (["STAT", "FLUX"], "FLUX", "STAT", "variance"),
        (["SCI", "VAR", "DQ"], "SCI", "VAR", "variance"),
        (["SCI", "ERR"], "SCI", "ERR", "std"),
        (["FLUX", "IVAR"], "FLUX", "IVAR", "ivar"),
        (["OTHER"], "OTHER", None, None),
    ],
)
def test_uncertainties_are_never_taken_for_the_flux(
    tmp_path: Path, sky: Sky, names: list[str], flux: str, variance: str | None, kind: str | None
) -> None:
    hdus = [fits.ImageHDU(sky.flux, sky_header(sky), name=name) for name in names]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(tmp_path / "sky.fits")
    cube_file = open_cube(tmp_path / "sky.fits")
    assert (cube_file.hdus["flux"], cube_file.hdus.get("variance"), cube_file.variance_kind) == (flux, variance, kind)
    assert f"flux from {flux}" in cube_file.notes[0]
    if variance:  # the same HDU named by hand means the same
        assert open_cube(tmp_path / "sky.fits", variance_hdu=variance).variance_kind == kind


def test_variance_under_another_name(tmp_path: Path, sky: Sky) -> None:
    header = sky_header(sky)
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(sky.flux, header, name="DATA")]
    fits.HDUList([*hdus, fits.ImageHDU(sky.variance, header, name="NOISE2")]).writeto(tmp_path / "sky.fits")
    cube = read_all(open_cube(tmp_path / "sky.fits", variance_hdu="noise2"))
    np.testing.assert_array_equal(cube.variance, sky.variance)


def test_quality_and_infinite_samples_become_nan(tmp_path: Path, sky: Sky) -> None:
    flux, quality = sky.flux.copy(), np.zeros(sky.flux.shape, np.uint8)
    flux[3, 4, 5], quality[6, 7, 8] = np.inf, 4
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(flux, sky_header(sky), name="DATA"), fits.ImageHDU(quality, name="DQ")]
    fits.HDUList(hdus).writeto(tmp_path / "sky.fits")
    found = np.argwhere(np.isnan(read_all(open_cube(tmp_path / "sky.fits")).flux))
    assert found.tolist() == [[3, 4, 5], [6, 7, 8]]


def test_mask_of_the_file_is_honored(tmp_path: Path, sky: Sky) -> None:
    mask = np.zeros(sky.truth.shape, np.int64)
    mask[1, 2] = 1
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(sky.flux, sky_header(sky), name="SCI"), fits.ImageHDU(mask, name="MASK")]
    fits.HDUList(hdus).writeto(tmp_path / "sky.fits")
    masked = read_all(open_cube(tmp_path / "sky.fits"), crop=(1, 0, 1, 0)).masked
    assert np.argwhere(masked).tolist() == [[0, 1]]


def test_gzip_reads_the_same(tmp_path: Path, sky: Sky) -> None:
    cube_file = open_cube(write_sky(tmp_path / "sky.fits.gz", sky))
    assert cube_file.stem == "sky"
    np.testing.assert_array_equal(read_all(cube_file).flux, sky.flux)


def test_tile_compressed_and_bzip2(tmp_path: Path, sky: Sky) -> None:
    header = sky_header(sky)
    hdus = [fits.CompImageHDU(a, header, name=n, compression_type="GZIP_1", quantize_level=0.0)
            for a, n in ((sky.flux, "DATA"), (sky.variance, "STAT"))]  # fmt: skip
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(tmp_path / "sky.fits.fz")
    (tmp_path / "sky.fits.bz2").write_bytes(bz2.compress(write_sky(tmp_path / "sky.fits", sky).read_bytes()))
    for name in ("sky.fits.fz", "sky.fits.bz2"):
        cube_file = open_cube(tmp_path / name)
        assert cube_file.stem == "sky"
        np.testing.assert_array_equal(read_all(cube_file).flux, sky.flux)


def test_scaled_integers(tmp_path: Path, sky: Sky) -> None:
    hdu = fits.PrimaryHDU(sky.flux.copy(), sky_header(sky))
    hdu.scale("int16", bzero=1000.0, bscale=0.05)
    hdu.writeto(tmp_path / "sky.fits")
    np.testing.assert_allclose(read_all(open_cube(tmp_path / "sky.fits")).flux, sky.flux, atol=0.026)


@pytest.mark.parametrize("kind", ["variance", "std", "ivar"])
def test_tiny_fluxes_are_brought_to_order_one(tmp_path: Path, sky: Sky, kind: str) -> None:
    """1e-20 erg/s/cm2/A: the variance 1e-40 is no normal float32."""
    header, variance = sky_header(sky), sky.variance.astype(float) * 1e-40
    stored = {"variance": variance, "std": np.sqrt(variance), "ivar": 1 / variance}[kind]
    tiny = [fits.ImageHDU(sky.flux.astype(float) * 1e-20, header, name="DATA")]
    tiny += [fits.ImageHDU(stored, header, name="STAT")]
    fits.HDUList([fits.PrimaryHDU(), *tiny]).writeto(tmp_path / "sky.fits")
    cube = read_all(open_cube(tmp_path / "sky.fits", variance_kind=kind))
    expected = sky.flux / np.sqrt(sky.variance)
    np.testing.assert_allclose(cube.flux / np.sqrt(cube.variance), expected, rtol=1e-4)
    assert 0.1 < np.median(cube.flux) < 100
    assert cube.unit.startswith("1e-1")


def test_flagged_samples_do_not_set_the_scale(tmp_path: Path, sky: Sky) -> None:
    flux, quality = sky.flux.copy(), np.zeros(sky.flux.shape, np.uint8)
    flux[:40], quality[:40] = -1e30, 1  # most of the cube is a sentinel
    header = sky_header(sky)
    hdus = [fits.ImageHDU(a, header, name=n) for a, n in ((flux, "DATA"), (sky.variance, "STAT"), (quality, "DQ"))]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(tmp_path / "sky.fits")
    cube = read_all(open_cube(tmp_path / "sky.fits"))
    np.testing.assert_array_equal(cube.flux[40:], sky.flux[40:])
    np.testing.assert_array_equal(cube.variance[40:], sky.variance[40:])
    assert np.isnan(cube.flux[:40]).all()


def test_only_the_area_and_the_channels_asked_for(sky_file: Path, sky: Sky) -> None:
    channels = np.zeros(60, bool)
    channels[[3, 4, 5, 20, 40, 41]] = True
    cube = read_all(open_cube(sky_file), (1, 2, 3, 4), channels)
    np.testing.assert_array_equal(cube.flux, sky.flux[channels, 3:-4, 1:-2])
    assert cube.origin == (3, 1)
    image = cube.white_light()
    assert image.shape == sky.truth.shape
    np.testing.assert_allclose(image[3:-4, 1:-2], sky.flux[channels, 3:-4, 1:-2].mean(axis=0), rtol=1e-5)
    assert np.isnan(image[:3]).all()


def test_runs_of_planes_cover_the_chosen_channels_once() -> None:
    channels = np.random.default_rng(0).random(100) < 0.6
    read = [plane for start, stop, _ in plane_runs(channels, 7) for plane in range(start, stop)]
    assert read == np.flatnonzero(channels).tolist()
    assert max(stop - start for start, stop, _ in plane_runs(channels, 7)) <= 7


def test_cube_without_celestial_wcs(tmp_path: Path, sky: Sky) -> None:
    path = single(tmp_path / "sky.fits", sky, CTYPE1="LINEAR", CTYPE2="LINEAR")
    assert read_all(open_cube(path)).wcs is None


@pytest.mark.filterwarnings("error")
def test_scale_of_flux_asks_nothing_of_a_variance_beyond_float32(tmp_path: Path, sky: Sky) -> None:
    bright = replace(sky, flux=sky.flux * np.float32(1e28), variance=np.full(sky.flux.shape, 1e56))
    scale = flux_scale(open_cube(write_sky(tmp_path / "bright.fits", bright)))
    assert 0.1 < np.median(np.abs(bright.flux)) / scale < 10
