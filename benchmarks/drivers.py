"""The driver search: root causes planted in public generated cases, false alarms on nulls, speed.

A set of `rca_riskloc` is found only when it matches exactly; its seconds include reading the file. Planted: one
cause of one to three of six dimensions in 60,000 rows of a rate, mixes drifting; z is its planted size over its error.
"""

import csv
import gzip
import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers import explain
from assistant.analysis.drivers.deviations import deviations
from assistant.types import Segment
from semantic_layer.query import Cube

DATA = Path(os.environ.get("BECAUSE_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data")) / "rca_riskloc"
NULLS = 300
PLANTED = 200
Floats = NDArray[np.float64]


def run() -> dict[str, str]:
    """Measure F1 on the public sets where they are there, false alarms, and the time of one explanation."""
    figures: dict[str, str] = {}
    for name in ("S", "L"):
        figures |= _public(name) if (DATA / name).is_dir() else {f"rca_riskloc {name}": "public data is absent"}
    false = sum(bool(explain(_null(seed, 20_000)).segments) for seed in range(NULLS))
    cube = _null(1, 2_000_000)
    start = time.perf_counter()
    explain(cube)
    spent = time.perf_counter() - start
    figures |= _planted()
    figures[f"a driver named on data without an effect (target ≤ 5 %), n = {NULLS}"] = f"{false / NULLS:.1%}"
    figures[f"one explanation over {len(cube.n):,} cells of six dimensions"] = f"{spent * 1000:.0f} ms"
    return figures


def _public(name: str) -> dict[str, str]:
    with (DATA / name / "injection_info.csv").open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    hits = named = planted = 0
    start = time.perf_counter()
    for case in cases:
        wanted = {frozenset(part.split("&")) for part in case["set"].split(";")}
        found = deviations(_leaves(DATA / name / f"{case['timestamp']}.csv.gz"))
        got = {frozenset(str(f.values[0]) for f in filters) for filters in found}
        right = {frozenset(e.split("=")[1] for e in part) for part in wanted}
        hits, named, planted = hits + len(got & right), named + len(got), planted + len(right)
    spent = (time.perf_counter() - start) / len(cases)
    f1 = 2 * hits / (named + planted) if named + planted else 0.0
    return {
        f"rca_riskloc {name}, F1 of {planted} planted sets in {len(cases)} cases": f"{f1:.3f} ({spent:.2f} s a case)"
    }


def _planted() -> dict[str, str]:
    hits: dict[str, list[bool]] = {"4 to 6": [], "6 to 8": [], "8 and more": []}
    for seed in range(PLANTED):
        cube, z, segment = _with_cause(seed)
        band = "4 to 6" if z < 6 else "6 to 8" if z < 8 else "8 and more"
        found = explain(cube).segments
        hits[band].append(bool(found) and _names(found[0]) == segment)
    return {
        f"planted cause named first and exactly, z {band}, n = {len(h)}": f"{sum(h) / len(h):.1%}"
        for band, h in hits.items()
    }


def _names(segment: Segment) -> set[str]:
    return {str(f.values[0]) if f.operator == "in" else "not" for f in segment.filters}


def _with_cause(seed: int) -> tuple[Cube, float, set[str]]:
    rng = np.random.default_rng(seed)
    rows, sizes = 60_000, rng.integers(3, 7, 6)
    period = rng.integers(0, 2, rows)
    mixes = [(rng.dirichlet(np.full(size, 5.0)), rng.dirichlet(np.full(size, 60.0))) for size in sizes]
    codes = np.column_stack([_members(rng, *mix, period) for mix in mixes])
    rate = 0.1 * np.exp(sum(rng.normal(0, 0.25, size)[codes[:, d]] for d, size in enumerate(sizes)))
    inside = np.zeros(rows, dtype=bool)
    while min((inside & (period == p)).sum() for p in (0, 1)) < 60:
        cause = {d: int(rng.integers(sizes[d])) for d in rng.choice(6, rng.integers(1, 4), replace=False)}
        inside = np.all([codes[:, d] == m for d, m in cause.items()], axis=0)
    z, p = rng.uniform(4, 12), rate[inside].mean()
    error = np.sqrt(p * (1 - p) * sum(1 / (inside & (period == t)).sum() for t in (0, 1)))
    happened = rng.random(rows) < rate + z * error * (inside & (period == 1))
    return _cube(codes, period, happened, tuple(sizes)), z, {f"{'abcdef'[d]}{m}" for d, m in cause.items()}


def _members(rng: np.random.Generator, share: Floats, drift: Floats, period: NDArray[np.int64]) -> NDArray[np.int64]:
    later = 0.98 * share + 0.02 * drift
    return np.where(period == 1, *(rng.choice(len(share), len(period), p=p) for p in (later, share)))


def _leaves(file: Path) -> Cube:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    names, body = tuple(rows[0][:-2]), rows[1:]
    members = tuple(tuple(sorted({row[i] for row in body})) for i in range(len(names)))
    number = [{m: code for code, m in enumerate(ms)} for ms in members]
    codes = np.array([[number[i][row[i]] for i in range(len(names))] for row in body], dtype=np.int32)
    now, before = (np.array([float(row[i]) for row in body]) for i in (-2, -1))
    value = np.concatenate([now, before])
    zero = np.zeros(len(value))
    return Cube(
        metric="value", kind="additive", dimensions=names, members=members, codes=np.vstack([codes, codes]),
        period=np.repeat([1, 0], len(body)).astype(np.int8), rows=np.maximum(value, 1.0), n=value, d=zero, nn=value,
        nd=zero, dd=zero,
    )  # fmt: skip


def _null(seed: int, rows: int) -> Cube:
    rng = np.random.default_rng(seed)
    sizes = (3, 4, 4, 5, 6, 8)
    codes = np.column_stack([rng.integers(0, size, rows) for size in sizes])
    period = rng.integers(0, 2, rows)
    return _cube(codes, period, rng.random(rows) < 0.04, sizes)


def _cube(
    codes: NDArray[np.int64], period: NDArray[np.int64], happened: NDArray[np.bool_], sizes: tuple[int, ...]
) -> Cube:
    keys, where = np.unique(np.column_stack([codes, period]), axis=0, return_inverse=True)
    d = np.bincount(where.ravel()).astype(float)
    n = np.bincount(where.ravel(), weights=happened).astype(float)
    return Cube(
        metric="rate", kind="ratio", dimensions=tuple("abcdef"),
        members=tuple(tuple(f"{name}{i}" for i in range(size)) for name, size in zip("abcdef", sizes, strict=True)),
        codes=keys[:, :-1].astype(np.int32), period=keys[:, -1].astype(np.int8), rows=d, n=n, d=d, nn=n, nd=n, dd=d,
    )  # fmt: skip
