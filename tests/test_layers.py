"""Which way imports go. The tree is the design; this states it."""

from pathlib import Path

import pytest
from tree import MODULES, PACKAGE, imported_by, name_of, own_imports, room_of

from cubeclust.methods import METHODS

# Modules without science or files that everything may use; each may use those before it.
GROUND = ["errors", "settings", "spectroscopy", "runtime", "velocities", "quality"]
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
    "__init__": set(),
    "__main__": {"cli"},
    **{name: {*GROUND[:place]} for place, name in enumerate(GROUND)},
    **{name: {*GROUND, *RECORDS[:place]} for place, name in enumerate(RECORDS)},
    **{name: {*GROUND} for name in ENGINES},
    **{stage: BELOW | {"__init__"} | others for stage, others in STAGES.items()},
    "pipelines": BELOW | {*ENGINES, *STAGES, "__init__"},
    "cli": BELOW | {"methods", "model_selection", "io", "simulation", "pipelines", "__init__"},
}
# Of io, methods and simulation the command line uses the tables alone, and the sample.
TABLES = {"methods", "io/exports", "io/cubes/layouts", "io/cubes/sample", "simulation"}
# Inside pipelines each may use those of the groups before it, and itself.
PIPELINES = [
    {"common_settings", "parts", "products", "provenance", "sources"},
    {"redshift"},
    {"run"},
    {"apply", "select"},
]
# Pipelines that use no other pipeline, only what stands in the first group.
LONE = {"merge", "plot", "info", "simulate"}
# Inside pipelines/run each may use those of the groups before it.
RUN = [
    {"parts", "redshifts", "fit_time"},
    {"settings"},
    {"area", "fitted_model"},
    {"channels", "redshift_sources"},
    {"plan"},
    {"preprocess"},
    {"outcome", "record_parts"},
    {"record"},
    {"products"},
    {"pipeline", "forecast"},
]
# Heavy packages and the only places that may import them.
OWNERS = {
    "torch": {"divergences", "fisher", "kinematics", "learning", "methods", "runtime", "pipelines/redshift"},
    "geomloss": {"divergences"},
    "ot": {"divergences"},
    "matplotlib": {"plots"},
    "reproject": {"plots"},
    "h5py": {"io"},
    "mpdaf": {"io"},
    "regions": {"io"},
    "click": {"cli"},
    "rich": {"cli"},
    "sklearn": {"methods", "evaluation"},
}
each_module = pytest.mark.parametrize("path", MODULES, ids=name_of)


def before(groups: list[set[str]], name: str) -> set[str]:
    """All names of the groups before the one that has the name, and the name itself."""
    place = next(place for place, group in enumerate(groups) if name in group)
    return {name}.union(*groups[:place])


@each_module
def test_imports_go_down(path: Path) -> None:
    here = room_of(path)
    for name in own_imports(path):
        below = name.partition("/")[0]
        assert below == here or below in ALLOWED[here], f"{here} must not import {name}"


@each_module
def test_heavy_packages_have_their_owners(path: Path) -> None:
    for name in imported_by(path):
        owners = OWNERS.get(name.partition(".")[0])
        assert owners is None or any(name_of(path).startswith(f"{owner}/") for owner in owners), name


@pytest.mark.parametrize("path", sorted((PACKAGE / "cli").rglob("*.py")), ids=name_of)
def test_the_command_line_uses_tables_alone(path: Path) -> None:
    used = {name for name in own_imports(path) if name.startswith(("methods", "io", "simulation"))}
    assert used <= TABLES


@pytest.mark.parametrize("path", sorted((PACKAGE / "pipelines").rglob("*.py"))[1:], ids=name_of)
def test_pipelines_use_those_before_them(path: Path) -> None:
    here = name_of(path).split("/")[1]
    allowed = {here, *PIPELINES[0]} if here in LONE else before(PIPELINES, here)
    assert {name.split("/")[1] for name in own_imports(path) if name.startswith("pipelines/")} <= allowed


@pytest.mark.parametrize("path", sorted((PACKAGE / "pipelines" / "run").glob("[a-z]*.py")), ids=name_of)
def test_a_run_goes_step_by_step(path: Path) -> None:
    used = {name.split("/")[2] for name in own_imports(path) if name.startswith("pipelines/run/")}
    assert used <= before(RUN, path.stem)


def test_methods_do_not_import_each_other() -> None:
    methods = {f"methods/{method.module.replace('.', '/')}" for method in METHODS.values()}
    for path in (PACKAGE / "methods").rglob("*.py"):
        used = {name for name in own_imports(path) if name.startswith("methods/")}
        assert not used & methods, path
        folders = {name.split("/")[1] for name in used if name.count("/") > 1}
        assert folders <= {path.parent.name}, path


def test_a_module_of_the_root_has_several_users() -> None:
    for module in {name_of(path) for path in PACKAGE.glob("[a-z]*.py")}:
        users = [path for path in MODULES if path.name != "__init__.py" and module in own_imports(path)]
        assert len(users) > 1, f"{module} belongs to {users}"


def test_fits_files_are_opened_in_one_place() -> None:
    opening = [path for path in MODULES if "fits.open(" in path.read_text()]
    assert [path.name for path in opening] == ["fits_files.py"]
