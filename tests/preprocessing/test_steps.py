"""Each step of the preprocessing against the sentence that describes it."""

from dataclasses import replace

import numpy as np
import pytest
from skies import Sky

from cubeclust.cube import Cube
from cubeclust.errors import InputError
from cubeclust.preprocessing.gaps import FillGaps
from cubeclust.preprocessing.normalize import NormalizeBand, default_band
from cubeclust.preprocessing.scaling import SCALINGS, ZScore
from cubeclust.preprocessing.spaxels import LeaveOut, SignalToNoise
from cubeclust.preprocessing.wavelengths import SelectWindows
from cubeclust.quality import Quality
from cubeclust.spectra import Spectra
from cubeclust.spectroscopy.windows import Window


@pytest.fixture
def spectra(sky: Sky) -> Spectra:
    return Spectra.of(
        Cube(flux=sky.flux.copy(), variance=sky.variance.copy(), wavelength=sky.wavelength, frame=sky.truth.shape)
    )


def frozen(spectra: Spectra) -> Spectra:
    """The same spectra, whose arrays refuse to be written."""
    for array in (spectra.flux, spectra.variance, spectra.quality, spectra.snr, spectra.wavelength):
        array.flags.writeable = False
    return spectra


def test_signal_to_noise_is_the_median_over_channels(spectra: Spectra, sky: Sky) -> None:
    ratio = sky.flux / np.sqrt(sky.variance)
    np.testing.assert_allclose(SignalToNoise().apply(spectra).snr, np.median(ratio, axis=0).ravel(), rtol=1e-5)


def test_signal_to_noise_passes_over_missing_samples(sky: Sky) -> None:
    flux, variance = sky.flux.copy(), sky.variance.copy()
    flux[:30, 2, 3], variance[5, 4, 4] = np.nan, 0
    cube = Cube(flux=flux, variance=variance, wavelength=sky.wavelength, frame=sky.truth.shape)
    measured = SignalToNoise().apply(Spectra.of(cube))
    snr = measured.image(measured.snr, np.nan)
    assert snr[2, 3] == pytest.approx(np.median(flux[30:, 2, 3] / np.sqrt(variance[30:, 2, 3])), rel=1e-5)
    others = np.arange(60) != 5
    assert snr[4, 4] == pytest.approx(np.median(flux[others, 4, 4] / np.sqrt(variance[others, 4, 4])), rel=1e-5)


def test_normalization_gives_unit_mean_and_keeps_signal_to_noise(spectra: Spectra) -> None:
    band = Window(7600.0, 8100.0)
    done = NormalizeBand(band).apply(frozen(spectra))
    inside = band.channels(done.wavelength)
    np.testing.assert_allclose(done.flux[:, inside].mean(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(
        done.flux / np.sqrt(done.variance), spectra.flux / np.sqrt(spectra.variance), rtol=1e-4, atol=1e-5
    )
    assert done.unit == ""


def test_spectrum_that_cannot_be_normalized_is_left_out_with_its_own_bit(spectra: Spectra) -> None:
    spectra.flux[5] *= -1
    done = NormalizeBand(Window(7600.0, 8100.0)).apply(spectra)
    assert len(done) == len(spectra) - 1
    assert done.quality[spectra.y[5], spectra.x[5]] == Quality.NOT_NORMALIZABLE
    assert np.count_nonzero(done.quality) == 1


def test_band_that_is_half_missing_cannot_normalize(spectra: Spectra) -> None:
    band = Window(7600.0, 8100.0)
    inside = np.flatnonzero(band.channels(spectra.wavelength))
    spectra.flux[4, inside[: len(inside) // 2 + 1]] = np.nan
    spectra.flux[9, inside[:3]] = np.nan
    done = NormalizeBand(band).apply(spectra)
    assert done.quality[spectra.y[4], spectra.x[4]] == Quality.NOT_NORMALIZABLE
    assert len(done) == len(spectra) - 1
    row = np.flatnonzero((done.y == spectra.y[9]) & (done.x == spectra.x[9]))[0]
    assert np.nanmean(done.flux[row, inside]) == pytest.approx(1, rel=1e-5)


def faded(spectra: Spectra, errors: np.ndarray) -> Spectra:
    """The same noise, and a mean of so many of its errors (n,) in all channels."""
    flux = np.sqrt(spectra.variance)
    own = flux.sum(axis=1) / np.sqrt(spectra.variance.sum(axis=1))
    return replace(spectra, flux=(flux * (errors / own)[:, None]).astype(np.float32))


def test_faint_spectra_are_left_out_counted_and_refused_where_they_are_most(spectra: Spectra) -> None:
    band = Window(float(spectra.wavelength[0]), float(spectra.wavelength[-1]))
    errors = np.full(len(spectra), 50.0)
    errors[[3, 30]] = 2.9, 3.1
    done = NormalizeBand(band).apply(faded(spectra, errors))
    assert done.quality[spectra.y[3], spectra.x[3]] == Quality.FAINT
    assert len(done) == len(spectra) - 1
    assert done.band == band
    [note] = done.notes
    assert note.startswith("1 spectra are left out, whose mean in ")
    errors[: len(errors) // 2 + 1] = 2.0
    with pytest.raises(InputError, match=f"{len(errors) // 2 + 1} of {len(errors)} spectra have a mean below 3 of its"):
        NormalizeBand(band).apply(faded(spectra, errors))


@pytest.mark.parametrize(("share", "divided"), [(0.09, True), (0.11, False)])
def test_a_field_with_much_sky_is_not_normalized_unless_a_band_is_named(
    spectra: Spectra, share: float, divided: bool
) -> None:
    band = Window(float(spectra.wavelength[0]), float(spectra.wavelength[-1]))
    errors = np.where(np.arange(len(spectra)) < share * len(spectra), 9.0, 50.0)
    faint = faded(spectra, errors)
    done = NormalizeBand(band, optional=True).apply(faint)
    assert (done.band == band) is divided
    assert len(done) == len(spectra)
    if not divided:
        np.testing.assert_array_equal(done.flux, faint.flux)
        assert "the spectra are not normalized" in done.notes[0]
    assert NormalizeBand(band).apply(faint).band == band


def test_default_band_is_the_seeds_where_covered_and_says_what_it_is() -> None:
    muse = 4750.0 + 1.25 * np.arange(3681)
    assert default_band(muse, np.ones(3681, bool), np.zeros(3681, bool))[0] == Window(7600.0, 8100.0)
    blue = muse[muse < 7000]
    band, why = default_band(blue, (blue > 5000) & (blue < 6000), blue < 0)
    assert band.low == pytest.approx(5000, abs=1.5)
    assert band.high == pytest.approx(6000, abs=1.5)
    assert "is not covered" in why


def test_default_band_gives_way_where_it_is_excluded() -> None:
    muse = 4750.0 + 1.25 * np.arange(3681)
    seed = Window(7600.0, 8100.0).channels(muse)
    band, why = default_band(muse, muse < 6000, seed)
    assert band.high < 6000
    assert "is excluded" in why


def test_signal_to_noise_looks_at_the_features_alone(spectra: Spectra) -> None:
    """Variance in the band does not matter once the band is dropped, nor does the normalization."""
    spectra.variance[:, 20:] *= 4
    features = SelectWindows((Window(7500, 7700),))
    plain = SignalToNoise().apply(features.apply(spectra)).snr
    normalized = SignalToNoise().apply(features.apply(NormalizeBand(Window(7900, 8100)).apply(spectra))).snr
    np.testing.assert_allclose(normalized, plain, rtol=1e-4)


def test_one_huge_sample_does_not_erase_its_channel(spectra: Spectra) -> None:
    spectra.flux[3, 7] = 1e25
    scaling = ZScore.fit(spectra)
    assert np.isfinite(scaling.deviation).all()
    assert scaling.apply(spectra).flux[3, 7] == pytest.approx(np.sqrt(len(spectra) - 1), rel=1e-3)


def test_windows_add_up_and_exclusions_win(sky: Sky) -> None:
    steps = SelectWindows((Window(7500, 7600), Window(7900, 8000)), (Window(7550, 7560),))
    chosen = sky.wavelength[steps.channels(sky.wavelength)]
    assert chosen.min() == 7500
    assert set(chosen) == {w for w in sky.wavelength if (w <= 7600 or 7900 <= w <= 8000) and not 7550 <= w <= 7560}


def test_window_outside_is_refused_with_the_coverage(sky: Sky) -> None:
    with pytest.raises(InputError, match=r"7500\.0:8237\.5"):
        SelectWindows((Window(3000, 3100),)).channels(sky.wavelength)


def test_gaps_are_interpolated_and_their_variance_unknown(spectra: Spectra) -> None:
    spectra.flux[3, 10] = np.nan
    spectra.flux[3, 0] = np.nan
    done = FillGaps(0.1).apply(frozen(spectra))
    assert done.flux[3, 10] == pytest.approx((spectra.flux[3, 9] + spectra.flux[3, 11]) / 2, rel=1e-5)
    assert done.flux[3, 0] == spectra.flux[3, 1]
    assert np.isnan(done.variance[3, [0, 10]]).all()
    assert np.isnan(done.variance).sum() == 2


def test_spectra_with_too_many_gaps_are_left_out_and_dead_channels_dropped(spectra: Spectra) -> None:
    spectra.flux[:400, 20] = np.nan  # more than half of the 624 spectra
    spectra.flux[7, 30:40] = np.nan  # 10 of 59 channels
    done = FillGaps(0.1).apply(spectra)
    assert done.n_wave == spectra.n_wave - 1
    assert len(done) == len(spectra) - 1
    assert done.quality[spectra.y[7], spectra.x[7]] == Quality.FEW_CHANNELS
    assert np.isfinite(done.flux).all()


def test_gaps_that_leave_nothing_are_refused(spectra: Spectra) -> None:
    spectra.flux[:] = np.nan
    with pytest.raises(InputError, match="choose another --window"):
        FillGaps(0.1).apply(spectra)


def test_spectrum_with_data_in_dropped_channels_alone_is_left_out(spectra: Spectra) -> None:
    spectra.flux[:400, 20] = np.nan
    spectra.flux[500, np.arange(60) != 20] = np.nan
    done = FillGaps(1.0).apply(spectra)
    assert done.quality[spectra.y[500], spectra.x[500]] == Quality.FEW_CHANNELS
    assert np.isfinite(done.flux).all()


def test_masks_and_signal_to_noise_set_their_bits(spectra: Spectra) -> None:
    reasons = np.zeros(spectra.quality.shape, np.int32)
    reasons[2, 3] = Quality.MASKED
    spectra.variance[10] *= 1e4
    done = SignalToNoise(1.0).apply(LeaveOut(reasons).apply(spectra))
    assert done.quality[2, 3] == Quality.MASKED
    assert done.quality[spectra.y[10], spectra.x[10]] == Quality.LOW_SNR
    assert len(done) == len(spectra) - 2


def test_zscore_has_mean_0_and_deviation_1_and_constant_channels_become_0(spectra: Spectra) -> None:
    spectra.flux[:, 4] = 0.1
    scaling = ZScore.fit(frozen(spectra))
    done = scaling.apply(spectra)
    others = np.arange(spectra.n_wave) != 4
    np.testing.assert_allclose(done.flux.mean(axis=0, dtype=np.float64), 0, atol=1e-5)
    np.testing.assert_allclose(done.flux[:, others].std(axis=0, dtype=np.float64), 1, rtol=1e-5)
    assert np.all(done.flux[:, 4] == 0)


@pytest.mark.parametrize("name", sorted(SCALINGS))
@pytest.mark.parametrize("size", [1e-18, 1.0, 1e12])
def test_scalings_leave_their_input_and_work_on_any_size_of_flux(name: str, size: float, spectra: Spectra) -> None:
    spectra.flux[:] *= size
    before = frozen(spectra).flux.copy()
    done = SCALINGS[name].fit(spectra).apply(spectra)
    assert np.array_equal(spectra.flux, before)
    assert np.isfinite(done.flux).all()
    assert done.flux.dtype == np.float32
    if name == "zscore":
        assert done.flux.std() == pytest.approx(1, rel=1e-3)


def test_total_flux_leaves_out_faint_totals_and_refuses_where_they_are_most(spectra: Spectra) -> None:
    errors = np.full(len(spectra), 50.0)
    errors[7] = 2.0
    reasons = SCALINGS["total-flux"].fit(spectra).unusable(faded(spectra, errors))
    assert np.flatnonzero(reasons).tolist() == [7]
    assert reasons[7] == Quality.FAINT
    with pytest.raises(InputError, match="spectra have a total below 3 of its errors and would be left out"):
        SCALINGS["total-flux"].fit(spectra).unusable(faded(spectra, errors / 20))


def test_total_flux_is_no_default_of_a_faint_field(spectra: Spectra) -> None:
    scaling, errors = SCALINGS["total-flux"], np.full(len(spectra), 50.0)
    assert not scaling.unsuited(faded(spectra, errors), faint=False)
    assert "too faint" in scaling.unsuited(faded(spectra, errors), faint=True)
    errors[: len(errors) // 5] = 5.0
    assert "have a total below 10 of its errors" in scaling.unsuited(faded(spectra, errors), faint=False)
    assert not SCALINGS["noise"].unsuited(faded(spectra, errors), faint=True)


def test_noise_brings_each_channel_to_the_unit_of_its_noise(spectra: Spectra) -> None:
    scaled = SCALINGS["noise"].fit(spectra).apply(frozen(spectra))
    unit = np.sqrt(np.median(spectra.variance, axis=0))
    np.testing.assert_allclose(scaled.flux, spectra.flux / unit, rtol=1e-4)
    assert scaled.variance is None
    with pytest.raises(InputError, match="the noise of the channels is unknown"):
        SCALINGS["noise"].fit(replace(spectra.channels(np.arange(spectra.n_wave) < 2), variance=None))


def test_total_flux_sums_to_1_and_rejects_negative_totals(spectra: Spectra) -> None:
    spectra.flux[2] *= -1
    scaling = SCALINGS["total-flux"].fit(spectra)
    reasons = scaling.unusable(spectra)
    assert np.flatnonzero(reasons).tolist() == [2]
    done = scaling.apply(spectra.keep(reasons))
    np.testing.assert_allclose(done.flux.sum(axis=1), 1, rtol=1e-5)


def test_positions_and_values_stay_together(spectra: Spectra, sky: Sky) -> None:
    reasons = np.where(np.arange(len(spectra)) % 3 == 0, Quality.MASKED, 0)
    kept = spectra.keep(reasons)
    np.testing.assert_array_equal(kept.flux, sky.flux[:, kept.y, kept.x].T)
    np.testing.assert_array_equal(kept.variance, sky.variance[:, kept.y, kept.x].T)
    image = kept.image(kept.flux[:, 0], np.nan)
    np.testing.assert_array_equal(image[kept.y, kept.x], sky.flux[0, kept.y, kept.x])
    assert np.isnan(image).sum() == np.count_nonzero(reasons)
