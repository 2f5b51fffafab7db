"""What the batches of the Sinkhorn GEMINIs cost."""

import numpy as np
import pytest
import torch
from test_baselines import plane
from test_combinators import Told

from cubeclust.clustering import Clustering
from cubeclust.divergences import costs
from cubeclust.methods import METHODS


def fit(told: Told, room: int = 0, **settings: object) -> Clustering:
    method = METHODS["usd-ovo"].create(**{"n_clusters": 3, "max_iter": 3} | settings)
    return method.fit(plane(90)[0], seed=0, device="cpu", room=room, report=told)


def test_costs_of_a_batch_are_computed_once_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many Sinkhorn steps; the posterior is the same as without room."""
    count, euclidean = 0, costs.euclidean

    def counted(data: torch.Tensor) -> costs.Entries:
        entries = euclidean(data)

        def block(rows: slice, columns: slice) -> torch.Tensor:
            nonlocal count
            count += 1
            return entries(rows, columns)

        return block

    monkeypatch.setitem(costs.COSTS, "euclidean", counted)
    blocks, found = {}, {}
    for tolerance in (0.1, 1e-6):
        for room in (0, 10**8):
            count = 0
            found[tolerance, room] = fit(Told(), room, batch_size=30, sinkhorn_tolerance=tolerance)
            blocks[tolerance, room] = count
    assert blocks[0.1, 10**8] == blocks[1e-6, 10**8] < blocks[1e-6, 0]
    assert np.array_equal(found[1e-6, 0].posterior, found[1e-6, 10**8].posterior)
