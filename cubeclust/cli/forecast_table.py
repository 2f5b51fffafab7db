"""The forecast of a run as people read it."""

from typing import Any

from cubeclust.runtime.memory import readable

_QUIET: tuple[Any, ...] = (None, [], {}, "")  # settings that say nothing

_TIMES = ((3600, "h"), (60, "min"), (1, "s"))


def plan_lines(facts: dict[str, Any]) -> list[str]:
    """Lines on settings, spectra, memory, time and products."""
    settings = {name: value for name, value in facts["settings"].items() if value not in _QUIET}
    return [
        "settings",
        *(f"  {name.replace('_', '-'):16} {_value(value)}" for name, value in settings.items()),
        "would enter",
        f"  {'spectra':16} {_spectra(facts)}",
        f"  {'channels':16} {_channels(facts)}",
        f"memory, of {readable(facts['budget'])} allowed" + ("" if facts["fits"] else ": TOO LITTLE"),
        *(f"  {stage:16} {readable(need)}" for stage, need in facts["memory"].items()),
        f"time on {facts['device']}",
        *(
            ["  redshift         velocities are measured first, which is not counted"]
            if facts["measured_first"]
            else []
        ),
        *(f"  {stage:16} {_DURATIONS.get(stage, _stage)(stage, facts)}" for stage in facts["seconds"]),
        *([] if facts["seconds"] else ["  unknown, as the spectra cannot be read in that memory"]),
        "would write" + (" (those that exist need --overwrite)" if facts["exist"] else ""),
        *(f"  {path}{'  exists' if path in facts['exist'] else ''}" for path in facts["files"].values()),
    ]


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _spectra(facts: dict[str, Any]) -> str:
    left_out = ", ".join(f"{count} {name}" for name, count in facts.get("left_out", {}).items())
    most = "" if facts["seconds"] and not facts["measured_first"] else "at most "
    return f"{most}{facts['n_spectra']}" + (f"  (left out: {left_out})" if left_out else "")


def _channels(facts: dict[str, Any]) -> str:
    if "wavelength" not in facts:
        return str(facts["n_channels"])
    low, high = facts["wavelength"]
    return f"{facts['n_channels']} of {low:.2f}:{high:.2f} Angstrom"


def _stage(stage: str, facts: dict[str, Any]) -> str:
    seconds = max(facts["seconds"][stage], 0.1)
    size, unit = next(unit for unit in _TIMES if seconds >= 2 * unit[0] or unit is _TIMES[-1])
    return f"{seconds / size:.3g} {unit}"


def _fit(stage: str, facts: dict[str, Any]) -> str:
    """The time at most, and what bounds it."""
    if facts["seconds"][stage] is None:
        return "until it has converged, however long that takes; --max-minutes bounds it"
    if facts["seconds"][stage] == 60 * facts["settings"].get("max_minutes", 0):
        return f"at most {_stage(stage, facts)}, by --max-minutes"
    return f"at most about {_stage(stage, facts)}, if every iteration is needed"


def _iteration(stage: str, facts: dict[str, Any]) -> str:
    return f"about {facts['seconds'][stage]:.2g} s of the fit"


def _scan(stage: str, facts: dict[str, Any]) -> str:
    """The time at most of all fits."""
    if facts["seconds"][stage] is None:
        return "until every fit has converged, however long that takes; --max-minutes bounds each"
    return (
        f"at most about {_stage(stage, facts)} for {facts['fits_of_scan']} fits, {facts['settings']['jobs']} at a time"
    )


_DURATIONS = {
    "fit": _fit,
    "iteration": _iteration,
    "scan": _scan,
}  # stage -> how its time is told, where it is not just its seconds
