"""The model that a run left, ready for other spectra."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cubeclust.classes.names import Parent
from cubeclust.clustering import Clustering
from cubeclust.errors import InputError
from cubeclust.io.results import StoredResult, read_result
from cubeclust.methods.protocol import Clusterer
from cubeclust.pipelines.run.parts import FitSettings, SpectraSettings
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.preprocessing.scaling import SCALINGS, Scaling
from cubeclust.runtime.progress import Progress
from cubeclust.spectra import Spectra
from cubeclust.spectroscopy.channels import Channels
from cubeclust.statistics.means import nearest_mean


@dataclass(frozen=True)
class FittedModel:
    """A fitted model with its preprocessing.

    fit, spectra  settings of the run that fitted it
    clusterer     the method, with `parameters` of the fit by name
    clusters      (k,) int: the model's cluster behind each class, in order of the class's number
    class_means   (n_classes, n_wave) means of the classes in the scaled space
    scaling       fitted scaling of the features
    wavelength    (n_wave,) Angstrom: the features
    grid          channels on which the spectra are normalized; the features are some of them
    medium, rest  of the wavelengths
    unit          of the flux before scaling
    parent        the class that it was fitted within; None for the whole cube
    warnings      sentences on why the fit may be wrong
    """

    path: Path
    fit: FitSettings
    spectra: SpectraSettings
    clusterer: Clusterer
    parameters: Mapping[str, np.ndarray]
    clusters: np.ndarray
    class_means: np.ndarray
    scaling: Scaling
    wavelength: np.ndarray
    grid: Channels
    medium: str
    rest: bool
    unit: str
    parent: Parent | None
    warnings: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "FittedModel":
        """The model of a result file; InputError if the file is not whole."""
        stored = read_result(path)
        try:
            return cls._of(path, stored)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"{path}: {_lacking(error)}") from error

    @classmethod
    def _of(cls, path: Path, stored: StoredResult) -> "FittedModel":
        settings = RunSettings.of(stored.record["settings"])
        parent = stored.record["parent"]
        fitted = cls(
            path=path,
            fit=settings.fit,
            spectra=settings.spectra,
            clusterer=settings.fit.clusterer(),
            parameters=stored.group("model"),
            clusters=stored.arrays["model_cluster"],
            class_means=stored.arrays["class_means"],
            scaling=SCALINGS[str(settings.scale)](**stored.group("scaling")),
            wavelength=stored.arrays["wavelength"],
            grid=Channels(*stored.arrays["grid"]),
            medium=stored.medium,
            rest=stored.rest,
            unit=stored.unit,
            parent=None if parent is None else Parent(**parent),
            warnings=tuple(stored.record.get("warnings", ())),
        )
        fitted._check()
        return fitted

    def _check(self) -> None:
        """Raise ValueError unless the arrays fit each other."""
        n_wave, k = len(self.wavelength), self.clusterer.n_clusters
        sound = {
            "model_cluster": np.array_equal(np.sort(self.clusters), np.arange(k)),
            "class_means": self.class_means.ndim == 2 and 1 <= len(self.class_means) <= k,
            "width of class_means": self.class_means.shape[1:] == (n_wave,),
            "scaling": all(values.shape == (n_wave,) for values in self.scaling.arrays.values()),
            "grid": len(self.grid) > 0 and np.all(np.diff([self.grid.low, self.grid.wavelength, self.grid.high]) > 0),
            "wavelength": n_wave > 0 and bool(np.isin(self.wavelength, self.grid.wavelength).all()),
        }
        for name, holds in sound.items():
            if not holds:
                raise ValueError(f"{name} is damaged")

    def require_like(self, medium: str, velocities: str | None) -> None:
        """Raise InputError unless wavelengths of that medium compare with those of the model.

        velocities is the option that brings them to rest, None where they stay as observed.
        """
        if self.rest != (velocities is not None):
            cure = f"leave out {velocities}" if velocities else "give --redshift or --velocity-map"
            raise InputError(
                f"the model was fitted {'at rest' if self.rest else 'on wavelengths as observed'}; {cure}."
            )
        if {self.medium, medium} == {"air", "vacuum"}:
            raise InputError(
                f"the model was fitted on wavelengths in {self.medium} and those of the cube are in {medium}; "
                "convert the cube's, or fit a model on it."
            )

    def require_unit(self, unit: str) -> None:
        """Raise InputError where spectra that are not normalized have another unit than the model's."""
        if unit != self.unit:
            raise InputError(
                f"the model was fitted on flux in {self.unit or 'no unit'!r} and that of the cube is in {unit!r}; "
                "fit the model with --normalize-band, so that the unit plays no role."
            )

    def label(self, spectra: Spectra, device: str, progress: Progress) -> Clustering:
        """Clustering of scaled spectra under the numbers of the fitted classes.

        Each spectrum gets the class of the nearest mean where the method has no model of other spectra.
        """
        labeler = self.clusterer.labeler(self.parameters, device=device)
        if labeler is None:
            progress.say("the method has no model of other spectra: each gets the class of the nearest mean")
            present = np.flatnonzero(np.isfinite(self.class_means).all(axis=1))
            return self._clustering(present[nearest_mean(spectra, self.class_means[present])], None)
        try:
            labeled = labeler(spectra)
        except InputError:
            raise
        except (LookupError, TypeError, RuntimeError, ValueError) as error:
            raise InputError(f"{self.path}: {_lacking(error)}") from error
        rank = np.empty(len(self.clusters), int)
        rank[self.clusters] = np.arange(len(self.clusters))
        posterior = None if labeled.posterior is None else labeled.posterior[:, self.clusters]
        return self._clustering(rank[labeled.labels], posterior)

    def _clustering(self, labels: np.ndarray, posterior: np.ndarray | None) -> Clustering:
        clustering = Clustering(labels, len(self.clusters), posterior, parameters=dict(self.parameters))
        return replace(clustering, order=self.clusters, warnings=self.warnings)


def _lacking(error: Exception) -> str:
    """What is wrong with a result whose parts do not make a model."""
    reason = " ".join(str(error).split()).split(". ")[0].strip(" .")
    return f"lacks parts of a fitted model ({reason}); run the fit again."
