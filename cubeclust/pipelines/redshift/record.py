"""What is recorded of a velocity map."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.map_hdus import Provenance
from cubeclust.kinematics.systemic import SURE
from cubeclust.pipelines.provenance import provenance, versions
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import Tracer


@dataclass(frozen=True)
class VelocityRecord:
    """A velocity map in numbers; the names are the keys of its JSON object.

    started        of the command, UTC
    systemic       redshift z that the velocities are about; systemic_km_s is c z
    confidence     of a systemic redshift that was measured, and whether it is `sure`; None for one that was given
    good           spaxels whose velocity does not mislead, of all `spaxels`; of_gas and of_stars by what was matched
    median_error   of the good velocities, km/s; None where no error is known
    range          2nd, 50th and 98th percentile of the good velocities, km/s
    flags          number of spaxels by flag
    files          products by their ending
    """

    started: str
    command: str
    cube: Path
    target: str
    versions: dict[str, str]
    systemic: float
    systemic_km_s: float
    confidence: float | None
    sure: bool | None
    medium: str
    good: int
    spaxels: int
    of_gas: int
    of_stars: int
    median_error: float | None
    range: tuple[float, float, float]
    flags: dict[str, int]
    notes: tuple[str, ...]
    files: dict[str, Path]

    @classmethod
    def of(
        cls, field: VelocityField, cube_file: CubeFile, started: str, command: str, files: dict[str, Path]
    ) -> "VelocityRecord":
        """The record of a field of which at least one velocity does not mislead."""
        good, measured = ~field.misleading, bool(np.isfinite(field.confidence))
        error = field.error[good & np.isfinite(field.error)]
        tracer = np.zeros(good.shape, np.uint8) if field.tracer is None else field.tracer
        low, middle, high = (float(value) for value in np.percentile(field.velocity[good], (2, 50, 98)))
        return cls(
            started=started,
            command=command,
            cube=cube_file.path,
            target=cube_file.target,
            versions=versions(),
            systemic=field.systemic,
            systemic_km_s=field.systemic * LIGHT_SPEED,
            confidence=field.confidence if measured else None,
            sure=field.confidence >= SURE if measured else None,
            medium=field.medium,
            good=int(np.count_nonzero(good)),
            spaxels=int(good.size),
            of_gas=int(np.count_nonzero(good & (tracer == Tracer.GAS))),
            of_stars=int(np.count_nonzero(good & (tracer == Tracer.STARS))),
            median_error=float(np.median(error)) if len(error) else None,
            range=(low, middle, high),
            flags={str(bit.name): count for bit, count in field.counts().items()},
            notes=cube_file.notes,
            files=files,
        )

    def as_json(self) -> dict[str, Any]:
        """The record as JSON can hold it."""
        return asdict(self) | {
            "cube": str(self.cube),
            "range": list(self.range),
            "notes": list(self.notes),
            "files": {ending: str(path) for ending, path in self.files.items()},
        }

    @property
    def provenance(self) -> Provenance:
        """Cards and HISTORY of the primary header of the map."""
        return provenance(
            command=self.command, date=self.started, target=self.target, cube=str(self.cube), packages=self.versions
        )
