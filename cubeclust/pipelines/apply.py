"""A run whose model is read, not fitted."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from cubeclust.pipelines.run.fitted_model import FittedModel
from cubeclust.pipelines.run.settings import RunSettings


def apply_settings(result: Path, cube: Path, **asked: Any) -> RunSettings:
    """Settings of a run that labels a cube by the model of a result file.

    Method and preprocessing are those of the fit; where the spectra come from (crop, region, mask, velocities, the
    HDUs) and where the products go are as asked, by the fields of RunSettings, or as in a run that names nothing.
    """
    own = FittedModel.read(result)
    fit = replace(own.fit, start_map=None)  # the fit is done
    return RunSettings(cube, result=result, **(vars(fit) | vars(own.spectra) | asked))
