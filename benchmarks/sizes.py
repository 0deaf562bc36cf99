"""One why over 1, 10 and 100 million rows of six dimensions, beside one GROUP BY of the same rows; memory, too.

The rows are of returning customers; in one place of two dimensions the rate moved. `BECAUSE_ROWS=1,10` leaves out 100.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.timing import WORKSPACES

ROWS = tuple(int(n) for n in os.environ.get("BECAUSE_ROWS", "1,10,100").split(","))
TARGETS = {1: 0.15, 10: 0.7, 100: 6.0}
SIZES = {"channel": 5, "queue": 6, "segment": 3, "region": 4, "product": 4, "plan": 4}
TIMES = 5
SETTINGS = "name: Sizes\nengine: {path: warehouse.duckdb, memory_limit: 900MB}\n"
METRICS = """
tables:
  - {name: calls, key: call_id, time: called_on, entity: caller}
metrics:
  - {name: solved_rate, label: Solved rate, type: ratio, definition: Solved calls., unit: ratio, owner: Operations,
     numerator: {table: calls, agg: count, where: solved}, denominator: {table: calls, agg: count}}
dimensions:
"""
NOW, BEFORE = (date(2026, 6, 1), date(2026, 6, 30)), (date(2026, 5, 1), date(2026, 5, 31))


def run() -> dict[str, str]:
    """Measure each size in a process of its own, so that its memory is its own."""
    figures: dict[str, str] = {}
    for millions in ROWS:
        made(millions)
        ran = subprocess.run(
            [sys.executable, "-m", "benchmarks.sizes", str(millions)], capture_output=True, text=True, check=True
        )
        figures |= dict(line.split("\t") for line in ran.stdout.splitlines() if "\t" in line)
    return figures


def made(millions: int) -> Path:
    """Make, or find, the workspace of a size."""
    import duckdb

    root = WORKSPACES / f"rows-{millions}m"
    if (root / "warehouse.duckdb").is_file():
        return root
    (root / "metrics").mkdir(parents=True, exist_ok=True)
    (root / "because.yml").write_text(SETTINGS, encoding="utf-8")
    names = "".join(f"  - {{name: {d}, label: {d.capitalize()}, table: calls}}\n" for d in SIZES)
    (root / "metrics" / "all.yml").write_text(METRICS + names, encoding="utf-8")
    # A member is drawn from the row's number, skewed to the first ones.
    drawn = ", ".join(
        f"'{d}' || CAST(floor({size} * pow((hash(i, {k}) % 10007) / 10007.0, 1.5)) AS INT) AS {d}"
        for k, (d, size) in enumerate(SIZES.items())
    )
    with duckdb.connect(str(root / "making.duckdb")) as connection:
        connection.execute(
            f"CREATE TABLE calls AS SELECT i AS call_id, hash(i, 99) % {millions * 100_000} AS caller, "
            f"DATE '2026-05-01' + CAST(i * 61 // {millions * 1_000_000} AS INT) AS called_on, {drawn}, "
            "(hash(i, 77) % 10007) / 10007.0 < 0.3 + CASE WHEN called_on >= DATE '2026-06-01' AND channel = 'channel1' "
            f"AND region = 'region0' THEN 0.03 ELSE 0 END AS solved FROM range({millions * 1_000_000}) t(i)"
        )
    (root / "making.duckdb").rename(root / "warehouse.duckdb")
    return root


def measured(millions: int) -> dict[str, str]:
    """Measure one size: the cube, its splits and the search; the whole answer; the same again; one GROUP BY."""
    import assistant
    from assistant.analysis.drivers import explain
    from assistant.types import Plan, Question, Reading
    from assistant.windows import labelled
    from semantic_layer.cube import run_clusters, run_cube
    from semantic_layer.query import Column, CubeQuery, Sql

    helper = assistant.build(made(millions))
    engine = helper.engine
    now, before = labelled(*NOW), labelled(*BEFORE)
    query = CubeQuery(metric="solved_rate", dimensions=tuple(SIZES), now=now, before=before)
    columns = (*SIZES, "is_now", "rows", "solved")
    floor = Sql(
        text=f"SELECT {', '.join(SIZES)}, called_on >= DATE '{NOW[0]}', count(*), count(*) FILTER (WHERE solved) "
        f"FROM calls WHERE called_on >= DATE '{BEFORE[0]}' AND called_on <= DATE '{NOW[1]}' GROUP BY ALL",
        columns=tuple(Column(name=name, kind="dimension") for name in columns),
    )

    def why() -> None:
        cube, _ = run_cube(query, helper.catalogue, engine, members=helper.values)
        clusters, _ = run_clusters(query, cube, helper.catalogue, engine)
        found = explain(cube, clusters=clusters)
        named = {str(f.values[0]) for f in found.segments[0].filters}
        assert named == {"channel1", "region0"}, named

    def answer() -> None:
        reading = Reading(intent="why", metrics=("solved_rate",), filters=(), window=now, baseline=before)
        plan = Plan(question=Question(text="Why did Solved rate change?"), reading=reading)
        for _ in helper.steps_of(plan):
            pass

    def cold(call: Callable[[], None]) -> float:
        engine.forget()
        return _seconds(call)

    cold(why)
    times = [(cold(why), _seconds(lambda: engine.run(floor, max_rows=1_000_000))) for _ in range(TIMES)]
    ours, group_by = (statistics.median(t) for t in zip(*times, strict=True))
    whole = statistics.median(cold(answer) for _ in range(TIMES))
    again = statistics.median(_seconds(why) for _ in range(TIMES))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    label = f"{millions} M rows × {len(SIZES)} dimensions"
    return {
        f"{label}: cube, splits, search, clustered errors (target ≤ {TARGETS[millions]:g} s)": f"{ours:.2f} s",
        f"{label}: one GROUP BY of them": f"{group_by:.2f} s",
        f"{label}: ratio": f"{ours / group_by:.2f}",
        f"{label}: a whole answer, with checks of the rows and its words": f"{whole:.2f} s",
        f"{label}: over a kept cube (target ≤ 60 ms)": f"{again * 1000:.0f} ms",
        f"{label}: largest memory of the process (target ≤ 1 GB)": f"{peak:.2f} GB",
    }


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    for name, value in measured(int(sys.argv[1])).items():
        sys.stdout.write(f"{name}\t{value}\n")
