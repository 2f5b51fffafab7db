"""Each reason against a velocity, one made case for each; outliers on the sky."""

from dataclasses import replace

import numpy as np
import pytest

from cubeclust.kinematics.judgement import Judged, Limits, faint, far, judged, outlying, poor
from cubeclust.kinematics.measure import Measured
from cubeclust.velocities.flags import Tracer, VelocityFlag

LIMITS = Limits(min_snr=8, min_lines=2, max_error=15, max_velocity=None, max_sigma=300, max_deviation=6)
SEARCH = 1000.0
GOOD = {
    "gas": 100.0, "gas_noise": 1.0, "gas_error": 2.0,
    "gas_snr": 50.0, "correlated": 102.0, "disagreement": 0.0, "sigma": 80.0,
    "n_lines": 5.0, "h3": 0.0, "h3_snr": 0.0, "h4": 0.0, "h4_snr": 0.0, "stars": 90.0, "stars_error": 3.0,
    "stars_snr": 30.0,
}  # fmt: skip


def verdict(limits: Limits = LIMITS, **changed: float) -> Judged:
    """What is judged of one spectrum: good gas and stars but for what is changed."""
    values = {name: np.array([value], np.float64) for name, value in (GOOD | changed).items()}
    return judged(Measured(**values, flux=np.zeros((1, 0)), flux_error=np.zeros((1, 0))), limits, SEARCH)


def test_nothing_speaks_against_good_gas() -> None:
    found = verdict()
    assert (found.flag, found.tracer, found.n_lines) == (0, Tracer.GAS, 5)
    assert (found.velocity, found.error, found.sigma, found.snr) == (100, 2, 80, 50)


@pytest.mark.parametrize(
    ("changed", "flag"),
    [
        ({"gas_snr": 7.9}, VelocityFlag.LOW_SNR), ({"gas_snr": 8.0}, 0),
        ({"n_lines": 1}, VelocityFlag.FEW_LINES), ({"n_lines": 2}, 0),
        ({"gas_noise": 15.1}, VelocityFlag.UNCERTAIN), ({"gas_noise": 15.0}, 0),
        ({"gas_error": 15.1, "correlated": 100}, VelocityFlag.PROFILE), ({"gas_error": 15.0}, 0),
        ({"gas": 985, "correlated": 985}, VelocityFlag.AT_BOUND),
        ({"gas": -985, "correlated": -985}, VelocityFlag.AT_BOUND), ({"gas": 975, "correlated": 975}, 0),
        ({"sigma": 995}, VelocityFlag.AT_BOUND | VelocityFlag.PROFILE),
        ({"correlated": 151}, VelocityFlag.DISAGREEING), ({"correlated": 149}, 0),
        ({"h3": 0.1, "h3_snr": 6}, VelocityFlag.PROFILE), ({"h4": -0.1, "h4_snr": 6}, VelocityFlag.PROFILE),
        ({"h3": 0.02, "h3_snr": 60}, 0), ({"h4": 0.1, "h4_snr": 4}, 0),
        ({"sigma": 301}, VelocityFlag.PROFILE), ({"sigma": 299}, 0),
        ({"disagreement": 21}, VelocityFlag.PROFILE), ({"disagreement": 19}, 0),
    ],
)  # fmt: skip
def test_flags_of_gas(changed: dict[str, float], flag: int) -> None:
    found = verdict(**changed, stars=np.nan)
    assert (found.flag, found.tracer) == (flag, Tracer.GAS)


@pytest.mark.parametrize(
    ("changed", "flag"),
    [
        ({}, 0),
        ({"stars_snr": 7}, VelocityFlag.LOW_SNR),
        ({"stars_error": 14.8}, VelocityFlag.UNCERTAIN), ({"stars_error": 14.6}, 0),
        ({"stars": 981}, VelocityFlag.AT_BOUND),
    ],
)  # fmt: skip
def test_flags_of_stars(changed: dict[str, float], flag: int) -> None:
    """An error has 3 km/s of blends in it."""
    found = verdict(**changed, gas=np.nan)
    assert (found.flag, found.tracer) == (flag, Tracer.STARS)
    assert np.isnan(found.sigma)
    assert found.error[0] == pytest.approx(np.hypot((GOOD | changed)["stars_error"], 3))


@pytest.mark.parametrize("changed", [{"gas": np.nan, "stars": np.nan}, {"gas_error": np.nan, "stars_error": np.inf}])
def test_no_velocity(changed: dict[str, float]) -> None:
    found = verdict(**changed)
    assert (found.flag, found.tracer) == (VelocityFlag.NO_VELOCITY, Tracer.NOTHING)
    assert np.isnan(found.velocity)


@pytest.mark.parametrize(
    ("changed", "tracer"),
    [
        ({"gas_snr": 9, "stars_snr": 100}, Tracer.GAS),
        ({"gas_snr": 7}, Tracer.STARS),
        ({"gas_noise": 20}, Tracer.STARS),
        ({"gas_snr": 7, "stars_snr": 7}, Tracer.GAS),
        ({"gas_snr": 7, "gas_error": 9, "stars_snr": 7}, Tracer.STARS),
        ({"disagreement": 100}, Tracer.GAS),
    ],
)
def test_gas_counts_first_then_stars_then_the_surer(changed: dict[str, float], tracer: Tracer) -> None:
    assert verdict(**changed).tracer == tracer


@pytest.mark.parametrize("flag", VelocityFlag)
def test_more_light_cures_what_is_faint(flag: VelocityFlag) -> None:
    cured = {VelocityFlag.NO_VELOCITY, VelocityFlag.LOW_SNR, VelocityFlag.FEW_LINES, VelocityFlag.UNCERTAIN}
    assert faint(np.array([flag, 0]))[0] == (flag in cured)
    assert not faint(np.array([0]))[0]


def test_far_is_beyond_the_limit() -> None:
    velocity = np.array([-301.0, 299.0, 5000.0, np.nan])
    np.testing.assert_array_equal(far(velocity, replace(LIMITS, max_velocity=300)), [True, False, True, False])
    assert not far(velocity, LIMITS).any()


def disk(size: int, steep: float) -> np.ndarray:
    y, x = np.indices((size, size)) - (size - 1) / 2
    return 250 * x / np.maximum(np.hypot(x, y), 0.5) * np.tanh(np.hypot(x, y) / steep)


def test_an_outlier_is_found_and_nothing_in_a_steep_rotation() -> None:
    velocity = disk(25, 3.0) + np.random.default_rng(0).normal(0, 2, (25, 25))
    error, alike = np.full_like(velocity, 2.0), np.ones(velocity.shape, bool)
    assert not outlying(velocity, error, alike, 6.0).any()
    for place in ((3, 3), (0, 24), (20, 12)):
        wrong = velocity.copy()
        wrong[place] += 700
        np.testing.assert_array_equal(np.argwhere(outlying(wrong, error, alike, 6.0)), [place])


def test_the_scatter_of_neighbors_and_the_own_error_count() -> None:
    """24 neighbors with a MAD of 10: a deviation of 6 times hypot(14.826, 40) = 256."""
    velocity = np.where(np.indices((5, 5)).sum(axis=0) % 2, 10.0, -10.0)
    error, alike = np.full((5, 5), 40.0), np.ones((5, 5), bool)
    for own, off in ((255.0, False), (257.0, True)):
        velocity[2, 2] = own
        assert outlying(velocity, error, alike, 6.0)[2, 2] == off


def test_only_those_that_are_alike_count() -> None:
    velocity, alike = np.zeros((5, 5)), np.zeros((5, 5), bool)
    velocity[2, 2] = 500
    error = np.ones((5, 5))
    alike[0, :5] = True
    assert not outlying(velocity, error, alike, 6.0)[2, 2], "five neighbors say nothing"
    alike[1, 0] = True
    assert outlying(velocity, error, alike, 6.0)[2, 2]
    velocity[0] = np.nan
    assert not outlying(velocity, error, alike, 6.0)[2, 2]


def test_velocities_of_others_are_held_to_what_is_told_of_them() -> None:
    """Each rule by itself, and none where nothing is told; an image of 2 x 3."""
    limits = Limits(min_snr=8, min_lines=2, max_error=15, max_velocity=None, max_sigma=300, max_deviation=6)
    nan = np.nan
    snr = np.array([[7, 9, nan], [9, 9, nan]])
    n_lines = np.array([[2, 1, 0], [2, 2, 0]])
    error = np.array([[1, nan, 16], [nan, 15, nan]])
    sigma = np.array([[nan, 300, nan], [301, nan, nan]])
    expected = [[VelocityFlag.LOW_SNR, VelocityFlag.FEW_LINES, VelocityFlag.UNCERTAIN], [VelocityFlag.PROFILE, 0, 0]]
    np.testing.assert_array_equal(poor(snr, n_lines, error, sigma, limits), expected)
