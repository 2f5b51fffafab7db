"""Three Gaussians and a Student-t in the plane (Ohl et al. 2022, section 4.2 and appendix E)."""

import numpy as np
from scipy import stats

MEANS = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])  # of the clusters in units of alpha; the last one is Student's


def student_mixture(rho: float, n: int = 5000, alpha: float = 5.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 2) float32 and their clusters (n,), sorted: four of equal probability and unit covariance.

    rho degrees of freedom: with 1 the Student-t has no mean, with 2 no variance. Drawn from numpy's frozen legacy
    stream in the order of the authors' code (github.com/oshillou/GEMINI, whose configurations have n = 5000), so that
    seed 0 gives the very points of the paper's Table 6.
    """
    random = np.random.RandomState(seed)
    counts = np.bincount(random.multinomial(1, np.full(4, 0.25), size=n).argmax(axis=1), minlength=4)
    points = [
        random.multivariate_normal(mean, np.eye(2), size) for mean, size in zip(alpha * MEANS, counts, strict=True)
    ]
    heaviness = np.sqrt(rho / random.chisquare(rho, counts[3]))  # (n_4,)
    points[3] = alpha * MEANS[3] + heaviness[:, None] * (points[3] - alpha * MEANS[3])
    return np.concatenate(points).astype(np.float32), np.repeat(np.arange(4), counts)


def oracle(points: np.ndarray, rho: float, alpha: float = 5.0) -> np.ndarray:
    """The most probable cluster (n,) of each point where all parameters are known."""
    gaussians = [stats.multivariate_normal(mean).pdf(points) for mean in alpha * MEANS[:3]]
    student = stats.multivariate_t(alpha * MEANS[3], df=rho).pdf(points)
    return np.argmax([*gaussians, student], axis=0)
