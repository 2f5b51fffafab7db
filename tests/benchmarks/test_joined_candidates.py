"""Merge candidates of a simulated sky, joined."""

from argparse import ArgumentParser

from benchmarks.merge_candidates import add_options, run


def test_joining_candidates_agrees_better_with_the_truth() -> None:
    parser = ArgumentParser()
    add_options(parser)
    words = "--skies blobs --methods kmeans --seeds 1"
    (row,) = run(parser.parse_args(words.split()))
    assert row["pairs"] >= 1
    assert row["ARI, joined"] > row["ARI"] + 0.2
