"""Which way imports go. The tree is the design; this states it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "cubeclust"

# Modules without science or files that everything may use; each may use those before it.
GROUND = ["__init__", "errors", "settings", "spectroscopy", "runtime", "velocities", "quality"]
# Records, from the file towards the map; each may use GROUND and those before it.
RECORDS = ["cube", "spectra", "statistics", "clustering", "class_map", "classes"]
# Tensors in, tensors out: GROUND alone.
ENGINES = ["divergences", "fisher", "kinematics", "learning", "simulation"]
# GROUND, RECORDS and these.
STAGES = {
    "preprocessing": set(),
    "evaluation": set(),
    "methods": {"divergences", "fisher", "learning"},
    "model_selection": {"evaluation"},
    "io": {"model_selection"},
    "plots": {"model_selection"},
}
BELOW = {*GROUND, *RECORDS}
ALLOWED = {
    **{name: {*GROUND[:place]} for place, name in enumerate(GROUND)},
    **{name: {*GROUND, *RECORDS[:place]} for place, name in enumerate(RECORDS)},
    **{name: {*GROUND} for name in ENGINES},
    **{stage: BELOW | others for stage, others in STAGES.items()},
    "pipelines": BELOW | {*ENGINES, *STAGES},
    "cli": BELOW | {*STAGES, "simulation", "pipelines"},
    "__main__": {"cli"},
    "__init__": BELOW | {*STAGES, "pipelines"},  # the public names, as editors see them
}
# Heavy packages and the only places that may import them.
OWNERS = {
    "torch": {"divergences", "fisher", "kinematics", "learning", "methods", "runtime", "pipelines"},
    "geomloss": {"divergences"},
    "ot": {"divergences"},
    "matplotlib": {"plots"},
    "h5py": {"io"},
    "mpdaf": {"io"},
    "regions": {"io"},
    "click": {"cli"},
    "rich": {"cli"},
    "sklearn": {"methods", "evaluation"},
    "reproject": {"plots"},
}
# What methods may import of each other.
SHARED = (
    "cubeclust.methods.protocol",
    "cubeclust.methods.starts",
    "cubeclust.methods.baselines.soft_means",
    *(f"cubeclust.methods.gemini.{name}" for name in ("base", "geometric", "labeler", "transport")),
    *(f"cubeclust.methods.fisher_em.{name}" for name in ("best", "decomposed", "fits_progress", "start")),
)
MODULES = sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    """First name below the package: a folder or a module."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    here = part(path)
    for name in imports(path):
        top, *rest = name.split(".")
        if top == "cubeclust":
            below = rest[0] if rest and rest[0] != "__version__" else "__init__"
            assert below == here or below in ALLOWED[here], f"{here} must not import {name}"
        elif top in OWNERS:
            assert here in OWNERS[top], f"{top} belongs to {sorted(OWNERS[top])}, not to {here}"


def test_methods_do_not_import_each_other() -> None:
    for path in (PACKAGE / "methods").rglob("*.py"):
        siblings = {name for name in imports(path) if name.startswith("cubeclust.methods.")}
        assert all(name.startswith(SHARED) for name in siblings)


def test_fits_files_are_opened_in_one_place() -> None:
    opening = [path for path in MODULES if "fits.open(" in path.read_text()]
    assert [path.name for path in opening] == ["fits_files.py"]
