"""Steps of the preprocessing, and their order."""

from collections.abc import Mapping
from typing import Protocol

from cubeclust.preprocessing.gaps import FillGaps
from cubeclust.preprocessing.normalize import NormalizeBand
from cubeclust.preprocessing.onto_grid import OntoGrid
from cubeclust.preprocessing.outliers import SetOutliersApart
from cubeclust.preprocessing.rest_frame import RestFrame
from cubeclust.preprocessing.spaxels import KeepArea, LeaveOut, SignalToNoise
from cubeclust.preprocessing.spikes import MaskSpikes
from cubeclust.preprocessing.wavelengths import SelectChannels, SelectWindows
from cubeclust.spectra import Spectra


class Step(Protocol):
    """A step of the preprocessing."""

    def apply(self, spectra: Spectra) -> Spectra:
        """Return the spectra after the step; the input stays as it is."""


# Spaxels asked for, samples as measured, wavelengths at rest or those of a fitted model, normalization, features, the
# spectra among them that enter a fit. The scaling comes last.
ORDER: tuple[type[Step], ...] = (
    KeepArea,
    LeaveOut,
    MaskSpikes,
    RestFrame,
    OntoGrid,
    NormalizeBand,
    SelectWindows,
    SelectChannels,
    SignalToNoise,
    FillGaps,
    SetOutliersApart,
)


def in_order(steps: Mapping[str, Step]) -> dict[str, Step]:
    """The steps by their names in the log, in the order above; those of one kind stay as they are given."""
    return dict(sorted(steps.items(), key=lambda named: ORDER.index(type(named[1]))))
