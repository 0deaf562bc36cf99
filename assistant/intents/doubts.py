"""Whether the rows of a change can be counted as they are: loaded twice, joined twice, not finished yet."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import sqrt

from assistant.analysis.change import Change, change_of
from assistant.measuring import Bench
from assistant.phrases import join_words, sentence_case, show
from assistant.windows import DAY, WEEK
from semantic_layer.compile.cubes import PERIOD
from semantic_layer.compile.formulas import leaves
from semantic_layer.compile.joins import path
from semantic_layer.compile.soundness import (
    COUNTED,
    KEYS,
    ROWS,
    Check,
    compile_join_checks,
    compile_row_checks,
)
from semantic_layer.errors import UserError
from semantic_layer.query import CubeQuery, Table, TimeWindow

TWICE = 0.001
UNKNOWN_RISE = 0.02
CLEAR = 4.0
LAST = timedelta(days=3)
LOWER = 0.6
SHORTEST = 3 * WEEK


def counted_once(bench: Bench, query: CubeQuery) -> tuple[CubeQuery, tuple[str, ...]]:
    """Drop the dimensions whose table has several rows a key, which would count a fact's row more than once."""
    said, twice = [], set()
    for check in compile_join_checks(query, bench.catalogue):
        found = _ran(bench, check)
        if found is None:
            continue
        rows, keys = (int(found.column(name)[0]) for name in (ROWS, KEYS))
        if keys < rows:
            twice.add(check.table)
            key, share = bench.catalogue.table(check.table).key, (rows - keys) / rows
            said.append(
                f"{check.table} has several rows for one {key} ({share:.1%} of its rows repeat one): what is joined to"
                f" it is counted more than once{_without(bench, query, check.table)}"
            )
    kept = tuple(d for d in query.dimensions if not twice & _passed(bench, query, d))
    return replace(query, dimensions=kept), tuple(said)


def doubts(bench: Bench, query: CubeQuery) -> tuple[str, ...]:
    """Say which rows are there twice, lack an outcome, or may not have theirs yet."""
    said: list[str] = []
    for check in compile_row_checks(query, bench.catalogue):
        found = _ran(bench, check)
        if found is not None:
            said += [*_repeated(check, found, bench), *_unknown(check, found)]
    return (*said, *_unfinished(bench, query))


def _ran(bench: Bench, check: Check) -> Table | None:
    """Run a check; a role that may not read a table by itself cannot check it."""
    try:
        return bench.recorder.kept(check.sql, f"whether rows of {check.table} are there once").table
    except UserError as error:
        if error.code != "not_permitted":
            raise
        return None


def _passed(bench: Bench, query: CubeQuery, dimension: str) -> set[str]:
    """Return the tables that are joined on the way to a dimension."""
    sources = {leaf.measure.table for leaf in leaves(query.metric, bench.catalogue, {})}
    ways = (path(bench.catalogue, source, bench.catalogue.dimension(dimension).table) for source in sources)
    return {step.target for way in ways for step in way or ()}


def _without(bench: Bench, query: CubeQuery, table: str) -> str:
    labels = [
        sentence_case(bench.catalogue.dimension(d).label) for d in query.dimensions if table in _passed(bench, query, d)
    ]
    return f", so the change is not split by {join_words(labels)}" if labels else ""


def _repeated(check: Check, found: Table, bench: Bench) -> Iterator[str]:
    key = bench.catalogue.table(check.table).key
    for period, word in ((1, "later"), (0, "earlier")):
        rows, keys = _of(found, period, ROWS), _of(found, period, KEYS)
        if rows and (rows - keys) / rows >= TWICE:
            yield (
                f"{(rows - keys) / rows:.1%} of the rows of {check.table} in the {word} period repeat a {key} that is"
                " already there: they are counted twice"
            )


def _unknown(check: Check, found: Table) -> Iterator[str]:
    counted = [_of(found, period, COUNTED) for period in (0, 1)]
    if not all(counted):
        return
    for i, outcome in enumerate(check.outcomes):
        before, now = (_of(found, period, f"unknown_{i}") / counted[period] for period in (0, 1))
        spread = sqrt(sum(s * (1 - s) / n for s, n in zip((before, now), counted, strict=True)))
        if abs(now - before) >= UNKNOWN_RISE and abs(now - before) > CLEAR * spread:
            way = "up" if now > before else "down"
            yield (
                f"{outcome} is empty in {now:.0%} of the later period's rows, {way} from {before:.0%}: cases that are"
                " not finished, or no longer recorded, can pass for a change of the figure"
            )


def _of(found: Table, period: int, column: str) -> int:
    held = dict(zip(found.column(PERIOD), found.column(column), strict=True))
    return int(held.get(period) or 0)


def _unfinished(bench: Bench, query: CubeQuery) -> Iterator[str]:
    """Tell a rate that falls off at the end of the data, as where outcomes take time to arrive."""
    now, before = query.now, query.before
    parts = leaves(query.metric, bench.catalogue, {})
    waits = any(p.measure.matures_after or p.frame for p in parts)
    monthly = any(bench.catalogue.table(p.measure.table).time_grain == "month" for p in parts)
    if (
        waits
        or monthly
        or now is None
        or before is None
        or bench.as_of is None
        or now.end < bench.as_of - LAST
        or now.days < SHORTEST.days
    ):
        return
    week = _fall(bench, query, now, WEEK)
    end = _fall(bench, query, TimeWindow(start=now.end - WEEK + DAY, end=now.end), LAST)
    if not (_is_fall(week) and _is_fall(end)):
        return
    earlier = _fall(bench, query, before, WEEK) if before.days >= SHORTEST.days else None
    if earlier and week and (earlier.change_pct or 0.0) < (week.change_pct or 0.0) / 2:
        return
    assert week is not None
    unit = bench.catalogue.metric(query.metric).unit
    yield (
        f"the last {WEEK.days} days of the data stand at {show(week.value_now, unit)}, the days before at"
        f" {show(week.value_before, unit)}, and it falls off to the very end: the latest cases may not be finished yet"
    )


def _is_fall(change: Change | None) -> bool:
    if change is None or not change.significant or not change.value_before or change.value_now is None:
        return False
    return 0 <= change.value_now < LOWER * change.value_before


def _fall(bench: Bench, query: CubeQuery, window: TimeWindow, last: timedelta) -> Change | None:
    """Compare the last days of a window with those before; None for what is no ratio of sums."""
    cut = window.end - last
    parts = replace(
        query,
        dimensions=(),
        now=TimeWindow(start=cut + DAY, end=window.end),
        before=TimeWindow(start=window.start, end=cut),
    )
    try:
        cube = bench.recorder.cube(parts, f"{bench.catalogue.metric(query.metric).label} at the end of the period")
    except UserError:
        return None
    return change_of(cube) if cube.kind == "ratio" else None
