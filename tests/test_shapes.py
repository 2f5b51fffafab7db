"""Arrays have the shapes and types that annotations state.

Checking takes a third of the time of the engines' tests on top, so it is done for these alone, in a process of its own.
All others are checked by `PYTHONPATH=tests python -m pytest -p shapes`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CHECKED = (
    "statistics", "preprocessing", "classes", "test_class_map.py", "learning/test_train.py", "learning/test_moments.py",
    "learning/test_diagnostics.py", "divergences/test_gram.py", "divergences/test_f_divergences.py",
    "divergences/test_entries.py", "fisher/test_directions.py", "kinematics/test_judgement.py",
    "kinematics/test_peaks.py", "kinematics/test_profiles.py", "kinematics/test_spikes.py", "simulation/test_gas.py",
    "simulation/test_noise.py", "io/velocities/test_fields.py",
)  # fmt: skip


def with_shapes(*arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, (str(TESTS), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=TESTS.parent,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
def test_arrays_of_the_engines() -> None:
    files = [str(TESTS / name) for name in CHECKED]
    done = with_shapes("-m", "pytest", "-q", "-p", "shapes", "-p", "no:cacheprovider", *files)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


def test_a_wrong_shape_is_found() -> None:
    code = "import shapes, torch; from cubeclust.kinematics.peaks import Peak; Peak(torch.zeros({}), torch.zeros(2))"
    assert with_shapes("-c", code.format(2)).returncode == 0
    assert "TypeCheckError" in with_shapes("-c", code.format(3)).stderr
