"""Which way imports go. The tree is the design; this states it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "cubeclust"

# Modules without science or files that everything may use.
GROUND = {
    "errors",
    "settings",
    "quality",
    "lines",
    "velocity_flag",
    "palette",
    "class_names",
    "progress",
    "memory",
    "stopwatch",
    "workers",
    "packages",
    "__init__",
}
# Records, from the file towards the map; each may use those before it.
RECORDS = [
    "velocity_field",
    "cube",
    "spectra",
    "criteria",
    "clustering",
    "motion",
    "class_map",
    "class_means",
    "partitions",
    "subspace",
    "principal_components",
    "soft_means",
    "class_spectra",
    "class_table",
]
ROAD = {
    "pipeline",
    "plan",
    "area",
    "velocities",
    "measuring",
    "fitted",
    "opening",
    "prepare",
    "forecast",
    "description",
    "run_settings",
    "run_record",
    "redraw",
    "merging",
    "nested_maps",
    "scan",
    "scan_forecast",
    "scan_jobs",
    "scan_settings",
    "trials",
    "redshift",
    "redshift_settings",
    "asked_files",
    "imported_velocities",
    "velocity_measurement",
    "velocity_bins",
    "cube_velocities",
    "row_blocks",
    "simulate",
    "simulation_settings",
}
STAGES = {"methods", "preprocessing", "io", "plots", "evaluation", "selection", "simulation"}
ALLOWED = {
    **dict.fromkeys(GROUND, GROUND),
    **{name: GROUND | set(RECORDS[:place]) for place, name in enumerate(RECORDS)},
    "divergences": GROUND,
    "fisher": GROUND,
    "kinematics": GROUND,
    "learning": GROUND,
    "simulation": GROUND,
    **{stage: GROUND | set(RECORDS) for stage in ("preprocessing", "evaluation")},
    "selection": GROUND | set(RECORDS) | {"evaluation"},
    **{stage: GROUND | set(RECORDS) | {"selection"} for stage in ("io", "plots")},
    "methods": GROUND | set(RECORDS) | {"divergences", "learning", "fisher"},
    **{name: GROUND | set(RECORDS) | STAGES | ROAD for name in ROAD},
    **dict.fromkeys(
        ("pipeline", "opening", "trials", "scan_forecast"), GROUND | set(RECORDS) | STAGES | ROAD | {"learning"}
    ),
    **dict.fromkeys(
        ("redshift", "velocity_measurement", "velocity_bins", "cube_velocities"),
        GROUND | set(RECORDS) | STAGES | ROAD | {"learning", "kinematics"},
    ),
    "cli": GROUND | STAGES | ROAD,
    "__main__": {"cli"},
}
# Heavy packages and the only places that may import them.
OWNERS = {
    "torch": {"divergences", "learning", "fisher", "methods", "kinematics", "cube_velocities"},
    "geomloss": {"divergences"},
    "ot": {"divergences"},
    "matplotlib": {"plots"},
    "h5py": {"io"},
    "mpdaf": {"io"},
    "regions": {"io"},
    "click": {"cli"},
    "rich": {"cli"},
    "sklearn": {"methods", "evaluation", "soft_means", "partitions"},
    "reproject": {"plots"},
}
# What methods may import of each other.
SHARED = (
    "cubeclust.methods.protocol",
    *(f"cubeclust.methods.gemini.{name}" for name in ("base", "geometric", "transport")),
    *(f"cubeclust.methods.fisher_em.{name}" for name in ("best", "decomposed")),
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
