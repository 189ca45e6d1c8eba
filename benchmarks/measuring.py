"""How every benchmark measures and prints."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch


def median_ms(work: Callable[[], object], times: int) -> float:
    """The median time of some work in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def print_machine() -> None:
    """One line that says where the figures come from."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(
        f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{torch.get_num_threads()} torch threads{load}"
    )


def print_figure(what: str, figure: float, unit: str, target: str) -> None:
    """One row of the table of figures."""
    print(f"{what:60} {figure:10.2f} {unit:6} target {target}", flush=True)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), "?")
