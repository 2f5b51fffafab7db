"""Which candidate is chosen, and what is said about it."""

import json
import re

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from cubeclust.clustering import Criteria
from cubeclust.errors import InputError
from cubeclust.model_selection.candidate import candidates
from cubeclust.model_selection.choice import Choice
from cubeclust.model_selection.trial import Trial


def trial(n_clusters: int, icl: float | None, model: str = "A", seed: int = 0, **more: object) -> Trial:
    criteria = None if icl is None else Criteria(more.pop("likelihood", 0.0), 3, icl + 2, icl + 1, icl)
    more = {"error": "it fails."} if icl is None else more
    return Trial(f"{n_clusters}{model}{seed}", n_clusters, model, seed, 1.0, criteria=criteria, **more)


def chosen(*fits: Trial, criterion: str = "icl") -> Choice:
    return Choice.of(candidates(fits), criterion)


def test_best_value_wins_and_of_equals_the_most_clusters() -> None:
    choice = chosen(*(trial(k, value, model) for model in "AB" for k, value in ((2, -5), (3, -2), (4, -2), (5, -3))))
    assert (choice.candidate.n_clusters, choice.candidate.model, choice.value) == (4, "A", -2)
    (warning,) = choice.warnings
    assert "ICL is the same for A, K = 3; B, K = 3; B, K = 4" in warning


def test_scan_whose_entries_are_all_the_same_decides_nothing() -> None:
    (warning,) = chosen(*(trial(k, -3) for k in (2, 3, 4))).warnings
    assert "is the same for A, K = 2; A, K = 3:" in warning


def test_failed_and_infinite_values_are_passed_over() -> None:
    choice = chosen(trial(2, -9), trial(3, -4), trial(4, None), trial(5, np.inf), trial(6, -8))
    assert choice.candidate.n_clusters == 3
    assert choice.warnings == ()


@pytest.mark.parametrize(
    ("values", "words"),
    [([-9, -4, -1], "the most of the scan.*37.5% of its range"), ([-1, -4, -9], "the fewest of the scan")],
)
def test_edge_of_the_scan_is_pointed_out(values: list[float], words: str) -> None:
    choice = chosen(*(trial(k, value) for k, value in enumerate(values, 2)))
    assert re.search(words, choice.warnings[0])


def test_last_number_that_could_be_fitted_is_an_edge() -> None:
    assert "the most of the scan" in chosen(trial(2, -9), trial(3, -4), trial(4, None)).warnings[0]
    assert chosen(trial(2, -9), trial(2, -4, "B")).warnings == (), "one number has no edge"


def test_more_clusters_that_are_less_likely_are_pointed_out() -> None:
    likelihoods = {2: 5.0, 3: 9.0, 4: 8.0, 5: 10.0, 6: 8.5}
    icl = {2: -5, 3: -1, 4: -4, 5: -3, 6: -4}
    fits = [trial(k, icl[k], likelihood=likelihoods[k]) for k in icl]
    (warning,) = chosen(*fits).warnings
    assert warning.startswith("K = 4, 6 of the same model are less likely than K = 3")
    assert chosen(*fits, trial(3, -0.5, "B", likelihood=11.0)).warnings == (), "other models do not compare"


def test_nothing_to_choose_from_says_why() -> None:
    with pytest.raises(InputError, match="it fails"):
        chosen(trial(2, None), trial(3, None))
    collapsed = [trial(2, 0.0, seed=seed, classes_used=1, sample_labels=np.zeros(9, int)) for seed in range(2)]
    with pytest.raises(InputError, match="a single class"):
        chosen(*collapsed, criterion="stability")


def test_likeliest_seed_speaks_for_the_entry() -> None:
    """Criteria are those of the largest likelihood, whatever their own size."""
    (candidate,) = candidates(
        [trial(3, -4, likelihood=10.0), trial(3, -2, seed=1, likelihood=9.0), trial(3, None, seed=2)]
    )
    assert (candidate.best.seed, len(candidate.done), len(candidate.fits)) == (0, 2, 3)
    assert chosen(*candidate.fits).value == -4


def test_stability_is_the_mean_agreement_of_all_pairs() -> None:
    labels = np.random.default_rng(0).integers(0, 3, (3, 50))
    fits = [trial(3, -1.0, seed=seed, sample_labels=row, classes_used=3) for seed, row in enumerate(labels)]
    (candidate,) = candidates(fits)
    pairs = [(0, 1), (0, 2), (1, 2)]
    assert candidate.stability == pytest.approx(np.mean([adjusted_rand_score(labels[a], labels[b]) for a, b in pairs]))
    (renamed,) = candidates([fits[0], trial(3, -1.0, seed=1, sample_labels=(labels[0] + 1) % 3, classes_used=3)])
    assert renamed.stability == 1, "the names of the classes play no role"
    assert candidates(fits[:1])[0].stability is None


def test_fit_survives_its_line() -> None:
    fit = trial(3, -4.25, sample_labels=np.array([0, 2, 1, 300]), classes_used=3, converged=True, silhouette=0.1)
    again = Trial.of_json(json.loads(json.dumps(fit.as_json())))
    assert np.array_equal(again.sample_labels, fit.sample_labels)
    assert again.as_json() == fit.as_json()
    failed = trial(4, None)
    assert Trial.of_json(json.loads(json.dumps(failed.as_json()))) == failed
