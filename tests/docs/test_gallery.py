"""Every script of the gallery runs and draws."""

import runpy
from pathlib import Path

import matplotlib as mpl
import pytest
from pages import DOCS

mpl.use("Agg")
SCRIPTS = sorted((DOCS / "gallery").glob("plot_*.py"))


@pytest.mark.long
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_script(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib import pyplot as plt

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    plt.close("all")
    runpy.run_path(str(script))
    assert plt.get_fignums()
    plt.close("all")


def test_five() -> None:
    assert len(SCRIPTS) >= 5
