"""Transports that miss --sinkhorn-tolerance: every command that fits, or labels by such a fit, states it."""

import json
from pathlib import Path

import pytest
from astropy.io import fits
from commands import call

FIT = ("-m", "usd-ovo", "--max-iter", 2, "--crop", 4)
MISSED = "did not reach --sinkhorn-tolerance 0.0001"


def output(*arguments: object) -> tuple[dict, str]:
    """Record of a command, and what it printed on stderr."""
    done = call(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), " ".join(done.stderr.split())


@pytest.fixture
def missed(sky_file: Path, tmp_path: Path) -> tuple[dict, str]:
    return output("run", sky_file, *FIT, "-k", 3, "--sinkhorn-steps", 1, "-o", tmp_path / "run")


def test_run_states_and_records_it(missed: tuple[dict, str]) -> None:
    record, printed = missed
    (warning,) = record["warnings"]
    assert MISSED in warning
    assert warning in printed
    history = " ".join("".join(fits.getheader(record["files"]["classmap.fits"])["HISTORY"]).split())
    assert MISSED.replace(" ", "") in history.replace(" ", "")


def test_apply_states_and_records_that_of_the_fit(missed: tuple[dict, str], sky_file: Path, tmp_path: Path) -> None:
    record, printed = output("apply", missed[0]["files"]["result.h5"], sky_file, "-o", tmp_path / "applied")
    assert record["warnings"] == missed[0]["warnings"]
    assert f"the fit of the model: {record['warnings'][0]}" in printed


def test_select_states_it_of_every_fit(sky_file: Path, tmp_path: Path) -> None:
    """Of fits that the journal holds as well."""
    arguments = ("select", sky_file, *FIT, "-k", "2,3", "--sinkhorn-steps", 1, "-o", tmp_path)
    for again in ((), ("--overwrite",)):
        record, printed = output(*arguments, *again)
        assert MISSED in record["warnings"][0]
        (of_the_scan,) = (text for text in record["selection"]["warnings"] if MISSED in text)
        assert of_the_scan.startswith("4 of 4 fits may be wrong; K = 2, seed 0: transports of 3 of 3 values")
        assert of_the_scan in printed


def test_fit_that_reaches_it_states_nothing(sky_file: Path, tmp_path: Path) -> None:
    record, printed = output("run", sky_file, *FIT, "-k", 3, "-o", tmp_path)
    assert record["warnings"] == []
    assert "did not reach" not in printed
