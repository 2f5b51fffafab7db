"""What a run will read and do, decided before any spectrum is read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cubeclust.classes.names import Parent
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.cubes.survey import spaxels_with_data
from cubeclust.io.maps.parents import read_start_classes
from cubeclust.methods import METHODS
from cubeclust.methods.protocol import Clusterer
from cubeclust.pipelines.run.area import Area, choose_area
from cubeclust.pipelines.run.channels import ChannelPlan, chosen_channels, fitted_channels
from cubeclust.pipelines.run.fitted_model import FittedModel
from cubeclust.pipelines.run.parts import SpectraSettings
from cubeclust.pipelines.run.redshift_sources import AssumedRedshifts, RedshiftSource, redshift_source
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.preprocessing.scaling import Scaling
from cubeclust.preprocessing.steps import Step, in_order
from cubeclust.runtime import memory
from cubeclust.runtime.packages import require_package
from cubeclust.runtime.progress import Progress
from cubeclust.spectroscopy.windows import Window


@dataclass(frozen=True)
class Plan:
    """What a run will read and do.

    clusterer  the method
    fitted     the fitted model in place of a fit; None for a fit
    device     of the fit
    scale      name of the scaling that was asked for; None for that of the method
    memory     bytes that each stage takes
    budget     bytes of memory that may be used
    """

    clusterer: Clusterer
    fitted: FittedModel | None
    device: str
    cube_file: CubeFile
    area: Area
    channels: ChannelPlan
    scale: str | None
    memory: dict[str, int]
    budget: int

    @property
    def steps(self) -> dict[str, Step]:
        """All of the preprocessing before the scaling, by the names in the log."""
        return in_order(self.area.steps | self.channels.steps)

    @property
    def scaling(self) -> Scaling | None:
        """The scaling of the fitted model; None where it is to be fitted."""
        return None if self.fitted is None else self.fitted.scaling

    @property
    def parent(self) -> Parent | None:
        """The class that is, or that the fitted model has, clustered again; None for the whole cube."""
        return self.area.parent if self.fitted is None else self.fitted.parent

    @property
    def need(self) -> int:
        """Bytes of memory at the peak."""
        return max(self.memory.values())

    def cache_bytes(self, n_spectra: int, n_features: int) -> int:
        """Bytes that a fit of so many spectra may take beyond its need."""
        with_variance = "variance" in self.cube_file.hdus
        free = memory.cache_bytes(self.budget, n_spectra, n_features, with_variance=with_variance)
        return max(0, free - self.clusterer.memory(n_spectra, n_features))


def plan_run(settings: RunSettings, progress: Progress, measured: RedshiftSource | None = None) -> Plan:
    """Open the files that the settings name and resolve what will be done, announced.

    measured gives the redshifts of --redshift auto; without it they are assumed, for a forecast.

    Raises:
        InputError: files that cannot be read, settings that do not fit them.
    """
    fitted = None if settings.result is None else FittedModel.read(settings.result)
    fit, spectra = settings.fit, settings.spectra
    clusterer = fit.clusterer()
    if fitted is None:
        _require_package(fit.method)
    device = _device(settings.compute.device, fit.method, clusterer, progress)
    cube_file = settings.cube_source.open()
    for note in cube_file.notes:
        progress.say(note)
    if fit.start_map is not None:
        clusterer = fit.clusterer(read_start_classes(fit.start_map, clusterer.n_clusters, cube_file))
    area = choose_area(cube_file, settings.area)
    auto = measured or AssumedRedshifts(_asked_wavelengths(spectra, fitted), progress)
    source = redshift_source(settings.redshift, settings.velocity_source, progress, auto)
    if source is not None:
        area = _at_rest(area, cube_file, source)
    if fitted is None:
        channels = chosen_channels(cube_file, spectra, area, progress)
    else:
        channels = fitted_channels(cube_file, spectra, area, fitted, resample=settings.resample)
    budget = settings.compute.budget
    need = _memory(cube_file, area, channels, clusterer, fitted)
    plan = Plan(clusterer, fitted, device, cube_file, area, channels, spectra.scale, need, budget)
    progress.say(f"memory: about {memory.readable(plan.need)} needed, {memory.readable(budget)} allowed")
    return plan


def _require_package(method: str) -> None:
    needed = METHODS[method].module_needed
    if needed is not None:
        require_package(needed, f"--method {method}")


def _device(choice: str, method: str, clusterer: Clusterer, progress: Progress) -> str:
    """Device that the fit will run on."""
    if not clusterer.uses_gpu and choice != "cuda":
        return "cpu"
    from cubeclust.runtime.device import resolve_device

    device = resolve_device(choice)
    if not clusterer.uses_gpu:
        progress.say(f"{method} runs on the CPU")
        return "cpu"
    return device


def _asked_wavelengths(spectra: SpectraSettings, fitted: FittedModel | None) -> Sequence[float]:
    """Wavelengths at rest that the spectra have to reach, Angstrom."""
    if fitted is not None:
        return [fitted.grid.low[0], fitted.grid.high[-1]]
    windows = [window for window in (*spectra.window, spectra.normalize_band) if isinstance(window, Window)]
    return [edge for window in windows for edge in (window.low, window.high)]


def _at_rest(area: Area, cube_file: CubeFile, source: RedshiftSource) -> Area:
    """The area with the redshifts of the source."""
    # redshifts of spaxels without data must not narrow the range that all of them share
    asked = replace(area, entering=area.entering & spaxels_with_data(cube_file))
    return area.at_rest(source(cube_file, asked))


def _memory(
    cube_file: CubeFile, area: Area, channels: ChannelPlan, clusterer: Clusterer, fitted: FittedModel | None
) -> dict[str, int]:
    """Bytes that each stage takes."""
    n_read, n_features = max(int(channels.read.sum()), len(channels.grid)), channels.n_features
    if fitted is None:
        method = clusterer.memory(area.size, n_features)
    else:
        method = 64 * area.size * clusterer.n_clusters + memory.BLOCK
    with_variance = "variance" in cube_file.hdus
    return memory.stages(area.size, n_read, n_features, with_variance=with_variance, method=method)
