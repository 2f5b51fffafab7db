"""What is recorded of a run."""

import json
from pathlib import Path

import h5py

from cubeclust import RunSettings, run

# Keys of the JSON object, in their order, which readers of runs.jsonl and of result.h5 rely on.
KEYS = [
    *("started", "command", "cube", "target", "parent", "layout", "hdus", "variance_kind", "method", "settings"),
    *("steps", "notes", "seed", "device", "versions", "n_spectra", "n_fitted", "n_channels", "velocities", "left_out"),
    *("classes_asked", "classes_used", "class_sizes", "class_names", "tiny_classes", "merge_candidates"),
    *("converged", "stopped", "iterations", "objective", "watched", "criteria", "warnings"),
    *("averaged", "files", "scores"),
]


def test_record_is_the_same_in_all_places_but_for_what_is_known_at_the_end(sky_file: Path, tmp_path: Path) -> None:
    finished = run(RunSettings(sky_file, "kmeans", {"n_clusters": 3, "n_starts": 1}, output=tmp_path))
    record = finished.record.as_json()
    assert list(record) == [*KEYS, "seconds", "peak_memory"]
    (line,) = (tmp_path / "runs.jsonl").read_text().splitlines()
    assert json.loads(line) == record
    with h5py.File(finished.files["result.h5"]) as file:
        assert json.loads(file.attrs["record"]) == {key: record[key] for key in KEYS}
    assert record["class_sizes"] == finished.class_map.counts().tolist()
    assert record["class_names"] == [row.name for row in finished.rows]
    assert record["files"] == {ending: str(path) for ending, path in finished.files.items()}
