"""Scorers: each a small function whose score carries its reason."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from assistant.types import Answer, Drivers, ModelUse, Outcome, Reading, Refusal, Segment
from evals.cases import Case, Expected, ExpectedReading
from evals.score import RunSql, Score
from semantic_layer.query import Filter

SLACK = 1e-6


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
    if up != (expected.driver.direction == "up"):
        return Score(scorer="driver", right=False, code="other_sign", reason="the leading segment moves the other way")
    return _share(expected.driver.share, lead)


def _share(expected: tuple[float, float] | None, lead: Segment) -> Score:
    """Judge the part of the change that the leading segment is said to hold."""
    found = lead.share_of_change
    if expected is None or (found is not None and expected[0] <= found <= expected[1]):
        return Score(scorer="driver", right=True)
    said = "none" if found is None else f"{found:.0%}"
    due = f"{expected[0]:.0%} to {expected[1]:.0%}"
    return Score(scorer="driver", right=False, code="other_share", reason=f"it holds {said} of the change, not {due}")


def additivity(found: Drivers) -> Score:
    """Check that segments, the rest and every dimension add up to the total change, to 1e-9."""
    named = sum(s.contribution for s in found.segments) + found.other + found.unexplained + found.definitional_change
    sums = [named, *(_total(split.rows) + found.definitional_change for split in found.by_dimension)]
    parts = [s.contribution for split in found.by_dimension for s in split.rows]
    scale = max(abs(found.total_change), sum(abs(x) for x in parts), 1e-300)
    worst = max(abs(s - found.total_change) for s in sums)
    right = worst <= 1e-9 * scale
    return Score(scorer="additivity", right=right, reason="" if right else f"parts miss the total by {worst:.3g}")


def effects(found: Drivers) -> Score:
    """Check that what a segment's own value did is told apart from what its weight did.

    A rate effect is the change of the segment's value at a weight; the weights of a split lie between none and all
    and make up one whole. Swapped with mix effects, they do not.
    """
    for split in found.by_dimension:
        weights = [weight for row in split.rows if (weight := _weight(row)) is not None]
        if any(not -SLACK <= weight <= 1 + SLACK for weight in weights) or sum(weights) > 1 + SLACK:
            reason = f"the rate effects by {split.dimension} are not those of its values"
            return Score(scorer="effects", right=False, code="effects_swapped", reason=reason)
    return Score(scorer="effects", right=True)


def _weight(row: Segment) -> float | None:
    """Return the weight at which a segment's value moved; None where it did not, or is not known."""
    if row.rate_effect is None or row.mix_effect is None or row.value_now is None or row.value_before is None:
        return None
    moved = row.value_now - row.value_before
    return row.rate_effect / moved if abs(moved) > 1e-9 else None


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


def themes(expected: Expected, answer: Answer) -> Score:
    """Judge whether each expected theme is among those shown, by the words of its name."""
    shown = [_words(theme.theme) for theme in answer.themes]
    missing = [name for name in expected.themes if not any(_words(name) <= words for words in shown)]
    names = ", ".join(theme.theme for theme in answer.themes) or "nothing"
    reason = f"“{missing[0]}” is missing; shown: {names}" if missing else ""
    return Score(scorer="themes", right=not missing, reason=reason, code="missing_theme" if missing else "")


def _words(text: str) -> set[str]:
    return set(text.casefold().split())


def latency(expected: Expected, ms: float) -> Score:
    """Judge whether the outcome came within the milliseconds that the case allows."""
    assert expected.within_ms is not None
    right = ms <= expected.within_ms
    reason = "" if right else f"{ms:,.0f} ms, and {expected.within_ms:,.0f} are allowed"
    return Score(scorer="latency", right=right, reason=reason, code="" if right else "too_slow")


def cost(expected: Expected, used: ModelUse | None) -> Score:
    """Judge what a language model was paid for the answer; without a model it is nothing.

    A model whose price is not known has no cost that could be judged: that is wrong, not nothing.
    """
    assert expected.within_cost is not None
    spent = 0.0 if used is None or not used.calls else used.cost
    if spent is None:
        return Score(scorer="cost", right=False, code="no_price", reason="the model has no `price_per_million`")
    right = spent <= expected.within_cost
    reason = "" if right else f"{spent:.4f} was paid, and {expected.within_cost:.4f} is allowed"
    return Score(scorer="cost", right=right, reason=reason, code="" if right else "too_dear")
