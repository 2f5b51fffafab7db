"""What every clustering method is."""

from typing import ClassVar, Protocol

from cubeclust.clustering import Clustering
from cubeclust.progress import Progress
from cubeclust.spectra import Spectra


class Clusterer(Protocol):
    """A frozen record of settings that turns spectra into a clustering and stays as it is.

    paper             what to cite
    default_scale     scaling used where the user names none
    uses_gpu          whether fit can run on a GPU
    """

    paper: ClassVar[str]
    default_scale: ClassVar[str]
    uses_gpu: ClassVar[bool]
    n_clusters: int

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Bytes that fit takes beside the spectra."""

    def fit(self, spectra: Spectra, *, seed: int, device: str, report: Progress) -> Clustering:
        """Cluster the rows; the same seed on the same device gives the same labels."""
