"""What a training shows beside its losses."""

import numpy as np
import torch

from cubeclust.learning.diagnostics import Diagnostics


def of_labels(labels: list[int]) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor(labels), 4).double()


def test_clusters_are_counted_over_all_batches() -> None:
    """No batch has more than two clusters; all of them together have three."""
    diagnostics = Diagnostics(6, "cpu")
    for rows, labels in (([0, 3], [0, 0]), ([1, 5], [0, 2]), ([2, 4], [3, 3])):
        diagnostics.record(torch.tensor(rows), of_labels(labels), {})
    assert diagnostics.end_iteration() == {"used_clusters": 3.0, "relabeled": 0.0}


def test_cluster_that_is_left_is_not_counted() -> None:
    diagnostics = Diagnostics(3, "cpu")
    for labels, used in (([0, 1, 2], 3.0), ([0, 1, 1], 2.0)):
        diagnostics.record(slice(None), of_labels(labels), {})
        assert diagnostics.end_iteration()["used_clusters"] == used


def test_largest_figure_of_an_iteration_counts() -> None:
    diagnostics = Diagnostics(4, "cpu")
    for errors in ([0.5, 2.0, 1.0], [0.25]):
        for error in errors:
            diagnostics.record(slice(None), of_labels([0, 1, 2, 3]), {"marginal_error": error})
        assert diagnostics.end_iteration()["marginal_error"] == max(errors)


def test_relabeled_counts_rows_that_changed_in_the_last_fifth() -> None:
    """As a search through all labels finds it; a row that goes back and forth counts once."""
    random = np.random.default_rng(0)
    history = np.repeat(random.integers(0, 4, (60, 40)), 10, axis=0)  # (iterations, rows): changes every tenth
    history[:, 20:] = history[0, 20:]  # rows that never change
    history[350, 30] += 1  # but for this one: changed, and changed back
    history %= 4
    diagnostics = Diagnostics(40, "cpu")
    for done, labels in enumerate(history, start=1):
        diagnostics.record(slice(None), of_labels(list(labels)), {})
        span = 2 * max(25, done // 10)
        recent = history[max(0, done - span - 1) : done]
        assert diagnostics.end_iteration()["relabeled"] == np.mean((recent != recent[0]).any(axis=0)), done
