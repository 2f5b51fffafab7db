"""Scores of maps whose agreement and motion are known, and the truth that they are held against."""

from argparse import Namespace

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from benchmarks.internal_motions import Case, Scores, eta_squared, run, scored, stretched, table_row, window_sets
from benchmarks.internal_motions_figure import matched
from benchmarks.moving_sky import Truth, read_truth
from cubeclust.errors import InputError
from cubeclust.spectroscopy.windows import Window

NAMES = ("old stars", "young stars", "front", "back", "jet", "nucleus")
TRUTH = Truth(
    names=NAMES,
    classes=np.array([[1, 1, 2, 2], [3, 4, 5, 6]]),
    velocity=np.array([[-10.0, 10.0, -10.0, 10.0], [-300.0, 300.0, 50.0, -60.0]]),
    compared=np.ones((2, 4), bool),
)


@pytest.mark.parametrize(
    ("classes", "share"),
    [([1, 1, 2, 2], 0.8), ([1, 2, 2, 1], 0.0), ([1, 2, 3, 4], 1.0), ([7, 7, 7, 7], 0.0)],
)
def test_share_of_variance_between_classes(classes: list[int], share: float) -> None:
    """0, 2, 4, 6 in pairs: 16 of the 20 squared km/s lie between the means 1 and 5."""
    assert eta_squared(np.array([0.0, 2.0, 4.0, 6.0]), np.array(classes)) == pytest.approx(share, abs=1e-12)


def test_classes_that_follow_the_motion_are_told_from_the_true_ones() -> None:
    true, split = scored(TRUTH.classes, TRUTH), scored(np.array([[1, 2, 1, 2], [3, 4, 5, 6]]), TRUTH)
    assert (true.ari, true.disk) == (1.0, 0.0)
    assert split.disk == 1.0
    assert split.ari < 1
    assert split.gas == true.gas


def test_cones_that_are_one_class_have_all_of_the_gas_right() -> None:
    joined = scored(TRUTH.joined, TRUTH)
    assert joined.gas == 1.0
    assert scored(TRUTH.classes, TRUTH).gas < 1
    assert joined.eta < scored(TRUTH.classes, TRUTH).eta


def test_spaxels_without_a_class_are_left_out() -> None:
    classes = TRUTH.classes.copy()
    classes[0, 0] = classes[1, 3] = 0
    assert scored(classes, TRUTH).ari == 1.0


def test_spread_between_skies_and_between_the_fits_of_a_sky() -> None:
    """Means of the skies 0.4 and 0.6; deviations of their fits 0.1 and 0.2, of which the root mean square is 0.158."""
    fits = [[Scores(ari, 0.5, 0.0, 0.0) for ari in aris] for aris in ((0.3, 0.5), (0.4, 0.8))]
    row = table_row(Case("none", "all", "kmeans", "true"), fits)
    assert (row["mask"], row["method"]) == ("none", "kmeans")
    assert (row["ARI"], row["of gas"]) == ("0.50 ± 0.10 ± 0.16", "0.50 ± 0.00 ± 0.00")


def test_windows_of_an_observer() -> None:
    sets = window_sets("4800:5000+6500:6800,all")
    assert stretched(sets["4800:5000+6500:6800"], 1.5) == (Window(7200, 7500), Window(9750, 10200))
    assert stretched(sets["all"], 1.5) == ()


def test_numbers_are_those_of_the_true_classes() -> None:
    classes = np.array([[3, 3, 1, 1], [5, 6, 4, 2]])
    np.testing.assert_array_equal(matched(classes, TRUTH.classes), TRUTH.classes)


def test_class_without_a_partner_has_a_number_of_its_own() -> None:
    truth = np.array([[1, 1, 1, 2, 2, 2]])
    np.testing.assert_array_equal(matched(np.array([[9, 9, 4, 7, 7, 0]]), truth), [[1, 1, 3, 2, 2, 0]])


def test_truth_of_gas_and_stars() -> None:
    """Velocities are those of the gas where it names the class; defects and misleading velocities are not compared."""
    images = {
        "CLASS": [[1, 3, 3, 0, 1]],
        "VGAS": [[np.nan, 200.0, 210.0, np.nan, 1.0]],
        "VSTARS": [[20.0, 30.0, 40.0, np.nan, 50.0]],
        "BAD": [[0, 0, 1, 3, 0]],
    }
    hdus = [fits.PrimaryHDU(), *(fits.ImageHDU(np.array(values), name=name) for name, values in images.items())]
    hdus.append(fits.BinTableHDU(Table({"NAME": NAMES}), name="CLASSES"))
    truth = read_truth(fits.HDUList(hdus), np.array([[False, False, False, False, True]]))
    np.testing.assert_array_equal(truth.velocity, [[20, 200, 210, np.nan, 50]])
    np.testing.assert_array_equal(truth.compared, [[True, True, False, False, False]])
    assert (truth.names, truth.n_classes) == (NAMES, 2)


def test_figure_of_one_method_is_refused_at_once() -> None:
    with pytest.raises(InputError, match="--methods"):
        next(run(Namespace(methods=["kmeans"], figure="maps.png")))
