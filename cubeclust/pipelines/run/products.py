"""Products of a run: the PRODUCTS table, and the names of the files."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cubeclust.errors import InputError
from cubeclust.io.atomic import claim_files
from cubeclust.io.exports import EXPORTS
from cubeclust.pipelines.products import CLASS_PRODUCTS

if TYPE_CHECKING:
    from cubeclust.classes.names import Parent
    from cubeclust.pipelines.run.outcome import Outcome
    from cubeclust.pipelines.run.plan import Plan
    from cubeclust.pipelines.run.record import RunRecord
    from cubeclust.pipelines.run.settings import RunSettings
    from cubeclust.runtime.progress import Progress

RUN_LOG = "runs.jsonl"
Write = Callable[[Path, "Outcome", "RunRecord"], None]
When = Callable[["RunSettings"], bool]


@dataclass(frozen=True)
class Product:
    """A file of a run.

    content    what it holds
    write      what writes it, of what the run found and what is recorded of it
    when       whether a run of these settings makes it
    condition  the same in words, "" for always
    of_method  whether its name has the method's name in it
    """

    content: str
    write: Write
    when: When = lambda settings: True
    condition: str = ""
    of_method: bool = True

    @property
    def described(self) -> str:
        """Content and condition, as a list of the products has them."""
        return f"{self.content}, {self.condition}." if self.condition else f"{self.content}."


def _of_classes(ending: str) -> Product:
    """A product that any classification has."""
    product = CLASS_PRODUCTS[ending]
    return Product(
        product.content, lambda path, outcome, record: product.write(path, outcome.classification, record.provenance)
    )


def _of_method(ending: str, content: str, write: Write) -> Product:
    """A figure that only some methods have, when they are fitted."""
    return Product(
        content,
        write,
        lambda settings: settings.result is None and ending in settings.fit.clusterer().figures,
        "for methods that have it",
    )


def _of_export(name: str, ending: str) -> Product:
    """A file of a format of EXPORTS."""
    export = EXPORTS[name]
    return Product(
        export.files[ending].content,
        lambda path, outcome, record: export.writer(ending)(path, outcome.classification, outcome.snr),
        lambda settings: name in settings.export,
        f"with --export {name}",
    )


def _of_measurement(content: str, write: Write) -> Product:
    """A product of the velocities that a run measures, which no method has a part in."""
    return Product(
        content, write, lambda settings: settings.redshift == "auto", "with --redshift auto", of_method=False
    )


def _result(path: Path, outcome: "Outcome", record: "RunRecord") -> None:
    from cubeclust.io.results import write_result

    write_result(path, outcome.clustering, outcome.prepared.spectra, outcome.fitted_arrays, record.as_json())


def _convergence(path: Path, outcome: "Outcome", record: "RunRecord") -> None:
    from cubeclust.plots.convergence import plot_convergence

    plot_convergence(path, outcome.clustering, outcome.classification.origin.title, record.fit.ending)


def _loadings(path: Path, outcome: "Outcome", record: "RunRecord") -> None:
    from cubeclust.plots.loadings import plot_loadings

    plot_loadings(path, outcome.classification, outcome.clustering, outcome.prepared.features)


def _velocity(path: Path, outcome: "Outcome", record: "RunRecord") -> None:
    from cubeclust.io.velocities.fields import write_velocity_field

    write_velocity_field(path, outcome.measured, record.origin)


def _velocity_figure(path: Path, outcome: "Outcome", record: "RunRecord") -> None:
    from cubeclust.plots.velocity import plot_velocity

    heading = f"{outcome.classification.origin.name}: velocities"
    plot_velocity(path, outcome.measured, outcome.prepared.white_light, heading)


# Ending of the file's name -> product, in the order in which the record lists them.
PRODUCTS: dict[str, Product] = {
    **{ending: _of_classes(ending) for ending in CLASS_PRODUCTS},
    "result.h5": Product("Fitted model, labels, posterior and record of the run", _result),
    "convergence.png": _of_method("convergence.png", "Objective along the iterations", _convergence),
    "loadings.png": _of_method("loadings.png", "Wavelengths that separate the classes", _loadings),
    **{ending: _of_export(name, ending) for name, export in EXPORTS.items() for ending in export.files},
    "velocity.fits": _of_measurement("Velocity of each spaxel", _velocity),
    "velocity.png": _of_measurement("Figure of the velocities", _velocity_figure),
}


def product_files(settings: "RunSettings", stem: str, parent: "Parent | None" = None) -> dict[str, Path]:
    """Path of each product of a run by its ending; stem is the cube's, parent the class that is clustered again.

    They are in the order of PRODUCTS, exports among them in the order in which their formats were asked for.
    """
    made = [ending for ending, product in PRODUCTS.items() if product.when(settings)]
    exported = [ending for name in dict.fromkeys(settings.export) for ending in EXPORTS[name].files]
    in_order = iter(exported)
    endings = [next(in_order) if ending in exported else ending for ending in made]
    return {ending: product_file(settings, ending, stem, parent) for ending in endings}


def product_file(settings: "RunSettings", ending: str, stem: str, parent: "Parent | None" = None) -> Path:
    """Path of one product, made by the run or not."""
    of_method = PRODUCTS[ending].of_method
    name = product_name(settings, stem, parent) if of_method else f"{stem}{_within(parent)}"
    return settings.output / f"{name}_{ending}"


def product_name(settings: "RunSettings", stem: str, parent: "Parent | None") -> str:
    """What the names of all products that a method has a part in begin with."""
    return f"{stem}_{settings.method}{_within(parent)}{'' if settings.result is None else '-applied'}"


def _within(parent: "Parent | None") -> str:
    """What the names of products state of the class that is clustered again."""
    return "" if parent is None else f"-{parent.name}"


def claim_outputs(settings: "RunSettings", plan: "Plan", progress: "Progress") -> dict[str, Path]:
    """Paths of the products in a directory that can be written; InputError where they cannot be."""
    stem, parent = plan.cube_file.stem, plan.parent
    files, log = product_files(settings, stem, parent), settings.output / RUN_LOG
    claim_files(settings.output, files.values(), overwrite=settings.overwrite)
    if log.is_dir():
        raise InputError(f"{log}: is a directory; move it away or choose another --output.")
    if log.exists() and not os.access(log, os.W_OK):
        raise InputError(f"{log}: cannot be appended; mend its permissions or choose another --output.")
    others = [ending for ending, product in PRODUCTS.items() if product.of_method and ending not in files]
    paths = [product_file(settings, ending, stem, parent) for ending in others]
    stale = [path.name for path in paths if path.exists()]
    if stale:
        progress.say(f"left by an older run, and not written by this one: {', '.join(stale)}")
    return files


def write_products(files: dict[str, Path], outcome: "Outcome", record: "RunRecord") -> None:
    """Write the products whose endings are given, each to its path."""
    for ending, path in files.items():
        PRODUCTS[ending].write(path, outcome, record)
