"""What stands where, under which name, and how long it is."""

import ast
from collections import Counter
from pathlib import Path

import pytest
from tree import MODULES, PACKAGE, functions, name_of

import cubeclust
from cubeclust.cli.main import COMMANDS

ROOT_MODULES = {
    "__init__", "__main__", "cube", "spectra", "clustering", "class_map", "quality", "errors", "settings",
}  # fmt: skip
PUBLIC = {
    "ClassMap", "Clustering", "Cube", "CubeSource", "Description", "Forecast", "InputError", "METHODS",
    "Quality", "RedshiftSettings", "Run", "RunSettings", "ScanSettings", "SimulationSettings", "Spectra",
    "VelocityField", "Window", "apply_settings", "describe", "forecast", "measure_redshifts", "merge",
    "open_cube", "read_cube", "redraw", "run", "sample_cube", "select", "simulate",
}  # fmt: skip
# Commands that print a table or a path of the package, which needs no pipeline.
LISTERS = {"methods", "sample"}


def test_the_root_holds_the_words_of_the_sentence() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == ROOT_MODULES


def test_a_command_its_pipeline_and_its_page_bear_one_name() -> None:
    assert {path.stem for path in (PACKAGE / "cli" / "commands").glob("[a-z]*.py")} == set(COMMANDS)
    for name in set(COMMANDS) - LISTERS:
        pipeline = PACKAGE / "pipelines" / name
        assert pipeline.with_suffix(".py").is_file() or (pipeline / "pipeline.py").is_file(), name


def test_no_public_name_is_a_module() -> None:
    assert not {name for name in PUBLIC if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()}


def test_public_names() -> None:
    assert set(cubeclust.__all__) == PUBLIC
    assert all(getattr(cubeclust, name) is not None for name in PUBLIC)
    assert not hasattr(cubeclust, "merging")


def test_a_class_name_is_used_once() -> None:
    names = Counter(
        node.name.lstrip("_")
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 220
    assert [name for name, lines in functions(path) if lines > 35] == []


def test_the_median_function_is_short() -> None:
    lengths = sorted(lines for path in MODULES for _, lines in functions(path))
    assert lengths[len(lengths) // 2] <= 5
    assert lengths[9 * len(lengths) // 10] <= 16
