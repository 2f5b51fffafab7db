"""The tests in tests/gpu, by pytest."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from gpu_checks.rows import Check, Row, Setup, at_least

TESTS = Path(__file__).resolve().parents[2] / "tests" / "gpu"
_ALL = "not apart"  # which is a device for where there is no GPU
_FEW = "usd and euclidean or mmd-ovo or fisher or memory"  # what a rehearsal runs


def checks(setup: Setup) -> Iterator[Check]:
    """All of them; a rehearsal takes some."""
    yield "pytest tests/gpu", lambda: found(setup)


def found(setup: Setup) -> Iterator[Row]:
    """How many passed, and each that did not."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["--device", setup.device, "--junitxml", str(report), "-p", "no:cacheprovider", "-v"]
        options += ["-W", "default::DeprecationWarning"]  # of newer packages than those that the tests are run with
        options += ["-k", _FEW if setup.small else _ALL]
        alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # plugins of the machine may be of another pytest
        subprocess.run([sys.executable, "-m", "pytest", str(TESTS), *options], env=alone, check=False)
        cases = [*ElementTree.parse(report).iter("testcase")]
    ended = {case: outcome(case) for case in cases}
    yield at_least("tests that passed", sum(word == "passed" for word, _ in ended.values()), 1)
    for case, (word, reason) in ended.items():
        if word != "passed":
            yield Row(f"{case.get('name')}: {word}", reason, passed=None if word == "skipped" else False)


def outcome(case: ElementTree.Element) -> tuple[str, str]:
    """Whether a test passed, and why not."""
    for word in ("failure", "error", "skipped"):
        entry = case.find(word)
        if entry is not None:
            return {"failure": "failed"}.get(word, word), " ".join(entry.get("message", "").split())[:200]
    return "passed", ""
