"""The driver search: planted causes, false alarms, coverage, forecasts that went wrong at planted places, speed.

Planted worlds (`benchmarks/planted.py`) draw sizes, depths of one to four, one to three causes, shifts of mix and
drifts; a cause's z is its planted size over the sampling error of its own place. Forecasts (`benchmarks/forecasts.py`):
the public sets and more of their kind; a set is found only when it matches exactly. One setting serves everything; it
was chosen on the odd cases, the even ones are reported.
"""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers import explain
from assistant.analysis.drivers.cells import cells_of
from assistant.analysis.drivers.explain import searched
from assistant.analysis.drivers.forecast import search_forecast
from assistant.analysis.drivers.report import whole_of
from assistant.types import Drivers
from benchmarks.clustered import Kind, cube_and_clusters, visits
from benchmarks.coverage import covered
from benchmarks.forecasts import RECIPES, Set, best_cut, made, public, wide
from benchmarks.planted import amounts, even, world
from semantic_layer.query import Cube

DATA = Path(os.environ.get("BECAUSE_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data")) / "rca_riskloc"
WORLDS = 400
NULLS = 500
CASES = 100
DRAWS = 2000
POPULATIONS = 300
CUTS = 8
AMOUNTS = 10
CLUSTERED = 200
KINDS: tuple[Kind, ...] = ("rate", "amount", "count")
Floats = NDArray[np.float64]


def run() -> dict[str, str]:
    """Measure what is found, what is invented, what intervals cover, and the time of it."""
    return _planted() | _nulls() | _coverage() | _clustered() | _forecasts() | _speed()


def _planted() -> dict[str, str]:
    first: list[bool] = []
    recall: dict[str, list[bool]] = {"z 4 to 6": [], "z 6 to 8": [], "z 8 and more": []}
    extra = named = 0
    for drawn in (world(seed) for seed in range(WORLDS)):
        got = names(explain(drawn.cube))
        wanted = {cause.names for cause in drawn.causes}
        extra, named = extra + sum(g not in wanted for g in got), named + len(got)
        for cause in drawn.causes:
            band = "z 4 to 6" if cause.z < 6 else "z 6 to 8" if cause.z < 8 else "z 8 and more"
            recall[band].append(cause.names in got[:3])
        if any(cause.z >= 6 for cause in drawn.causes):
            first.append(bool(got) and got[0] in wanted)
    clear = recall["z 6 to 8"] + recall["z 8 and more"]
    return {
        f"the first segment is exactly a planted one, z ≥ 6 (target ≥ 90 %), n = {len(first)}": f"{np.mean(first):.1%}",
        f"a planted segment is exactly one of the first three, z ≥ 6 (target ≥ 97 %), n = {len(clear)}": (
            f"{np.mean(clear):.1%}"
        ),
        **{f"— {band}, n = {len(found)}": f"{np.mean(found):.1%}" for band, found in recall.items()},
        f"named segments that match no planted one exactly, n = {named}": f"{extra / named:.1%}",
    }


def _nulls() -> dict[str, str]:
    false = sum(bool(explain(world(seed, kind="none").cube).segments) for seed in range(NULLS))
    return {f"a driver named without any effect (target ≤ 5 %), n = {NULLS}": f"{false / NULLS:.1%}"}


def _coverage() -> dict[str, str]:
    beforehand: list[bool] = []
    selected: list[bool] = []
    for seed in range(POPULATIONS):
        cuts, named = covered(seed, CUTS)
        beforehand += cuts
        selected += named
    return {
        f"95 % intervals of cuts chosen beforehand cover (target 94 to 96 %), n = {len(beforehand)}": (
            f"{np.mean(beforehand):.1%}"
        ),
        f"95 % intervals of the segments a search named cover, n = {len(selected)}": f"{np.mean(selected):.1%}",
    }


def _clustered() -> dict[str, str]:
    """Customers who come back often and differ for good, half of them in both periods; nothing changed."""
    figures = {}
    for kind in KINDS:
        covers, alone, named, naive = [], [], 0, 0
        for seed in range(CLUSTERED):
            cube, clusters = cube_and_clusters(visits(seed, kind, stay=seed % 2))
            found, single = explain(cube, clusters=clusters), explain(cube)
            covers += _around_zero(found)
            alone += _around_zero(single)
            named, naive = named + bool(found.segments), naive + bool(single.segments)
        what = f"rows of returning customers, {kind}"
        figures |= {
            f"{what}: 95 % intervals of members cover, n = {len(covers)} (rows taken as independent)": (
                f"{np.mean(covers):.1%} ({np.mean(alone):.1%})"
            ),
            f"{what}: a driver named without any effect, n = {CLUSTERED} (rows taken as independent)": (
                f"{named / CLUSTERED:.1%} ({naive / CLUSTERED:.1%})"
            ),
        }
    return figures


def _around_zero(found: Drivers) -> list[bool]:
    return [row.ci[0] <= 0 <= row.ci[1] for split in found.by_dimension for row in split.rows if row.ci]


def _forecasts() -> dict[str, str]:
    figures: dict[str, str] = {}
    for folder in sorted(DATA.iterdir()) if DATA.is_dir() else []:
        if (folder / "injection_info.csv").is_file():
            cases = list(public(folder))
            figures |= _f1(f"public cases, {folder.name}, even", cases[::2])
            figures |= _f1(f"public cases, {folder.name}, odd", cases[1::2])
            figures |= _most(f"public cases, {folder.name}, even", cases[::2])
    if not figures:
        figures["public forecasts"] = "the data is absent"
    for name, recipe in RECIPES.items():
        cases = [made(recipe, seed) for seed in range(0, 2 * CASES, 2)]
        figures |= _f1(f"made cases, {name}, even", cases) | _most(f"made cases, {name}, even", cases)
        quiet = (made(recipe, seed, quiet=True)[0] for seed in range(0, 2 * CASES, 2))
        false = sum(bool(explain(cube, forecast=True).segments) for cube in quiet)
        figures[f"— a driver named where a forecast has its errors only, {name}, n = {CASES}"] = f"{false / CASES:.0%}"
    return figures


def _f1(label: str, cases: Iterable[tuple[Cube, frozenset[Set]]]) -> dict[str, str]:
    hits: list[tuple[int, int, int]] = []
    spent: list[float] = []
    for cube, planted in cases:
        start = time.process_time()
        got = set(names(explain(cube, forecast=True, max_depth=len(cube.dimensions), max_segments=12)))
        spent.append(time.process_time() - start)
        hits.append((len(got & planted), len(got), len(planted)))
    counts = np.array(hits)
    rng = np.random.default_rng(0)
    draws = [_score(counts[rng.integers(0, len(counts), len(counts))]) for _ in range(DRAWS)]
    low, high = np.quantile(draws, [0.025, 0.975])
    key = f"forecast {label}: F1 of {counts[:, 2].sum()} sets in {len(counts)} cases [95 % bootstrap]"
    return {key: f"{_score(counts):.3f} [{low:.3f}, {high:.3f}], {np.mean(spent):.3f} s a case"}


def _most(label: str, cases: Iterable[tuple[Cube, frozenset[Set]]]) -> dict[str, str]:
    most = _score(np.array([best_cut(*case) for case in cases]))
    return {f"— the most that a rule for lone leaves can reach, {label}": f"{most:.3f}"}


def _score(counts: NDArray[np.int64]) -> float:
    hits, named, planted = counts.sum(axis=0)
    return float(2 * hits / max(named + planted, 1))


def names(found: Drivers) -> list[Set]:
    """Return the members that name each segment, in the order found."""
    return [frozenset(str(f.values[0]) for f in s.filters if f.operator == "in") for s in found.segments]


def _speed() -> dict[str, str]:
    return (
        _timed("50 k leaves of five dimensions (target ≤ 50 ms)", (10, 12, 10, 8, 5), 1_000_000)
        | _timed("23 k leaves of six dimensions", (3, 4, 4, 5, 6, 8), 2_000_000)
        | _wide()
        | _million()
    )


def _timed(label: str, sizes: tuple[int, ...], rows: int) -> dict[str, str]:
    cube = even(sizes, rows)
    cells = cells_of(cube)
    whole = whole_of(cells, 0.0, 1.0)
    search = min(_seconds(lambda: searched(cells, whole, max_depth=4, max_segments=5, exposure=1.0)) for _ in range(5))
    everything = min(_seconds(lambda: explain(cube)) for _ in range(5))
    return {f"search over {label}; with reading the cube and every exact cut": f"{search:.3f} s; {everything:.3f} s"}


def _seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def _wide() -> dict[str, str]:
    cube, planted = wide((10, 5, 250, 20, 8, 12))
    start = time.process_time()
    cells = cells_of(cube)
    laid = time.process_time()
    found, _ = search_forecast(cells, max_depth=4, max_segments=5)
    spent = time.process_time() - laid
    got = {frozenset(cells.members[d][m] for d, m in one.segment) for one in found}
    key = "search over 24 M leaves of six dimensions, a forecast (target ≤ 15 s)"
    return {
        key: f"{spent:.1f} s ({'the planted set alone' if got == planted else got}), laid out in {laid - start:.1f} s"
    }


def _million() -> dict[str, str]:
    """A million rows of amounts over five dimensions; one segment of two dimensions is worth half as much again."""
    first, named = 0, 0
    spent: list[float] = []
    for seed in range(AMOUNTS):
        cube, planted = amounts(seed, 1_000_000)
        start = time.process_time()
        got = names(explain(cube))
        spent.append(time.process_time() - start)
        first, named = first + (got[:1] == [planted]), named + len(got)
    return {
        f"1 M amounts × 5 dimensions: planted segment first, of {AMOUNTS}": f"{first}",
        "— other segments named": f"{named - first}",
        "— time of one explanation": f"{np.median(spent):.3f} s",
    }
