"""Areas of DS9 region files against what their shapes mean on the sky and on pixels."""

from pathlib import Path

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS
from skies import Sky, sky_header

from cubeclust.errors import InputError
from cubeclust.io.cubes.cube_file import CubeFile, open_cube
from cubeclust.io.maps.regions import read_region

CENTER = (40.66963, -0.01329)  # of the made sky, 26 x 24 spaxels of 0.2"


@pytest.fixture
def cube_file(sky_file: Path) -> CubeFile:
    return open_cube(sky_file)


@pytest.fixture
def region(tmp_path: Path):
    def written(*lines: str) -> Path:
        path = tmp_path / "area.reg"
        path.write_text("\n".join(["# Region file format: DS9 version 4.1", *lines]) + "\n")
        return path

    return written


@pytest.fixture
def distance(sky: Sky) -> np.ndarray:
    """Distance of each spaxel's center from CENTER in arcsec, (NY, NX)."""
    y, x = np.indices(sky.truth.shape)
    centers = WCS(sky_header(sky)).celestial.pixel_to_world(x, y)
    return centers.separation(SkyCoord(*CENTER, unit="deg", frame=centers.frame)).arcsec


def pixels(sky: Sky) -> tuple[np.ndarray, np.ndarray]:
    """DS9's coordinates of each spaxel: x, y from 1."""
    y, x = np.indices(sky.truth.shape)
    return x + 1, y + 1


@pytest.mark.parametrize("frame", ["icrs", "fk5", "galactic"])
def test_circle_on_the_sky(cube_file: CubeFile, region, distance: np.ndarray, frame: str) -> None:
    center = SkyCoord(*CENTER, unit="deg", frame="icrs").transform_to(frame).spherical
    inside = read_region(region(frame, f'circle({center.lon.deg},{center.lat.deg},1.63")'), cube_file)
    np.testing.assert_array_equal(inside, distance < 1.63)
    assert 200 < inside.sum() < 220  # pi (1.63 / 0.2)^2 = 209


def test_excluded_circle_is_cut_out(cube_file: CubeFile, region, distance: np.ndarray) -> None:
    shapes = (f'circle({CENTER[0]},{CENTER[1]},1.63")', f'-circle({CENTER[0]},{CENTER[1]},0.71")')
    for lines in (shapes, shapes[::-1]):
        inside = read_region(region("icrs", *lines), cube_file)
        np.testing.assert_array_equal(inside, (distance < 1.63) & (distance > 0.71))


def test_image_coordinates_count_from_one(cube_file: CubeFile, region, sky: Sky) -> None:
    inside = read_region(region("image", "box(6,9,4.4,6.4,0)"), cube_file)
    x, y = pixels(sky)
    np.testing.assert_array_equal(inside, (abs(x - 6) < 2.2) & (abs(y - 9) < 3.2))
    assert read_region(region("image", "circle(1,1,0.5)"), cube_file).nonzero() == (0, 0)


def test_union_of_shapes_that_have_an_area(cube_file: CubeFile, region, sky: Sky) -> None:
    shapes = ("image", "circle(5,5,2.5)", "circle(20,18,3.3)", "point(12,12)", "line(1,1,20,20)", "-circle(20,18,1.2)")
    x, y = pixels(sky)
    first, second = np.hypot(x - 5, y - 5), np.hypot(x - 20, y - 18)
    expected = (first < 2.5) | ((second < 3.3) & (second > 1.2))
    np.testing.assert_array_equal(read_region(region(*shapes), cube_file), expected)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("image", "point(5,5)", "line(1,1,9,9)", "text(3,3) # text={here}"), "no shape with an area"),
        (("image", "-circle(5,5,2)"), "includes no shape"),
        ((), "includes no shape"),
        (("physical", "circle(5,5,2)"), r'"physical" frame .*not supported'),
        (("image", "circle(5,5,2)", "panda(5,5,0,90,1,2,4,1)"), '"panda" frame or shape'),
        (("circle(5,5,2)",), "coordinate frame was not found"),
        (("image", "circle(5,five,2)"), "cannot be read as DS9 regions"),
        (("image", "circle(5,5,-2)"), "cannot be read as DS9 regions"),
        (("{ }",), "cannot be read as DS9 regions"),
    ],
)
def test_what_is_no_area(cube_file: CubeFile, region, lines: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_region(region(*lines), cube_file)
    assert "--region takes" in str(caught.value)
