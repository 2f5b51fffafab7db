"""Rows of the benchmark of defaults become tables whose cells are known."""

from pathlib import Path

import pytest

from benchmarks.defaults_pages import TABLES, everything, lost_by, part, publish, published
from benchmarks.rows import Row
from cubeclust.methods import METHODS


def row(**changed: object) -> Row:
    return {
        "state": "now", "settings": "", "data": "blobs", "size": 40, "range": "all", "k": 6, "method": "usd-ovo",
        "scale": "none", "runs": 3, "ARI": 0.5, "± ARI": 0.021, "coverage": 1.0, "tiny": 0, "effective": 4.0,
        "agree": 0.75, "± agree": 0.1, "halves": None, "s": 2.0, "converged": 1, "refused": 0, **changed,
    }  # fmt: skip


def cells(table: str) -> list[list[str]]:
    return [[text.strip() for text in line.strip("|").split("|")] for line in table.splitlines() if "---" not in line]


def test_scales_of_a_case_are_columns() -> None:
    """In bold the default of the method; tiny classes in parentheses; other cases are in other tables."""
    rows = [
        row(scale="total-flux", ARI=0.6, tiny=1.25),
        row(scale="zscore", runs=0, ARI=None, refused=3),
        row(),
        row(k=5, ARI=0.1),
    ]
    assert cells(part("blobs 40 all k6", rows)) == [
        ["method", "total-flux", "none", "zscore"],
        ["`usd-ovo`", "**0.60 ± 0.02 (1.2)**", "0.50 ± 0.02", "refused"],
    ]


def test_real_cube_has_agreements_and_effective_classes() -> None:
    rows = [row(data="abell478", size=0, k=8, ARI=None, halves=0.6, tiny=2.0)]
    rows += [row(data="abell478", size=0, k=8, ARI=None, agree=None, method="ward")]
    assert cells(part("abell478 all k8", rows))[1:] == [["`usd-ovo`", "0.75, 0.60; 4.0 (2.0)"], ["`ward`", "-, -; 4.0"]]


def test_states_have_rows_of_their_own() -> None:
    rows = [row(settings="pca=8"), row(), row(state="before", ARI=0.4)]
    assert cells(part("blobs 40 all k6", rows)) == [
        ["method", "state", "none"],
        ["`usd-ovo`", "before", "0.40 ± 0.02"],
        ["`usd-ovo`", "now", "0.50 ± 0.02"],
    ]


def test_values_of_an_option_are_compared_with_its_default() -> None:
    """Other options and methods without it are left out."""
    rows = [row(), row(settings="max-iter=9 pca=8", ARI=0.4), row(settings="pca=9", ARI=0.3), row(method="ward")]
    rows = [{**each, "scale": "default"} for each in rows]
    assert cells(part("set max-iter", rows)) == [
        ["method", "state", "blobs 40 all k6"],
        ["`usd-ovo`", "now", "0.50 ± 0.02"],
        ["`usd-ovo`", "now max-iter=9 pca=8", "0.40 ± 0.02"],
    ]
    assert part("set iter", rows) == "Not measured yet."


def test_defaults_in_force_are_those_of_the_methods() -> None:
    table = cells(part("in force", [row(method="ward"), row(method="kmeans")]))
    assert table[0] == ["method", "`--scale`", "`--n-clusters`", "`--n-starts`", "`--max-iter`"]
    assert [line[:4] for line in table[1:]] == [
        ["`kmeans`", METHODS["kmeans"].load().default_scale, "10", "10"],
        ["`ward`", METHODS["ward"].load().default_scale, "10", "-"],
    ]


def test_overview_has_runs_without_a_scale() -> None:
    rows = [row(), row(scale="default", ARI=0.6), row(range="windows", scale="default", ARI=0.7, size=24)]
    assert cells(part("overview", rows)) == [
        ["method", "blobs 40 all k6", "blobs 24 windows k6"],
        ["`usd-ovo`", "0.60 ± 0.02", "0.70 ± 0.02"],
    ]
    assert cells(part("blobs 40 all k6", rows))[0] == ["method", "none"]


def test_seconds_with_the_share_that_converged() -> None:
    rows = [row(scale="default", s=12.34, converged=0.667), row(scale="default", k=5, converged=None)]
    assert cells(part("seconds", rows))[1:] == [["`usd-ovo`", "12.3 (67%)", "2"]]


def test_loss_against_the_best_scale() -> None:
    """zscore, which one case lacks, is left out."""
    cases = [{"none": 0.5, "noise": 0.75, "zscore": 0.25}, {"none": 0.75, "noise": 0.5}]
    assert lost_by(cases) == {"noise": [0, 0.25], "none": [0.25, 0]}
    rows = [row(k=k, scale=scale, ARI=ari) for k, case in enumerate(cases) for scale, ari in case.items()]
    assert cells(part("losses", rows)) == [
        ["method", "noise", "none"],
        ["`usd-ovo`", "0.125 (0.25)", "0.125 (0.25)"],
    ]


def test_every_table_is_printed_once_skies_first() -> None:
    rows = [row(data="abell478", size=0, ARI=None, coverage=None), row(), row(scale="zscore")]
    names = [line for line in everything(rows).splitlines() if line and not line.startswith(("|", "Not"))]
    assert names == [*TABLES, "blobs 40 all k6", "abell478 all k6"]


def test_rows_are_published(tmp_path: Path) -> None:
    rows = [row(), row(ARI=None)]
    publish(rows, tmp_path / "rows.jsonl")
    assert published(tmp_path / "rows.jsonl") == rows
    assert published(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize("name", TABLES)
def test_nothing_measured(name: str) -> None:
    assert part(name, []) == "Not measured yet."
