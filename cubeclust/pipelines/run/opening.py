"""What is known of a run before any spectrum is read."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from cubeclust.errors import InputError
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.cubes.survey import spaxels_with_data
from cubeclust.io.maps.parents import read_start_classes
from cubeclust.methods import METHODS
from cubeclust.methods.protocol import Clusterer
from cubeclust.pipelines.run.area import Area, choose_area
from cubeclust.pipelines.run.fitted_model import Fitted
from cubeclust.pipelines.run.plan import Plan, plan
from cubeclust.pipelines.run.preprocess import Prepared
from cubeclust.pipelines.run.redshift_sources import Assuming
from cubeclust.pipelines.run.redshifts import Velocities, read_velocities
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.pipelines.sources import asked_cube
from cubeclust.runtime import memory
from cubeclust.runtime.packages import require_package
from cubeclust.runtime.progress import Progress

Measure = Callable[[CubeFile, Area], Velocities]


@dataclass(frozen=True)
class Opening:
    """Method or fitted model, device, cube, plan, and the memory budget in bytes."""

    clusterer: Clusterer
    fitted: Fitted | None
    device: str
    cube_file: CubeFile
    plan: Plan
    budget: int

    def room(self, n_spectra: int, n_features: int) -> int:
        """Bytes that a fit of so many spectra may take beyond its need."""
        with_variance = "variance" in self.cube_file.hdus
        free = memory.cache_bytes(self.budget, n_spectra, n_features, with_variance=with_variance)
        return max(0, free - self.clusterer.memory(n_spectra, n_features))

    def require_ready(self, prepared: Prepared) -> None:
        """Raise InputError where the spectra are too few to be fitted, or have another unit than the fitted model's."""
        n = len(prepared.features)
        if self.fitted is not None:
            self.fitted.require_unit(prepared.spectra.unit)
        elif n < 2:
            raise InputError("only one spectrum is left; loosen the masks or the crop.")
        elif self.clusterer.n_clusters > n:
            raise InputError(
                f"--n-clusters {self.clusterer.n_clusters} exceeds the {n} spectra that are left; ask for fewer."
            )


def open_run(settings: RunSettings, progress: Progress, measure: Measure | None = None) -> Opening:
    """Open the files that the settings name and resolve what will be done; InputError where it cannot be.

    measure gives the velocities of --redshift auto; without it they are assumed, for a forecast.
    """
    fitted = None if settings.result is None else Fitted.read(settings.result)
    clusterer = settings.clusterer()
    needed = METHODS[settings.method].module_needed
    if fitted is None and needed is not None:
        require_package(needed, f"--method {settings.method}")
    device = _device(settings, clusterer, progress)
    cube_file = asked_cube(settings)
    for note in cube_file.notes:
        progress.say(note)
    if settings.start_map is not None:
        start = read_start_classes(settings.start_map, clusterer.n_clusters, cube_file)
        clusterer = settings.clusterer(start)
    measure = measure or Assuming(settings, fitted, progress)
    area = _at_rest(choose_area(cube_file, settings), cube_file, settings, progress, measure)
    todo = plan(cube_file, settings, area, clusterer, progress, fitted=fitted)
    budget = memory.available() if settings.memory is None else settings.memory
    progress.say(f"memory: about {memory.readable(todo.need)} needed, {memory.readable(budget)} allowed")
    return Opening(clusterer, fitted, device, cube_file, todo, budget)


def _at_rest(area: Area, cube_file: CubeFile, settings: RunSettings, progress: Progress, measure: Measure) -> Area:
    """The area with the velocities that the settings ask for, announced."""
    if settings.redshift is None and settings.velocity_map is None:
        return area
    # redshifts of spaxels without data must not narrow the range that all of them share
    asked = replace(area, entering=area.entering & spaxels_with_data(cube_file))
    if settings.redshift == "auto":
        return area.at_rest(measure(cube_file, asked))
    velocities = read_velocities(settings, cube_file, asked.entering)
    progress.say(velocities.summary)
    return area.at_rest(velocities)


def _device(settings: RunSettings, clusterer: Clusterer, progress: Progress) -> str:
    """Device that the fit will run on."""
    if not clusterer.uses_gpu and settings.device != "cuda":
        return "cpu"
    from cubeclust.runtime.device import resolve_device

    device = resolve_device(settings.device)
    if not clusterer.uses_gpu:
        progress.say(f"{settings.method} runs on the CPU")
        return "cpu"
    return device
