"""The table of products, and the names of the files."""

from pathlib import Path

import pytest
from commands import call

from cubeclust import InputError, RunSettings, run
from cubeclust.classes.names import Parent
from cubeclust.io.exports import EXPORTS
from cubeclust.methods import METHODS
from cubeclust.pipelines.products import CLASS_FIGURES, CLASS_PRODUCTS
from cubeclust.pipelines.run.outcome import Outcome
from cubeclust.pipelines.run.products import PRODUCTS, Product, product_files
from cubeclust.pipelines.run.record import RunRecord

CUBE = Path("sky.fits.gz")
OF_ALL = [*CLASS_PRODUCTS, "result.h5"]


@pytest.mark.parametrize("method", METHODS)
def test_figures_of_a_method_are_products(method: str) -> None:
    figures = METHODS[method].create().figures
    assert set(figures) <= set(PRODUCTS)
    assert list(product_files(RunSettings(CUBE, method), "sky")) == [*OF_ALL, *figures]
    assert list(product_files(RunSettings(CUBE, method, result=Path("result.h5")), "sky")) == OF_ALL


def test_names_of_the_files() -> None:
    settings = RunSettings(CUBE, "kmeans", redshift="auto", export=("csv",), output=Path("out"))
    assert [str(path) for path in product_files(settings, "sky", Parent("map.fits", 2, "B")).values()] == [
        "out/sky_kmeans-B_classmap.fits",
        "out/sky_kmeans-B_overlay.png",
        "out/sky_kmeans-B_spectra.png",
        "out/sky_kmeans-B_result.h5",
        "out/sky_kmeans-B_spaxels.csv",
        "out/sky-B_velocity.fits",
        "out/sky-B_velocity.png",
    ]
    applied = product_files(RunSettings(CUBE, "kmeans", result=Path("result.h5")), "sky")
    assert applied["classmap.fits"] == Path("sky_kmeans-applied_classmap.fits")


@pytest.mark.parametrize("name", EXPORTS)
def test_files_of_a_format_are_products_of_a_run_that_asks_for_it(name: str) -> None:
    made = product_files(RunSettings(CUBE, "kmeans", export=(name,)), "sky")
    assert list(made) == [*OF_ALL, *EXPORTS[name].files]


def test_exports_are_listed_in_the_order_in_which_they_were_asked_for() -> None:
    settings = RunSettings(CUBE, "kmeans", export=("csv", "ds9", "csv"), redshift="auto")
    endings = list(product_files(settings, "sky"))
    assert endings == [*OF_ALL, "spaxels.csv", "ds9.lut", "ds9.reg", "velocity.fits", "velocity.png"]


@pytest.mark.parametrize(
    ("command", "products"), [("run", PRODUCTS), ("merge", CLASS_PRODUCTS), ("plot", CLASS_FIGURES)]
)
def test_help_lists_each_product(command: str, products: dict) -> None:
    listed = call(command, "--help").stdout.split("Products:")[1].split("Examples:")[0]
    assert [line.split()[0] for line in listed.splitlines() if line[2:3].strip()] == list(products)
    assert all(" ".join(product.content.split()) in " ".join(listed.split()) for product in products.values())


def test_a_row_is_all_that_a_new_product_needs(sky_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run claims, writes and records it."""

    def write(path: Path, outcome: Outcome, record: RunRecord) -> None:
        path.write_text(f"{record.method} of {outcome.classification.origin.name}")

    monkeypatch.setitem(PRODUCTS, "note.txt", Product("Method and target", write))
    finished = run(RunSettings(sky_file, "kmeans", {"n_clusters": 2, "n_starts": 1}, output=tmp_path))
    assert finished.files["note.txt"].read_text() == f"kmeans of {finished.record.cube.target}"
    assert finished.record.as_json()["files"]["note.txt"] == str(tmp_path / "sky_kmeans_note.txt")
    with pytest.raises(InputError, match="exists already"):
        run(RunSettings(sky_file, "kmeans", {"n_clusters": 2, "n_starts": 1}, output=tmp_path))
