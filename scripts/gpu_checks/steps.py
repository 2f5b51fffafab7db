"""Where the time of a training step goes, by torch's profiler."""

from collections.abc import Iterator
from functools import partial

import torch
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from benchmarks.measuring import EVERYTHING, fit, made
from cubeclust.methods import METHODS
from gpu_checks.rows import Check, Row, Setup

_TOP = 10


def checks(setup: Setup) -> Iterator[Check]:
    """A step of USD with K kept, and one of MMD with all channels."""
    usd, mmd = {"n_clusters": 11, "hidden": 50, "epsilon": "0.25r"}, {"n_clusters": 30, "hidden": 20}
    for name, settings, n, n_wave in (
        ("usd-ovo", usd, setup.size(20_000, 400), setup.size(321, 40)),
        ("mmd-ovo", mmd, setup.size(68_232, 1500), setup.size(3592, 80)),
    ):
        yield f"{name}, {n:,} x {n_wave:,}, three steps", partial(table, setup, name, settings, n, n_wave)


def table(setup: Setup, name: str, settings: dict, n: int, n_wave: int) -> Iterator[Row]:
    """The operations that take most of a fit of three steps, setting up included, by their own time on the device."""
    flux = made(n, n_wave, settings["n_clusters"], setup.device).cpu().numpy()
    method = METHODS[name].create(max_iter=3, **settings)
    fit(method, flux, setup.device, EVERYTHING)
    on_gpu = setup.device == "cuda"
    activities = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * on_gpu
    with profile(activities=activities) as profiled:
        fit(method, flux, setup.device, EVERYTHING)
        if on_gpu:
            torch.cuda.synchronize()
    events = [event for event in profiled.key_averages() if event.device_type == DeviceType.CPU]  # not their kernels
    own = "self_device_time_total" if on_gpu else "self_cpu_time_total"
    total = sum(getattr(event, own) for event in events)
    yield Row("all", total / 1e3, "ms of the device's time")
    for event in sorted(events, key=lambda event: -getattr(event, own))[:_TOP]:
        yield Row(f"{event.key[:80]}, {event.count} times", getattr(event, own) / 1e3, "ms")
