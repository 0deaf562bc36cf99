"""Time calls and sum up their quantiles."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

WORKSPACES = Path(__file__).parent.parent / "build" / "workspaces"


def milliseconds(call: Callable[[], Any], repeat: int = 30, warm: int = 3) -> list[float]:
    """Time a call `repeat` times after `warm` calls that do not count."""
    for _ in range(warm):
        call()
    return [seconds(call) * 1000 for _ in range(repeat)]


def seconds(call: Callable[[], Any]) -> float:
    """Time one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def p50(times: list[float]) -> float:
    """Return the median."""
    return quantiles(times, n=20, method="inclusive")[9]


def p95(times: list[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(times, n=20, method="inclusive")[18]


def demo_workspace(size: str = "demo") -> Path:
    """Make, or find, the demo workspace of a size with its index."""
    from datetime import date

    from assistant.corpus import build_corpus
    from assistant.workspace import open_workspace
    from evals.world.demo import make_demo

    root = WORKSPACES / size
    make_demo(root, size=size, seed=7, scenario=None, as_of=date(2026, 10, 31), progress=None)
    if size != "large":
        build_corpus(open_workspace(root))
    return root
