"""How many fits of a scan run at a time."""

from cubeclust.errors import InputError
from cubeclust.pipelines.run.plan import Plan
from cubeclust.pipelines.select.settings import ScanSettings
from cubeclust.runtime import memory
from cubeclust.runtime.processes import n_cores

_PROCESS = 200 * 2**20  # bytes that a process takes beside its fit (measured: 150 MB, most of it pages it wrote to)


def resolve_jobs(settings: ScanSettings, plan: Plan) -> int:
    """Number of jobs, at most one for each core where it is left open; InputError where the memory does not suffice."""
    memory.require(plan.need, plan.budget)
    if plan.device == "cuda":
        return _on_gpu(settings.jobs)
    one = plan.memory["fit"]
    another = plan.clusterer.memory(plan.area.size, plan.channels.n_features) + _PROCESS
    most = 1 + (plan.budget - one) // another
    if settings.jobs is None:
        return max(1, min(n_cores(), most, len(settings.tasks)))
    if settings.jobs > most:
        raise InputError(
            f"--jobs {settings.jobs} needs about {memory.readable(one + (settings.jobs - 1) * another)} of memory and "
            f"the budget is {memory.readable(plan.budget)}: give at most {most}, or raise --memory."
        )
    return settings.jobs


def _on_gpu(asked: int | None) -> int:
    if asked not in (None, 1):
        raise InputError(f"--jobs {asked}: fits on a GPU run one at a time; leave --jobs out or give --device cpu.")
    return 1
