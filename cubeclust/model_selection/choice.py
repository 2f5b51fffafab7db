"""The candidate that a criterion chooses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from cubeclust.errors import InputError
from cubeclust.model_selection.candidate import Candidate


@dataclass(frozen=True)
class Criterion:
    """A value by which candidates are ranked, the larger the better; None for a candidate without it.

    form is a format specification of the value.
    """

    label: str
    form: str
    of: Callable[[Candidate], float | None]


def _information(name: str) -> Callable[[Candidate], float | None]:
    """Value of an information criterion of the best fit."""

    def value(candidate: Candidate) -> float | None:
        criteria = None if candidate.best is None else candidate.best.criteria
        found = None if criteria is None else float(getattr(criteria, name))
        return found if found is not None and isfinite(found) else None

    return value


CRITERIA: dict[str, Criterion] = {
    "icl": Criterion("ICL", ".1f", _information("icl")),
    "bic": Criterion("BIC", ".1f", _information("bic")),
    "aic": Criterion("AIC", ".1f", _information("aic")),
    "stability": Criterion("stability", ".3f", lambda candidate: candidate.stability),
}
INFORMATION = ("icl", "bic", "aic")  # of mixtures only


@dataclass(frozen=True)
class Choice:
    """The candidate with the largest value of a criterion.

    among     number of candidates
    warnings  sentences on why the choice may be wrong
    """

    criterion: str
    candidate: Candidate
    value: float
    among: int
    warnings: tuple[str, ...]

    def __str__(self) -> str:
        label, form = CRITERIA[self.criterion].label, CRITERIA[self.criterion].form
        chosen = f"{self.candidate.name} is chosen of {self.among} entries by {label}, {self.value:{form}}"
        if self.criterion == "stability" or self.candidate.stability is None:
            return chosen
        return f"{chosen}; its seeds agree at an ARI of {self.candidate.stability:.3f}"

    @classmethod
    def of(cls, table: Sequence[Candidate], criterion: str) -> "Choice":
        """The candidate with the best value; of equal ones, that with the most clusters.

        Raises:
            InputError: no candidate has a value.
        """
        value = CRITERIA[criterion].of
        ranked = {index: found for index, candidate in enumerate(table) if (found := value(candidate)) is not None}
        if not ranked:
            raise InputError(_nothing(table, criterion))
        best = max(ranked, key=lambda index: (ranked[index], table[index].n_clusters))
        label = CRITERIA[criterion].label
        equals = [table[index].name for index in ranked if index != best and ranked[index] == ranked[best]]
        edge = "" if len(equals) + 1 == len(ranked) else _edge(table, ranked, best, label)
        warnings = _tie(equals, label), edge, _stuck(table, table[best], criterion), _doubtful(table)
        return cls(criterion, table[best], ranked[best], len(table), tuple(filter(None, warnings)))


def _nothing(table: Sequence[Candidate], criterion: str) -> str:
    """Error if no candidate has a value."""
    errors = [fit.error for candidate in table for fit in candidate.fits if fit.error]
    if errors:
        return (
            f"no entry of the scan has a value of {criterion}; the error of the first fit that failed is: {errors[0]}"
        )
    return f"no entry of the scan has a value of {criterion}: every fit has a single class; try another method."


def _tie(equals: list[str], label: str) -> str:
    """Warning if several candidates have the best value."""
    if not equals:
        return ""
    return (
        f"{label} is the same for {'; '.join(equals)}: the entry with the most clusters is taken; fits that no seed "
        "changes are always stable, and another method or data has to decide."
    )


def _edge(table: Sequence[Candidate], ranked: dict[int, float], best: int, label: str) -> str:
    """Warning if the best number of clusters is the smallest or the largest of the scan."""
    numbers = sorted({table[index].n_clusters for index in ranked})
    chosen = table[best].n_clusters
    if len(numbers) < 2 or chosen not in (numbers[0], numbers[-1]):
        return ""
    if chosen == numbers[0]:
        return (
            f"{label} is best at {chosen} clusters, the fewest of the scan, and does not peak inside: begin "
            "--n-clusters lower where that is possible, and doubt that there are classes where it is not."
        )
    peaks = {n: max(ranked[index] for index in ranked if table[index].n_clusters == n) for n in numbers}
    share = (peaks[numbers[-1]] - peaks[numbers[-2]]) / (max(peaks.values()) - min(peaks.values()))
    return (
        f"{label} is best at {chosen} clusters, the most of the scan, and does not peak inside: the last step from "
        f"{numbers[-2]} adds {share:.1%} of its range; widen --n-clusters, or take the elbow of the figure with care."
    )


def _stuck(table: Sequence[Candidate], chosen: Candidate, criterion: str) -> str:
    """Warning if fits of more clusters are less likely, which shows that they ended in poor optima."""
    if criterion not in INFORMATION or chosen.best is None:
        return ""
    more = [
        candidate for candidate in table if candidate.model == chosen.model and candidate.n_clusters > chosen.n_clusters
    ]
    stuck = [
        candidate.n_clusters for candidate in more if candidate.best and candidate.best.standing < chosen.best.standing
    ]
    if not stuck:
        return ""
    return (
        f"K = {', '.join(map(str, stuck))} of the same model are less likely than K = {chosen.n_clusters}, as fits of "
        "more clusters are that end in a poor optimum; raise --seeds, which keeps what is done, before you trust the "
        "peak."
    )


def _doubtful(table: Sequence[Candidate]) -> str:
    """Warning if fits have warnings of their own."""
    done = [(candidate.name, fit) for candidate in table for fit in candidate.done]
    doubtful = [(name, fit) for name, fit in done if fit.warnings]
    if not doubtful:
        return ""
    name, fit = doubtful[0]
    return f"{len(doubtful)} of {len(done)} fits may be wrong; {name}, seed {fit.seed}: {fit.warnings[0]}."
