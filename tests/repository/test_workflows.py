"""Workflows, hooks and issue templates parse, and name commands and files that exist."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cubeclust.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / ".github").rglob("*.yml"), ROOT / ".pre-commit-config.yaml"])
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEMPLATES = sorted(path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


def by_name(paths: list[Path]) -> dict[str, Any]:
    return {"argvalues": paths, "ids": [path.name for path in paths]}


def steps(workflow: Path) -> Iterator[dict]:
    for job in yaml.safe_load(workflow.read_text())["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", **by_name(FILES))
def test_paths_exist(path: Path) -> None:
    """Paths that a step makes, such as dist, lie in the folders that git ignores."""
    yaml.safe_load(path.read_text())
    made = tuple(line.strip("/\n") for line in (ROOT / ".gitignore").open())
    for word in re.findall(r"(?<![\w/.])((?:scripts|tests|docs|cubeclust|\.ci)/[\w./-]+\w)", path.read_text()):
        assert (ROOT / word).exists() or word.startswith(made), word


@pytest.mark.parametrize("workflow", **by_name(WORKFLOWS))
def test_scripts_can_be_started(workflow: Path) -> None:
    commands = [step["run"].split()[0] for step in steps(workflow) if "run" in step]
    scripts = [command for command in commands if command.startswith("scripts/")]
    assert scripts
    assert all(os.access(ROOT / script, os.X_OK) for script in scripts)


@pytest.mark.parametrize("workflow", **by_name(WORKFLOWS))
def test_actions_have_a_version(workflow: Path) -> None:
    actions = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|release/v\d+)", action) for action in actions)


def test_both_pythons_are_tested() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text())["jobs"]
    assert jobs["pinned"]["strategy"]["matrix"]["python"] == ["3.11", "3.12"]


@pytest.mark.parametrize("template", **by_name(TEMPLATES))
def test_template_is_a_form(template: Path) -> None:
    form = yaml.safe_load(template.read_text())
    assert {"name", "description", "labels", "body"} == set(form)
    identifiers = [part["id"] for part in form["body"]]
    assert len(set(identifiers)) == len(identifiers)
    assert all(part["type"] in ("input", "textarea") and part["attributes"]["label"] for part in form["body"])


def test_templates_name_commands_of_cubeclust() -> None:
    words = re.findall(r"`cubeclust ([\w-]+)", "".join(path.read_text() for path in TEMPLATES))
    assert {"info", "methods", "--version"} == set(words)
    assert {word for word in words if not word.startswith("-")} <= set(COMMANDS)
