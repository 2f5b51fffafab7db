"""The forecast of a run or a scan as lines of text."""

from typing import TYPE_CHECKING, Any

from cubeclust.runtime.memory import readable

if TYPE_CHECKING:
    from cubeclust.pipelines.run.fit_time import FitTime
    from cubeclust.pipelines.run.forecast import Forecast
    from cubeclust.pipelines.select.forecast import ScanForecast

_UNSET: tuple[Any, ...] = (None, [], {}, "")  # settings that are not shown
_TIMES = ((3600, "h"), (60, "min"), (1, "s"))


def forecast_lines(forecast: "Forecast") -> list[str]:
    """Lines on settings, spectra, memory, time and products of a run."""
    return _lines(forecast, [])


def scan_forecast_lines(scan: "ScanForecast") -> list[str]:
    """Lines on settings, spectra, memory, time and products of a scan."""
    return _lines(scan.largest, [_line("scan", _scan_time(scan))])


def _lines(forecast: "Forecast", more_times: list[str]) -> list[str]:
    settings = {name: value for name, value in forecast.settings.items() if value not in _UNSET}
    return [
        "settings",
        *(_line(name.replace("_", "-"), _value(value)) for name, value in settings.items()),
        "would enter",
        _line("spectra", _spectra(forecast)),
        _line("channels", _channels(forecast)),
        f"memory, of {readable(forecast.budget)} allowed" + ("" if forecast.fits else ": TOO LITTLE"),
        *(_line(stage, readable(need)) for stage, need in forecast.memory.items()),
        f"time on {forecast.device}",
        *_times(forecast),
        *more_times,
        "would write" + (" (those that exist need --overwrite)" if forecast.existing else ""),
        *(f"  {path}{'  exists' if path in forecast.existing else ''}" for path in forecast.files.values()),
    ]


def _line(name: str, text: str) -> str:
    return f"  {name:16} {text}"


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _spectra(forecast: "Forecast") -> str:
    preprocessed = forecast.preprocessed
    reasons = preprocessed.left_out.items() if preprocessed else ()
    left_out = ", ".join(f"{count} {name}" for name, count in reasons)
    most = "" if preprocessed and not forecast.measured_first else "at most "
    return f"{most}{forecast.n_spectra}" + (f"  (left out: {left_out})" if left_out else "")


def _channels(forecast: "Forecast") -> str:
    if forecast.preprocessed is None:
        return str(forecast.n_channels)
    low, high = forecast.preprocessed.wavelength
    return f"{forecast.n_channels} of {low:.2f}:{high:.2f} Angstrom"


def _times(forecast: "Forecast") -> list[str]:
    """Lines on the time of each stage of a run."""
    lines = [_line("redshift", "velocities are measured first, which is not counted")] * forecast.measured_first
    if forecast.preprocessed is None:
        return [*lines, "  unknown, as the spectra cannot be read in that memory"]
    lines += [_line(stage, _duration(seconds)) for stage, seconds in forecast.preprocessed.seconds.items()]
    if forecast.fit is None:
        return lines
    lines.append(_line("fit", _fit_time(forecast.fit)))
    if forecast.fit.iteration is not None:
        lines.append(_line("iteration", f"about {forecast.fit.iteration:.2g} s of the fit"))
    return lines


def _duration(seconds: float) -> str:
    """Seconds, minutes or hours."""
    seconds = max(seconds, 0.1)
    size, unit = next(unit for unit in _TIMES if seconds >= 2 * unit[0] or unit is _TIMES[-1])
    return f"{seconds / size:.3g} {unit}"


def _fit_time(fit: "FitTime") -> str:
    """The time of a fit at most, and what bounds it."""
    if fit.most is None:
        return "until it has converged, however long that takes; --max-minutes bounds it"
    if fit.bounded:
        return f"at most {_duration(fit.most)}, by --max-minutes"
    return f"at most about {_duration(fit.most)}, if every iteration is needed"


def _scan_time(scan: "ScanForecast") -> str:
    """The time of all fits at most."""
    if scan.seconds is None:
        return "until every fit has converged, however long that takes; --max-minutes bounds each"
    return f"at most about {_duration(scan.seconds)} for {scan.n_fits} fits, {scan.jobs} at a time"
