"""Help comes at once: nothing heavy is imported for it."""

import json
import subprocess
import sys

import pytest

from cubeclust.cli.main import COMMANDS
from cubeclust.methods import METHODS

HEAVY = ("torch", "mpdaf", "matplotlib", "sklearn", "scipy", "astropy", "h5py", "geomloss", "reproject", "regions")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["methods"],
        ["methods", "--json"],
        *([name, "--help"] for name in COMMANDS),
        ["sample"],
    ],
)
def test_nothing_heavy_is_imported(arguments: list[str]) -> None:
    code = (
        "import sys; from cubeclust.cli.main import main; main(sys.argv[1:], standalone_mode=False);"
        f"loaded = [name for name in {HEAVY} if name in sys.modules]; assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_info_does_not_import_mpdaf_or_torch(sky_file) -> None:
    code = (
        "import sys; from cubeclust.cli.main import main; main(sys.argv[1:], standalone_mode=False);"
        "assert not {'mpdaf', 'torch', 'matplotlib'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", code, "info", str(sky_file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_methods_as_json() -> None:
    command = [sys.executable, "-m", "cubeclust", "methods", "--json"]
    entries = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert [entry["name"] for entry in entries] == list(METHODS)
    assert all(entry["paper"] and entry["options"] for entry in entries)
