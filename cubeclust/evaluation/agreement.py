"""Agreement of partitions."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np


def mean_agreement(partitions: Sequence[np.ndarray]) -> float:
    """Mean adjusted Rand index (Hubert & Arabie 1985, J. Classif. 2, 193) of all pairs of at least two partitions."""
    from sklearn.metrics import adjusted_rand_score

    return float(np.mean([adjusted_rand_score(*pair) for pair in combinations(partitions, 2)]))
