"""Pairs of classes whose spectra show one population and not two."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np
from jaxtyping import Float64, Integer

from cubeclust.classes.spectra import ClassSpectra
from cubeclust.classes.table import TINY_CLASS
from cubeclust.spectra import Spectra

PROBABILITY = 0.0027  # of a chi2 as large by chance: three standard deviations
DISTANCE = 2.65  # of the means of the two halves of a normal distribution, in scatters of a half
BESIDE = 0.25  # share of a real difference that is at least found two spaxels away
_FEWEST = 10  # spaxels beside each of two classes
_MOST = 250  # of them, and of the spectra that show how the channels of a class are correlated


@dataclass(frozen=True)
class SimilarPair:
    """Two classes that may be one.

    first, second   their numbers, from 1
    reason          errors: the means do not differ within their errors; cut: they differ as the parts of one
                    population that is cut do
    chi2            squared difference of the means over its variance, summed over channels
    channels        effective number of channels, as deviations in different channels are correlated
    probability     of a chi2 as large if the means are equal
    distance        of the means, in scatters of single spectra
    beside          share of the difference that is found two spaxels away; None if it was not measured
    """

    first: int
    second: int
    reason: str
    chi2: float
    channels: float
    probability: float
    distance: float
    beside: float | None = None


def similar_pairs(
    spectra: Spectra, labels: Integer[np.ndarray, " n"], classes: ClassSpectra, seed: int
) -> list[SimilarPair]:
    """Pairs of classes, of more than TINY_CLASS spectra each, that one population explains; labels count from 0.

    The means of two parts of one population differ by many errors, as the clustering put into each the spectra that
    noise moved its way. It did not use where they lie on the sky, which therefore tells such a cut from a difference:
    beside the spaxels of a real class lie others of its kind, and beside those that noise selected lie any. A pair is
    similar if its means agree within their errors, or if they are no further apart than two halves of the noise and
    less than BESIDE of their difference is found two spaxels away.
    """
    sizes = np.bincount(labels[labels >= 0], minlength=len(classes.mean))
    tested = np.flatnonzero(sizes > TINY_CLASS).tolist()
    labeled = _Labeled(spectra, labels, np.random.default_rng(seed))
    moments = {label: _ClassMoments.of(labeled, classes, label) for label in tested}
    pairs = []
    for a, b in combinations(tested, 2):
        pair = _compared(a, b, moments[a], moments[b])
        if pair.probability > PROBABILITY and pair.distance < DISTANCE:
            pairs.append(pair)
        elif pair.distance < DISTANCE * _widest(pair.channels, sizes[a] + sizes[b]):
            share = labeled.share_beside((a, b), (moments[a], moments[b]))
            if share is not None and share < BESIDE:
                pairs.append(replace(pair, reason="cut", beside=share))
    return pairs


def _widest(channels: float, size: int) -> float:
    """Largest deviation along any direction of `size` spectra of white noise of deviation 1.

    Geman 1980, Ann. Probab. 8, 252. A clustering cuts its classes along such directions.
    """
    return 1 + np.sqrt(channels / size)


@dataclass(frozen=True)
class _Labeled:
    """Spectra and their labels, found by their place on the sky."""

    spectra: Spectra
    labels: Integer[np.ndarray, " n"]
    random: np.random.Generator

    def members(self, label: int) -> Integer[np.ndarray, " m"]:
        """Rows of a class in random order."""
        return self.random.permutation(np.flatnonzero(self.labels == label))

    @cached_property
    def touching(self) -> Integer[np.ndarray, "2 m"]:
        """Rows of spaxels that share a side or a corner."""
        return self._apart((0, 1), (1, 0), (1, 1), (1, -1))

    def _apart(self, *offsets: tuple[int, int]) -> Integer[np.ndarray, "2 m"]:
        """Rows of spaxels that lie (y, x) apart."""
        rows = np.arange(len(self.spectra))
        image = np.pad(self.spectra.image(rows, -1), 2, constant_values=-1)
        others = np.stack([image[self.spectra.y + 2 + dy, self.spectra.x + 2 + dx] for dy, dx in offsets])
        return np.stack([np.broadcast_to(rows, others.shape)[others >= 0], others[others >= 0]])

    def crowding(self, label: int, mean: np.ndarray, within: np.ndarray) -> float:
        """Variance of the mean of a class, whose spaxels share noise, over that of independent ones; 1 or more."""
        inside = self.touching[:, (self.labels[self.touching] == label).all(axis=0)]
        if not inside.shape[1]:
            return 1.0
        drawn = self.random.permutation(inside.shape[1])[:_MOST]
        deviations = self.spectra.flux[inside[:, drawn]] - mean
        correlation = _ratios(np.prod(deviations, axis=0).mean(axis=0), within).mean()
        return max(1.0, 1 + 2 * inside.shape[1] / np.count_nonzero(self.labels == label) * float(correlation))

    def behind(self, label: int) -> Integer[np.ndarray, " m"]:
        """Rows of spaxels with one between them and one of the class: beyond its noise."""
        one, other = self._apart((0, 2), (2, 0), (0, -2), (-2, 0))
        return other[self.labels[one] == label]

    def share_beside(self, pair: tuple[int, int], moments: "tuple[_ClassMoments, _ClassMoments]") -> float | None:
        """Share of the difference of the means of two classes that is found beside them; None for too few spaxels.

        Compared, along the difference over the variance, are spectra beside the first class with those beside the
        second one, of whichever of the two classes they are.
        """
        a, b = moments
        difference, variance = b.mean - a.mean, a.within + b.within
        weights = np.divide(difference, variance, out=np.zeros_like(difference), where=variance > 0)
        means = []
        for each in moments:
            rows = each.behind[np.isin(self.labels[each.behind], pair)]
            if len(rows) < _FEWEST:
                return None
            means.append(self.spectra.flux[self.random.permutation(rows)[:_MOST]].mean(axis=0))
        return float((weights @ (means[1] - means[0])) / (weights @ difference))


@dataclass(frozen=True)
class _ClassMoments:
    """A class: number of spectra, mean, variance within it and of its mean (n_wave,), effective channels, rows behind.

    The variance of the mean is the larger, in each channel, of what the scatter within the class implies, since spectra
    of a class differ by more than noise where a galaxy is bright, and of what the variance of the cube implies; either
    is larger where neighbors share their deviations.
    """

    size: int
    mean: Float64[np.ndarray, " n_wave"]
    within: Float64[np.ndarray, " n_wave"]
    of_mean: Float64[np.ndarray, " n_wave"]
    channels: float
    behind: Integer[np.ndarray, " m"]

    @classmethod
    def of(cls, labeled: _Labeled, classes: ClassSpectra, label: int) -> "_ClassMoments":
        """Of the spectra of a class of several."""
        members, mean = labeled.members(label), classes.mean[label].astype(np.float64)
        size = len(members)
        within = np.square(classes.std[label], dtype=np.float64) * size / (size - 1)
        of_mean = np.fmax(within / size, np.square(classes.mean_error[label], dtype=np.float64))
        pairs = labeled.spectra.flux[members[: min(size, 2 * _MOST) // 2 * 2]].reshape(2, -1, len(mean))
        of_mean *= labeled.crowding(label, mean, within)
        return cls(size, mean, within, of_mean, _effective(pairs, within), labeled.behind(label))


def _effective(pairs: np.ndarray, within: Float64[np.ndarray, " n_wave"]) -> float:
    """Effective number of channels: tr(R)^2 / tr(R^2) of their correlations R (Box 1954, Ann. Math. Stat. 25, 290).

    Differences between two spectra of a class (2, m, n_wave) are independent and have mean 0; the products of two of
    them have mean square tr(R^2).
    """
    varies = within > 0
    n = int(varies.sum())
    deviations = (pairs[0][:, varies] - pairs[1][:, varies]) / np.sqrt(2 * within[varies]).astype(np.float32)
    products = np.square((deviations @ deviations.T).astype(np.float64))
    m = len(products)
    squares = (products.sum() - np.trace(products)) / (m * (m - 1))
    return max(1.0, n**2 / max(squares, n)) if n else 1.0


def _compared(first: int, second: int, a: _ClassMoments, b: _ClassMoments) -> SimilarPair:
    """The means of two classes compared.

    chi2 channels / n_wave follows a chi2 distribution with as many degrees of freedom as there are effective channels.
    Variances from few spectra raise its mean by nu / (nu - 2), nu by Welch (1947, Biometrika 34, 28). The distance is
    the D of Ashman, Bird & Zepf (1994, AJ 108, 2348) for several channels, without what the errors of the means add.
    """
    from scipy.special import chdtrc

    squares, variance = np.square(b.mean - a.mean), a.of_mean + b.of_mean
    parts = sum(each.of_mean.sum() ** 2 / (each.size - 1) for each in (a, b))
    fewness = 1 - 2 * parts / max(variance.sum() ** 2, np.finfo(float).tiny)
    chi2 = float(fewness * _ratios(squares, variance).sum())
    channels = min(a.channels, b.channels)
    share = channels / len(squares)
    excess = float(_ratios(squares - variance, (a.within + b.within) / 2).sum())
    return SimilarPair(
        first + 1,
        second + 1,
        "errors",
        chi2,
        channels,
        probability=float(chdtrc(channels, chi2 * share)),
        distance=float(np.sqrt(max(excess, 0.0) * share)),
    )


def _ratios(values: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Ratio of values to their variance; where the variance is 0, 0 for no value and infinity for any other."""
    without = np.where(values == 0, 0.0, np.inf)
    return np.divide(values, variance, out=without, where=variance > 0)
