"""What the benchmarks say of many measured times."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent of the others do not pass."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)]


def line(name: str, seconds: Sequence[float]) -> str:
    """n, p50, p95 and the worst, in milliseconds."""
    shown = (statistics.median(seconds), percentile(seconds, 95), max(seconds))
    times = "".join(f"{value * 1000:10.1f}" for value in shown)
    return f"{name:24}{len(seconds):8}{times}"


HEADER = f"{'ms':24}{'n':>8}{'p50':>10}{'p95':>10}{'max':>10}"
