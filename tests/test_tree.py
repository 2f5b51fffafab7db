"""What stands where, under which name, and how long it is."""

from tree import PACKAGE

import cubeclust

ROOT_MODULES = {
    "__init__", "__main__", "cube", "spectra", "clustering", "class_map", "quality", "errors", "settings",
}  # fmt: skip
PUBLIC = {
    "ClassMap", "Clustering", "Cube", "Forecast", "InputError", "METHODS", "Quality", "Run", "RunSettings",
    "ScanSettings", "Spectra", "Window", "apply_settings", "forecast", "merge", "open_cube", "read_cube", "run",
    "sample_cube", "select",
}  # fmt: skip


def test_the_root_holds_the_words_of_the_sentence() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == ROOT_MODULES


def test_no_public_name_is_a_module() -> None:
    assert not {name for name in PUBLIC if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()}


def test_public_names() -> None:
    assert set(cubeclust.__all__) == PUBLIC
    assert all(getattr(cubeclust, name) is not None for name in PUBLIC)
    assert not hasattr(cubeclust, "merging")
