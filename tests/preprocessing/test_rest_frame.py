"""The rest frame against a galaxy whose velocities and lines are known, and against sums made otherwise."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from skies import LINES, SPEED_OF_LIGHT, Galaxy, Sky, channel_limits, make_galaxy

from cubeclust.cube import Cube
from cubeclust.errors import InputError
from cubeclust.preprocessing.rest_frame import RestFrame, far_spaxels
from cubeclust.spectra import Spectra


def spectra_of(sky: Sky, wavelength: np.ndarray | None = None) -> Spectra:
    own = sky.wavelength if wavelength is None else wavelength
    return Spectra.of(Cube(flux=sky.flux, variance=sky.variance, wavelength=own, frame=sky.truth.shape))


def frame_of(z: np.ndarray, wavelength: np.ndarray) -> RestFrame:
    return RestFrame.of(z, np.isfinite(z), wavelength, "--velocity-map")


def at_rest(galaxy: Galaxy) -> Spectra:
    return frame_of(galaxy.velocity / SPEED_OF_LIGHT, galaxy.wavelength).apply(spectra_of(galaxy))


@pytest.mark.parametrize("log", [False, True])
def test_lines_lie_at_rest_and_keep_their_flux(log: bool) -> None:
    galaxy = make_galaxy(log=log)
    done = at_rest(galaxy)
    low, high = channel_limits(galaxy.wavelength)
    middle = 1 + np.median(galaxy.velocity) / SPEED_OF_LIGHT
    width = np.interp(done.wavelength * middle, galaxy.wavelength, high - low) / middle
    for center, flux in zip(LINES, galaxy.line_flux, strict=True):
        near = np.abs(done.wavelength - center) < 7.2
        excess = (done.flux[:, near] - 1.0) * width[near]
        total = excess.sum(axis=1, dtype=np.float64)
        np.testing.assert_allclose(total, flux[done.y, done.x], rtol=1e-3)
        found = (excess * done.wavelength[near]).sum(axis=1) / total
        assert np.abs(found - center).max() < 0.1 * width.mean()
    without = spectra_of(galaxy)
    peaks = without.wavelength[without.flux.argmax(axis=1)] / middle
    assert np.ptp(peaks[galaxy.truth.ravel() == 0]) > 5 * width.mean()


@pytest.mark.parametrize("log", [False, True])
def test_residuals_are_as_large_as_the_variance_says(log: bool) -> None:
    noisy, clean = (at_rest(make_galaxy(log=log, noise=noise)) for noise in (0.3, 0.0))
    chi2 = (noisy.flux - clean.flux) ** 2 / noisy.variance
    assert chi2.mean() == pytest.approx(1, abs=0.02)  # of 150,000 samples
    by_spaxel = chi2.mean(axis=1)
    assert np.std(by_spaxel) < 0.12  # sqrt(2 / 350) = 0.076 for independent samples


def test_redshift_0_changes_nothing(sky: Sky) -> None:
    before = spectra_of(sky)
    after = frame_of(np.zeros(sky.truth.shape), sky.wavelength).apply(before)
    for name in ("flux", "variance", "wavelength", "y", "x", "quality"):
        assert np.array_equal(getattr(after, name), getattr(before, name)), name
    assert after.rest
    assert not before.rest


@pytest.mark.parametrize("z", [-0.001, 0.0038, 3.0])
def test_one_redshift_for_all_only_scales(sky: Sky, z: float) -> None:
    before = spectra_of(sky)
    after = frame_of(np.full(sky.truth.shape, z), sky.wavelength).apply(before)
    np.testing.assert_allclose(after.wavelength, sky.wavelength / (1 + z), rtol=0, atol=1e-6)
    np.testing.assert_allclose(after.flux, before.flux * (1 + z), rtol=2e-7)
    np.testing.assert_allclose(after.variance, before.variance * (1 + z) ** 2, rtol=2e-7)


@pytest.fixture
def uneven() -> tuple[Spectra, np.ndarray]:
    """Spectra with gaps on channels of many widths, and redshifts from -0.03 to 0.1."""
    random = np.random.default_rng(3)
    wavelength = 5000 + np.cumsum(random.uniform(0.5, 3.0, 900))
    cube = random.uniform(-1, 5, (900, 3, 4)).astype(np.float32)
    variance = random.uniform(0.1, 2, cube.shape).astype(np.float32)
    cube[random.random(cube.shape) < 0.01] = np.nan
    variance[random.random(cube.shape) < 0.01] = np.nan
    return spectra_of(Sky(cube, variance, np.zeros((3, 4), int), wavelength)), random.uniform(-0.03, 0.1, (3, 4))


def test_samples_are_the_sums_written_out(uneven: tuple[Spectra, np.ndarray]) -> None:
    before, z = uneven
    frame = frame_of(z, before.wavelength)
    after = frame.apply(before)
    low, high = channel_limits(before.wavelength)
    middle = np.sort(z.ravel())[5]
    for row in range(len(before)):
        own = 1 + z[before.y[row], before.x[row]]
        factor = own / (1 + middle)
        bottom, top = low[frame.channels] * factor, high[frame.channels] * factor
        over = np.clip(np.minimum(high[:, None], top) - np.maximum(low[:, None], bottom), 0, None)
        share = over / (top - bottom)  # (n_have, n_want)
        np.testing.assert_allclose(share.sum(axis=0), 1, rtol=1e-9)
        for values, power, found in (
            (before.flux[row], 1, after.flux[row]),
            (before.variance[row], 2, after.variance[row]),
        ):
            lost = share[np.isnan(values)].sum(axis=0)
            lost = lost if power == 1 else np.maximum(lost, share[np.isnan(before.flux[row])].sum(axis=0))
            assert np.array_equal(np.isnan(found), lost > 1e-3)
            sums = own**power * (share**power * np.nan_to_num(values)[:, None]).sum(axis=0)
            whole = lost == 0
            np.testing.assert_allclose(found[whole], sums[whole], rtol=1e-5, atol=1e-5)


def test_total_flux_is_kept_on_uneven_channels(uneven: tuple[Spectra, np.ndarray]) -> None:
    """The running sum of flux x width, read off at the edges of the range, is an independent account."""
    before, z = uneven
    before = replace(before, flux=np.nan_to_num(before.flux, nan=1.0))
    frame = frame_of(z, before.wavelength)
    after = frame.apply(before)
    low, high = channel_limits(before.wavelength)
    middle = 1 + np.sort(z.ravel())[5]
    width = (high - low)[frame.channels] / middle
    ends = low[frame.channels][0] / middle, high[frame.channels][-1] / middle
    for row in range(len(before)):
        own = 1 + z[before.y[row], before.x[row]]
        running = np.append(0, np.cumsum(before.flux[row].astype(float) * (high - low)))
        lower, upper = np.interp(np.array(ends) * own, np.append(low, high[-1]), running)
        assert (after.flux[row] * width).sum(dtype=float) == pytest.approx(upper - lower, rel=1e-6)


def test_common_range_is_that_of_the_extreme_redshifts(uneven: tuple[Spectra, np.ndarray]) -> None:
    before, z = uneven
    low, high = channel_limits(before.wavelength)
    done = frame_of(z, before.wavelength)
    middle = 1 + np.sort(z.ravel())[5]
    inside = (low / middle >= low[0] / (1 + z.min())) & (high / middle <= high[-1] / (1 + z.max()))
    assert np.array_equal(done.channels, inside)


def test_spectrum_at_the_median_is_not_resampled(uneven: tuple[Spectra, np.ndarray]) -> None:
    before, z = uneven
    frame = frame_of(z, before.wavelength)
    after = frame.apply(before)
    row = np.argsort(z.ravel())[5]
    expected = before.flux[row][frame.channels] * np.float32(1 + z.ravel()[row])
    np.testing.assert_allclose(after.flux[row], expected, rtol=2e-7)


def test_chosen_channels_need_only_their_sources(uneven: tuple[Spectra, np.ndarray]) -> None:
    before, z = uneven
    frame = frame_of(z, before.wavelength)
    rest = frame.wavelength
    chosen = ((rest > 5400) & (rest < 5430)) | ((rest > 5700) & (rest < 5702))
    few = frame.only(chosen)
    assert 3 * chosen.sum() < few.sources.sum() < len(before.wavelength) / 1.2
    part = few.apply(before.channels(few.sources))
    whole = frame.apply(before)
    np.testing.assert_array_equal(part.wavelength, whole.wavelength[chosen])
    np.testing.assert_allclose(part.flux, whole.flux[:, chosen], rtol=1e-6)
    np.testing.assert_allclose(part.variance, whole.variance[:, chosen], rtol=1e-6)


def test_sliver_of_a_missing_sample_is_passed_over() -> None:
    """At a stretch of 1 + 5e-7 the neighbor's share of a channel around 5000 Angstrom is 1/500 or less."""
    wavelength = 1000.0 + np.arange(3000)
    flux = np.ones((3000, 1, 2), np.float32)
    flux[[500, 2500], 0, 1] = np.nan
    z = np.array([[0.0, 5e-7]])
    cube = Cube(flux=flux, wavelength=wavelength, frame=(1, 2))
    after = frame_of(z, wavelength).apply(Spectra.of(cube))
    missing = np.flatnonzero(np.isnan(after.flux[1]))
    assert after.wavelength[missing].tolist() == [1500.0, 3499.0, 3500.0]
    assert np.isfinite(after.flux[0]).all()
    known = np.isfinite(after.flux[1])
    np.testing.assert_allclose(after.flux[1][known], 1 + 5e-7, rtol=2e-7)


def test_old_and_new_arrays_and_little_else_are_held() -> None:
    galaxy = make_galaxy(40, 40)
    before, frame = spectra_of(galaxy), frame_of(galaxy.velocity / SPEED_OF_LIGHT, galaxy.wavelength)
    tracemalloc.start()
    after = frame.apply(before)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.1 * (after.flux.nbytes + after.variance.nbytes)


def test_redshifts_without_a_common_range_are_refused(sky: Sky) -> None:
    z = np.linspace(0, 0.2, sky.truth.size).reshape(sky.truth.shape)
    with pytest.raises(InputError, match=r"redshifts from 0 to 0\.2 leave no wavelength"):
        frame_of(z, sky.wavelength)


def test_single_channel_has_no_edges() -> None:
    with pytest.raises(InputError, match="two channels or more"):
        frame_of(np.zeros((2, 2)), np.array([5000.0]))


def test_spaxels_that_shorten_the_range_are_counted() -> None:
    wavelength = 4750 + 1.25 * np.arange(3681)
    z = 0.0038 + 8e-4 * np.sin(np.arange(1000.0))
    assert far_spaxels(z, wavelength) == 0
    z[:3] = 0.1, 0.15, -0.2
    assert far_spaxels(z, wavelength) == 3
