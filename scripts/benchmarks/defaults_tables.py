"""Rows of the benchmark of defaults: means over its runs in the journal."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations, groupby
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score

from benchmarks.defaults_journal import Line
from benchmarks.defaults_runs import unpacked
from benchmarks.rows import Row

_GROUP = ("state", "settings", "data", "size", "range", "k", "method", "scale")


def summaries(lines: Iterable[Line]) -> list[Row]:
    """A row for each case, method and scale: means and standard deviations over skies and seeds; None = unknown."""
    groups = groupby(sorted(lines, key=_group), key=_group)
    return [_summary(dict(zip(_GROUP, group, strict=True)), [*members]) for group, members in groups]


def _group(line: Line) -> tuple[Any, ...]:
    run = line["run"] | {"settings": " ".join(line["run"]["settings"])}
    return tuple(run[name] for name in _GROUP)


def _summary(group: dict[str, Any], lines: Sequence[Line]) -> Row:
    done = [line for line in lines if "error" not in line]
    whole = [line for line in done if line["run"]["channels"] == "all"]
    aris, pairs = _values(whole, "ARI"), agreements(whole)
    return {
        **group,
        "runs": len(whole),
        "ARI": _mean(aris),
        "± ARI": _spread(aris),
        "coverage": _mean(_values(whole, "coverage")),
        "tiny": _mean(_values(whole, "tiny")),
        "effective": _mean([effective(sizes) for sizes in _values(whole, "sizes")]),
        "agree": _mean(pairs),
        "± agree": _spread(pairs),
        "halves": _mean(halves(done)),
        "s": _mean(_values(whole, "s")),
        "converged": _mean([float(value) for value in _values(whole, "converged")]),
        "refused": len(lines) - len(done),
    }


def effective(sizes: Sequence[int]) -> float:
    """Exponential of the entropy of the sizes of classes: K for K classes of one size, 1 where one class has all."""
    shares = np.array([size for size in sizes if size], float) / sum(sizes)
    return float(np.exp(-(shares @ np.log(shares))))


def agreements(lines: Iterable[Line]) -> list[float]:
    """ARI of the maps of each two seeds of the fit on the same sky."""
    skies: dict[int, list[Line]] = {}
    for line in lines:
        skies.setdefault(line["run"]["sky_seed"], []).append(line)
    return [_agreement(*pair) for maps in skies.values() for pair in combinations(maps, 2)]


def halves(lines: Iterable[Line]) -> list[float]:
    """ARI of the map by even channels and that by odd ones, for each seed that has both."""
    by = {(line["run"]["channels"], line["run"]["seed"]): line for line in lines}
    seeds = [seed for channels, seed in by if channels == "even" and ("odd", seed) in by]
    return [_agreement(by["even", seed], by["odd", seed]) for seed in seeds]


def _agreement(one: Line, other: Line) -> float:
    """ARI over the spaxels that have a class on both maps."""
    a, b = unpacked(one["map"]), unpacked(other["map"])
    both = (a > 0) & (b > 0)
    return float(adjusted_rand_score(a[both], b[both]))


def _values(lines: Iterable[Line], name: str) -> list[Any]:
    return [line[name] for line in lines if line.get(name) is not None]


def _of(statistic: Callable[[Sequence[float]], Any], values: Sequence[float]) -> float | None:
    return round(float(statistic(values)), 4) if values else None


def _mean(values: Sequence[float]) -> float | None:
    return _of(np.mean, values)


def _spread(values: Sequence[float]) -> float | None:
    return _of(np.std, values) if len(values) > 1 else None
