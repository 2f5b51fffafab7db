"""What a run found, before it is written."""

from dataclasses import dataclass

import numpy as np

from cubeclust.class_map import ClassMap
from cubeclust.classes.classification import Classification, Origin, WhiteLight
from cubeclust.classes.spectra import ClassSpectra
from cubeclust.classes.table import class_table
from cubeclust.clustering import Clustering
from cubeclust.pipelines.run.plan import Plan
from cubeclust.pipelines.run.preprocess import Prepared
from cubeclust.statistics.means import class_means
from cubeclust.velocities.field import VelocityField


@dataclass(frozen=True)
class Outcome:
    """What was planned, prepared and clustered, and the classes of it.

    class_means are those of the classes in the space that was clustered, (n_classes, n_wave); they and the class
    spectra leave out what did not enter the fit.
    """

    plan: Plan
    prepared: Prepared
    clustering: Clustering
    classification: Classification
    class_means: np.ndarray

    @classmethod
    def of(cls, plan: Plan, prepared: Prepared, clustering: Clustering, method: str) -> "Outcome":
        """Map and class products of a clustering in canonical order, or under the classes of a fitted model."""
        fitted, n_classes = plan.fitted, int(clustering.labels.max()) + 1
        if fitted is not None:
            n_classes = max(n_classes, len(fitted.class_means))
        spectra = prepared.spectra
        fitted_labels = clustering.labels[: len(spectra.entering())]
        class_map = ClassMap.of(spectra, clustering, n_classes, plan.area.motion)
        classification = Classification(
            class_map,
            class_table(class_map, spectra.image(spectra.snr, np.nan), plan.parent),
            ClassSpectra.of(spectra.entering(), fitted_labels, n_classes),
            WhiteLight(prepared.white_light, prepared.flux_unit),
            _origin(plan, method, plan.channels.averaged(spectra.band)),
        )
        means = class_means(prepared.features.entering(), fitted_labels, n_classes)
        if fitted is not None:
            means[: len(fitted.class_means)] = fitted.class_means
        return cls(plan, prepared, clustering, classification, means)

    @property
    def snr(self) -> np.ndarray:
        """Median signal to noise per channel (NY, NX) of the spaxels that were clustered, NaN elsewhere."""
        return self.prepared.spectra.image(self.prepared.spectra.snr, np.nan)

    @property
    def measured(self) -> VelocityField:
        """The velocities that the run measured, of --redshift auto."""
        redshifts = self.plan.area.redshifts
        assert redshifts is not None
        assert redshifts.field is not None
        return redshifts.field

    @property
    def fitted_arrays(self) -> dict[str, np.ndarray]:
        """What preprocessing and classes leave for other spectra, by its path in the result file."""
        grid = self.plan.channels.grid
        scaling = {f"scaling/{name}": values for name, values in self.prepared.scaling.arrays.items()}
        return scaling | {
            "class_means": self.class_means,
            "grid": np.stack([grid.wavelength, grid.low, grid.high]),
        }


def _origin(plan: Plan, method: str, averaged: str) -> Origin:
    """What the run clusters and how."""
    cube_file, parent = plan.cube_file, plan.parent
    return Origin(
        target=cube_file.target,
        cube=cube_file.path.name,
        stem=cube_file.stem,
        method=method,
        averaged=averaged,
        parent="" if parent is None else parent.name,
    )
