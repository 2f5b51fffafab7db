"""A clustering with all that is needed to apply it elsewhere, as HDF5."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.errors import InputError
from cubeclust.spectra import Spectra

FORMAT = 4
_OF_THE_MODEL = ("model", "model_cluster", "class_means", "scaling", "wavelength", "grid")


@dataclass(frozen=True)
class StoredResult:
    """What a result file holds of the fitted model.

    record        the run, as in runs.jsonl
    arrays        path in the file -> array
    medium, rest  of the wavelengths
    unit          of the flux, "" where it was normalized
    """

    record: dict[str, Any]
    arrays: dict[str, np.ndarray]
    medium: str
    rest: bool
    unit: str

    def group(self, name: str) -> dict[str, np.ndarray]:
        """Arrays below a group, by their path in it."""
        return {path.removeprefix(name + "/"): a for path, a in self.arrays.items() if path.startswith(name + "/")}


def write_result(
    path: Path, clustering: Clustering, spectra: Spectra, fitted: dict[str, np.ndarray], record: dict[str, Any]
) -> None:
    """Write labels, posterior, loadings, positions, wavelength, history, record, model and fitted preprocessing.

    Arrays and JSON text only. fitted holds what the preprocessing and the classes left behind, by the path it gets
    in the file (`scaling/mean`; `class_means`: means of the classes in the space that was clustered; `grid`:
    wavelength, lower and upper edge of the channels before the feature windows). `model` holds the parameters with
    clusters in the model's own order; `model_cluster` gives for each class, in order of its number, the model's
    cluster.
    """
    with h5py.File(path, "w") as file:
        file.attrs.update(format=FORMAT, record=json.dumps(record))
        file.attrs["frame"] = spectra.quality.shape
        file.attrs["medium"], file.attrs["rest"], file.attrs["unit"] = spectra.medium, spectra.rest, spectra.unit
        if clustering.converged is not None:
            file.attrs["converged"] = clustering.converged
        if clustering.stopped is not None:
            file.attrs["stopped"] = clustering.stopped
        arrays = {
            "labels": clustering.labels,
            "posterior": clustering.posterior,
            "loadings": clustering.loadings,
            "embedding": clustering.embedding,
            "model_cluster": clustering.order,
            "y": spectra.y,
            "x": spectra.x,
            "wavelength": spectra.wavelength,
        }
        _write(file, {name: values for name, values in arrays.items() if values is not None})
        _write(file.create_group("history"), clustering.history)
        _write(file.create_group("model"), clustering.parameters)
        _write(file, fitted)


def _write(group: h5py.Group, arrays: dict[str, np.ndarray]) -> None:
    for name, values in arrays.items():
        group.create_dataset(name, data=np.asarray(values), track_times=False)


def read_result(path: Path) -> StoredResult:
    """Read a result file; nothing in it is executed.

    Raises:
        InputError: no such file, no HDF5, no result of cubeclust, or one of another version of the format.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; give the result.h5 of a run.")
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != FORMAT:
                raise InputError(
                    f"{path}: is no result of this version of cubeclust (format {file.attrs.get('format', 'missing')}, "
                    f"needed {FORMAT}); run the fit again."
                )
            arrays: dict[str, np.ndarray] = {}
            file.visititems(lambda name, item: _take(arrays, name, item))
            attributes = file.attrs
            return StoredResult(
                record=json.loads(attributes["record"]),
                arrays=arrays,
                medium=str(attributes["medium"]),
                rest=bool(attributes["rest"]),
                unit=str(attributes["unit"]),
            )
    except (OSError, LookupError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        if isinstance(error, InputError):
            raise
        reason = " ".join(str(error).split()).split(". ")[0].strip(" .")
        raise InputError(f"{path}: cannot be read as a result ({reason}); give the result.h5 of a run.") from error


def _take(arrays: dict[str, np.ndarray], name: str, item: h5py.Group | h5py.Dataset) -> None:
    """Keep a dataset of the model; those of the spectra that it was fitted on stay in the file."""
    if isinstance(item, h5py.Dataset) and name.split("/", maxsplit=1)[0] in _OF_THE_MODEL:
        arrays[name] = np.asarray(item[()])
