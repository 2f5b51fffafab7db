"""What a run of the Sinkhorn GEMINIs says of its transports, and what its batches cost."""

import warnings

import numpy as np
import pytest
import torch
from test_baselines import plane
from test_combinators import Told

from cubeclust.clustering import Clustering
from cubeclust.divergences import costs
from cubeclust.errors import InputError
from cubeclust.methods import METHODS


def fit(told: Told, cache_bytes: int = 0, **settings: object) -> Clustering:
    method = METHODS["usd-ovo"].create(**{"n_clusters": 3, "max_iter": 3} | settings)
    return method.fit(plane(90)[0], seed=0, device="cpu", cache_bytes=cache_bytes, progress=told)


@pytest.mark.parametrize("batch_size", [0, 30])
def test_transports_that_end_too_early_are_stated_and_recorded(batch_size: int) -> None:
    """Once for the fit, with the worst and the last of them, and not by a warning of Python for each."""
    told = Told()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit(told, sinkhorn_steps=1, batch_size=batch_size)
    errors = found.history["marginal_error"]
    (warning,) = found.warnings
    assert warning.startswith("transports of 4 of 4 values of the objective did not reach --sinkhorn-tolerance 0.0001")
    assert f"but {max(errors):.2g} at worst and {errors[-1]:.2g} at the end" in warning
    assert told.said[-1] == warning


def test_last_value_alone_that_misses_the_tolerance_is_stated() -> None:
    """The objective of the network as it ends comes after the last step."""
    method = METHODS["usd-ovo"].create()
    (warning,) = method.warnings({"marginal_error": np.array([1e-5, 1e-5, 2.4e-4])})
    assert warning.startswith("transports of 1 of 3 values")
    assert "0.00024 at the end" in warning


def test_transports_that_reach_the_tolerance_leave_no_warning() -> None:
    found = fit(Told())
    assert found.warnings == ()
    unit, start = found.notes
    assert unit.startswith("mean cost of transport")
    assert start.startswith("start ")


def test_geomloss_measures_no_error_and_that_is_noted() -> None:
    pytest.importorskip("geomloss")
    assert any("not measured" in note for note in fit(Told(), solver="geomloss").notes)


@pytest.mark.parametrize("epsilon", ["1e308", "1e13r", "1e-300", "1e-7r"])
def test_epsilon_beyond_what_can_be_computed_is_refused(epsilon: str) -> None:
    with pytest.raises(InputError, match=f"--epsilon {epsilon} is .* of the mean cost"):
        fit(Told(), epsilon=epsilon)


def test_sums_in_logarithms_are_said_once_for_all_batches() -> None:
    told = Told()
    fit(told, epsilon="1e-4r", sinkhorn_steps=2, batch_size=30)
    assert sum("sums in logarithms" in sentence for sentence in told.said) == 1


def test_costs_of_a_batch_are_computed_once_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many Sinkhorn steps; the posterior is the same as without a cache."""
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
        for cached in (0, 10**8):
            count = 0
            found[tolerance, cached] = fit(Told(), cached, batch_size=30, sinkhorn_tolerance=tolerance)
            blocks[tolerance, cached] = count
    assert blocks[0.1, 10**8] == blocks[1e-6, 10**8] < blocks[1e-6, 0]
    assert np.array_equal(found[1e-6, 0].posterior, found[1e-6, 10**8].posterior)
