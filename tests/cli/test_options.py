"""Options, TOML keys and help are those of the declared settings."""

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

import click
import pytest
from commands import call, refused

import cubeclust.cli.commands
from cubeclust import RunSettings, ScanSettings
from cubeclust.cli.commands.run import command as run
from cubeclust.cli.commands.run import run_settings
from cubeclust.cli.main import COMMANDS, main
from cubeclust.cli.options import options_of
from cubeclust.cli.terminal import Terminal
from cubeclust.methods import METHODS
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.pipelines.simulate import SimulationSettings
from cubeclust.settings import Panel, declaration, option_fields, option_name

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.toml"))
RECORDS = (RunSettings, ScanSettings, RedshiftSettings, SimulationSettings, Terminal)


def command_of(name: str) -> click.Command:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return command


def test_a_command_is_a_file_and_a_row() -> None:
    (folder,) = cubeclust.cli.commands.__path__
    assert sorted(COMMANDS) == sorted(path.stem for path in Path(folder).glob("[!_]*.py"))
    assert [command_of(name).name for name in COMMANDS] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_is_declared_and_stands_in_one_panel(name: str) -> None:
    command = command_of(name)
    text = call(name, "--help").stdout
    headings = [line.removesuffix(":") for line in text.splitlines() if line.endswith(":") and line[0] != " "]
    panels = [*(run.heading(panel) for panel in Panel), "Products"]
    assert headings == sorted(headings, key=panels.index), "each panel once, in the order of Panel"
    for param in command.params:
        (line,) = re.findall(rf"^  {re.escape(param.row.name)}(?:  .+|$)", text, re.MULTILINE)
        assert "".join(param.row.meaning.split()) in "".join(text[text.index(line) :].split())


def test_a_setting_without_a_default_is_required() -> None:
    refused(call("select", "cube.fits"), "Missing option", "--n-clusters")
    refused(call("merge"), "Missing argument", "PARENT")


@pytest.mark.parametrize("record", RECORDS)
def test_a_declaration_is_whole(record: type) -> None:
    for field in option_fields(record):
        declared = declaration(field)
        assert declared.help[0].isupper() and declared.help.endswith("."), field.name
        assert declared.panel is not Panel.SETTINGS or field.name == "start_map"
        assert field.default is not None or declared.shown or "if" in declared.help or field.name in _OF_NO_DEFAULT
    assert len(options_of(record)) == len({option_name(field) for field in option_fields(record)})


_OF_NO_DEFAULT = ("region", "within", "class_number", "mask", "velocity_map", "start_map", "z", "from_alfa", "config")


@pytest.mark.parametrize("method", METHODS)
def test_keys_of_a_configuration_are_the_names_of_the_settings(method: str) -> None:
    declared = [*option_fields(RunSettings), *option_fields(METHODS[method].load())]
    own = {option_name(field) for field in declared if not declaration(field).argument} - {"resample"}
    command = run.with_method(method)
    options = [param for param in command.params if isinstance(param, click.Option)]
    names = {param.opts[0].removeprefix("--") for param in options}
    assert names == own | {option_name(field) for field in fields(Terminal)}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_configuration_is_read_to_the_last_key(path: Path) -> None:
    context = run.make_context("run", ["cube.fits", "--config", str(path)])
    context.params.pop("config")
    values = {name: value for name, value in context.params.items() if name not in {f.name for f in fields(Terminal)}}
    settings = run_settings(values)
    read = {field.name: getattr(settings, field.name) for field in option_fields(settings)} | settings.method_settings
    for key, value in tomllib.loads(path.read_text()).items():
        got = read[key.replace("-", "_")]
        assert str(got) == str(value) or got == (value,) * 4


def defaults(record: type) -> dict[str, object]:
    """Names and defaults of the constructor's arguments, in their order."""
    made = (field.default if field.default_factory is MISSING else field.default_factory() for field in fields(record))
    return dict(zip((field.name for field in fields(record)), made, strict=True))


def test_run_settings_in_python_are_as_they_were() -> None:
    cube, *known = defaults(RunSettings).items()
    assert cube == ("cube", MISSING)
    assert known == [
        ("method", "mmd-ovo"), ("method_settings", {}), ("output", Path(".")), ("crop", (0, 0, 0, 0)),
        ("region", None), ("within", None), ("class_number", None), ("window", ()), ("exclude", ()), ("mask", None),
        ("redshift", None), ("velocity_map", None), ("velocity_unit", None), ("velocity_hdu", None),
        ("velocity_zero", None), ("min_snr", None), ("max_nan", 0.1), ("normalize_band", "auto"), ("spikes", 8.0),
            ("outliers", "label"), ("scale", None),
        ("pca", None), ("sample", None), ("sample_by", "random"), ("start_map", None), ("hdu", None),
        ("variance_hdu", None), ("variance_kind", None), ("mask_hdu", None), ("wavelength_unit", None), ("seed", 0),
        ("device", "auto"), ("memory", None), ("overwrite", False), ("export", ()), ("result", None),
        ("resample", False), ("command", ""),
    ]  # fmt: skip


def test_redshift_settings_in_python_are_as_they_were() -> None:
    assert list(defaults(RedshiftSettings).items()) == [
        ("cube", MISSING), ("output", None), ("guess", None), ("z", None), ("from_alfa", None), ("velocity_map", None),
        ("velocity_unit", None), ("velocity_hdu", None), ("velocity_zero", None), ("crop", (0, 0, 0, 0)),
        ("mask", None), ("search", 1000.0), ("medium", None), ("lsf", None), ("bin", None), ("min_snr", 8.0),
        ("min_lines", 2), ("max_velocity", None), ("max_deviation", 6.0), ("max_error", 15.0), ("max_sigma", 300.0),
        ("keep", ("profile", "binned")), ("hdu", None), ("variance_hdu", None), ("variance_kind", None),
        ("mask_hdu", None), ("wavelength_unit", None), ("device", "auto"), ("memory", None), ("overwrite", False),
        ("command", ""),
    ]  # fmt: skip


def test_settings_of_scans_and_skies_in_python_are_as_they_were() -> None:
    assert list(defaults(ScanSettings).items()) == [
        ("run", MISSING), ("n_clusters", MISSING), ("models", ()), ("criterion", None), ("seeds", 2), ("jobs", None),
    ]  # fmt: skip
    assert list(defaults(SimulationSettings).items()) == [
        ("sky", MISSING), ("output", Path("sky.fits")), ("truth", None), ("size", 100), ("seed", 0), ("snr", 20.0),
        ("channels", 3681), ("z", None), ("medium", "air"), ("overwrite", False), ("command", ""),
    ]  # fmt: skip
