"""A Python environment on top of the machine's own, with wheels and without network."""

import site
import subprocess
import sys
from pathlib import Path


def build(folder: Path, wheels: Path) -> Path:
    """Make the environment in a folder and return its Python.

    It sees what the Python that runs this sees, also where that is a virtual environment, whose packages
    --system-site-packages leaves out. Cubeclust's own wheel is left out: the checkout is what is checked.

    Raises:
        subprocess.CalledProcessError: pip refuses the wheels, as for another version of Python.
    """
    chosen = [wheel for wheel in sorted(wheels.glob("*.whl")) if not wheel.name.startswith("cubeclust-")]
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    if sys.prefix != sys.base_prefix:
        (own,) = (folder / "lib").glob("python*/site-packages")
        lines = [f"import site; site.addsitedir({path!r})" for path in site.getsitepackages()]
        (own / "machine.pth").write_text("\n".join(lines) + "\n")
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-compile"]
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", *options]
    subprocess.run([*pip, *map(str, chosen)], check=True)
    return python
