"""Scorers: each a small function; a score carries its reason, and missing is not zero."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from assistant.types import Answer, Drivers, Outcome, Reading, Refusal, Segment
from evals.cases import Case, Expected, ExpectedReading
from semantic_layer.query import Filter

RunSql: TypeAlias = Callable[[str], Sequence[tuple[Any, ...]]]
RELATIVE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Whether one aspect of an answer is right, and why not."""

    scorer: str
    right: bool
    reason: str = ""


def abstention(case: Case, outcome: Outcome) -> Score:
    """Judge whether answering, asking back or refusing was right."""
    if outcome.kind not in case.expect.kind:
        said = f": {outcome.reason}, {outcome.message}" if isinstance(outcome, Refusal) else ""
        return Score(scorer="abstention", right=False, reason=f"{outcome.kind} instead of {case.expect.kind[0]}{said}")
    wanted = case.expect.reason
    if isinstance(outcome, Refusal) and wanted and outcome.reason not in wanted:
        return Score(scorer="abstention", right=False, reason=f"refused as {outcome.reason}, not {wanted[0]}")
    return Score(scorer="abstention", right=True)


def unanswerable(expected: Expected, run_sql: RunSql) -> Iterator[Score]:
    """Check that there is still no answer: nothing to be found, or readings that differ."""
    if expected.absent is not None:
        found = run_sql(expected.absent)
        reason = f"the warehouse has what was asked for: {tuple(found[0])}" if found else ""
        yield Score(scorer="absence", right=not found, reason=reason)
    if expected.rivals:
        values = {str(sorted(tuple(map(float, row)) for row in run_sql(sql))) for sql in expected.rivals}
        right = len(values) == len(expected.rivals)
        yield Score(scorer="ambiguity", right=right, reason="" if right else "readings give the same answer")


def reading(expected: ExpectedReading, found: Reading) -> Score:
    """Judge the parts of the reading that the case fixes."""
    wrong = [f"{part}: {got} instead of {want}" for part, want, got in _parts(expected, found) if want != got]
    return Score(scorer="reading", right=not wrong, reason="; ".join(wrong))


def _parts(expected: ExpectedReading, found: Reading) -> list[tuple[str, Any, Any]]:
    window = (found.window.start, found.window.end) if found.window else None
    baseline = (found.baseline.start, found.baseline.end) if found.baseline else None
    parts: list[tuple[str, Any, Any]] = [
        ("intent", expected.intent, found.intent),
        ("metrics", expected.metrics, found.metrics),
        ("by", expected.by, found.by),
        ("window", expected.window, window),
        ("baseline", expected.baseline, baseline),
    ]
    if expected.filters is not None:
        wanted = {d: tuple(sorted(v)) for d, v in expected.filters.items()}
        parts.append(("filters", wanted, members(found.filters)))
    return [part for part in parts if part[1] is not None]


def members(filters: Sequence[Filter]) -> dict[str, tuple[str, ...]]:
    """Return the members that filters keep, by dimension."""
    return {
        ("" if f.operator == "in" else "not ") + f.dimension: tuple(sorted(str(v) for v in f.values)) for f in filters
    }


def figures(expected: Expected, answer: Answer, run_sql: RunSql) -> Score:
    """Compare the answer's numbers with those of the hand-written SQL, to 1e-6 relative."""
    assert expected.sql is not None
    wanted = [tuple(row) for row in run_sql(expected.sql)]
    if len(wanted) == 1 and len(wanted[0]) == 1:
        return _single(wanted[0][0], answer)
    return _rows(wanted, answer, ordered=expected.ordered)


def _single(wanted: Any, answer: Answer) -> Score:
    found = answer.figures[0].value if answer.figures else None
    if found is not None and wanted is not None and close(float(wanted), found):
        return Score(scorer="figures", right=True)
    kind = "percent versus fraction" if _off_by_hundred(wanted, found) else "another value"
    return Score(scorer="figures", right=False, reason=f"{kind}: {found} instead of {wanted}")


def _off_by_hundred(wanted: Any, found: float | None) -> bool:
    return bool(wanted) and bool(found) and any(close(float(wanted) * x, float(found or 0)) for x in (100, 0.01))


def _rows(wanted: list[tuple[Any, ...]], answer: Answer, *, ordered: bool) -> Score:
    """Compare rows of keys followed by one value, as a multiset or, where ordered, one by one.

    A group without a value is no row: whether a statement lists it depends on how it was written.
    """
    if answer.table is None:
        return Score(scorer="figures", right=False, reason="no table")
    want = [(_key(row[:-1]), row[-1]) for row in wanted if row[-1] is not None]
    width = len(wanted[0]) if wanted else 0
    rows = [row for row in answer.table.rows if len(row) >= width and row[width - 1] is not None]
    got = [(_key(row[: width - 1]), row[width - 1]) for row in rows]
    if not ordered:
        want, got = sorted(want, key=lambda row: row[0]), sorted(got, key=lambda row: row[0])
    if [key for key, _ in want] != [key for key, _ in got]:
        missing = Counter(k for k, _ in want) - Counter(k for k, _ in got)
        extra = Counter(k for k, _ in got) - Counter(k for k, _ in want)
        reason = f"rows missing: {list(missing)[:3]}; not expected: {list(extra)[:3]}; or in another order"
        return Score(scorer="figures", right=False, reason=reason)
    wrong = [(key, b, a) for (key, a), (_, b) in zip(want, got, strict=True) if not _same(a, b)]
    return Score(scorer="figures", right=not wrong, reason=f"differing cells: {wrong[:3]}" if wrong else "")


def _key(values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(v)[:10] if hasattr(v, "isoformat") else str(v) for v in values)


def _same(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return a is b
    return close(float(a), float(b))


def close(a: float, b: float) -> bool:
    """Tell whether two numbers are equal to 1e-6 relative."""
    return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=1e-12)


def driver(expected: Expected, answer: Answer) -> Score:
    """Judge whether the planted segment leads in its direction.

    A part of it is right too, and so is a narrower segment that holds two thirds of the change.
    """
    assert expected.driver is not None
    found = answer.drivers
    if found is None or not found.segments:
        return Score(scorer="driver", right=False, reason="no driver was named")
    lead = found.segments[0]
    wanted = {d: tuple(sorted(v)) for d, v in expected.driver.segment.items()}
    up = lead.contribution > 0
    named = members(lead.filters)
    inside = all(set(named.get(d, ("",))) <= set(wanted[d]) for d in wanted)
    narrower = abs(lead.contribution) >= abs(found.total_change) * 2 / 3
    if not inside or (len(named) > len(wanted) and not narrower):
        return Score(scorer="driver", right=False, reason=f"{named} leads instead of {wanted}")
    right = up == (expected.driver.direction == "up")
    return Score(scorer="driver", right=right, reason="" if right else "the leading segment moves the other way")


def additivity(found: Drivers) -> Score:
    """Check that segments, the rest and every dimension add up to the total change, to 1e-9."""
    named = sum(s.contribution for s in found.segments) + found.other + found.unexplained + found.definitional_change
    sums = [named, *(_total(split.rows) + found.definitional_change for split in found.by_dimension)]
    parts = [s.contribution for split in found.by_dimension for s in split.rows]
    scale = max(abs(found.total_change), sum(abs(x) for x in parts), 1e-300)
    worst = max(abs(s - found.total_change) for s in sums)
    right = worst <= 1e-9 * scale
    return Score(scorer="additivity", right=right, reason="" if right else f"parts miss the total by {worst:.3g}")


def _total(rows: Sequence[Segment]) -> float:
    return sum(row.contribution for row in rows)


def citations(expected: Expected, answer: Answer, run_sql: RunSql, quote_of: Callable[[str], str]) -> Score:
    """Check that quotes exist, are verbatim, and come from contacts that may be cited."""
    if not answer.evidence:
        return Score(scorer="citations", right=False, reason="nothing was cited")
    for item in answer.evidence:
        if item.quote not in quote_of(item.citation):
            return Score(scorer="citations", right=False, reason=f"{item.citation} is not verbatim")
    if expected.cite_ids is not None:
        allowed = {str(row[0]) for row in run_sql(expected.cite_ids)}
        strangers = [item.citation for item in answer.evidence if item.contact_id not in allowed]
        if strangers:
            return Score(scorer="citations", right=False, reason=f"cited outside the slice: {strangers[0]}")
    return Score(scorer="citations", right=True)
