"""A clustering with all that is needed to apply it elsewhere, as HDF5."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.spectra import Spectra

FORMAT = 1


def write_result(
    path: Path, clustering: Clustering, spectra: Spectra, fitted: dict[str, np.ndarray], record: dict[str, Any]
) -> None:
    """Write labels, posterior, positions, wavelength, history, record of the run, model and fitted preprocessing.

    Arrays and JSON text only. fitted holds what the preprocessing and the classes left behind, by the path it gets
    in the file (`scaling/mean`, `class_means`: means of the classes in the space that was clustered). `model` holds
    the parameters with clusters in the model's own order; `model_cluster` gives for each class, in order of its
    number, the model's cluster.
    """
    with h5py.File(path, "w") as file:
        file.attrs.update(format=FORMAT, record=json.dumps(record))
        file.attrs["frame"] = spectra.quality.shape
        file.attrs["medium"], file.attrs["rest"], file.attrs["unit"] = spectra.medium, spectra.rest, spectra.unit
        if clustering.converged is not None:
            file.attrs["converged"] = clustering.converged
        arrays = {
            "labels": clustering.labels,
            "posterior": clustering.posterior,
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
