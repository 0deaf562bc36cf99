"""Cases generated from the catalogue's labels, the hand-written references and the planted truth."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from evals.cases import Case, Expected, ExpectedDriver, ExpectedReading, Reference, Suite
from evals.facts import Facts, label_of, month_of

SHARE_SLACK = 0.4
KINDS = ("value", "filtered", "breakdown", "rank", "trend")


def generate(suite: Suite, facts: Facts, *, cases: int | None = None) -> tuple[Case, ...]:
    """Return the planted whys, then every metric with a reference in every kind of question; `cases` in all."""
    whys = tuple(_why(facts, effect) for effect in facts.effects)
    metrics = [m.name for m in facts.catalogue.metrics if m.name in suite.references]
    turns = [(KINDS[(turn + n) % len(KINDS)], name) for turn in range(len(KINDS)) for n, name in enumerate(metrics)]
    room = len(turns) if cases is None else max(0, cases - len(whys))
    plain = tuple(_plain(suite, facts, kind, n, metric) for n, (kind, metric) in enumerate(turns[:room]))
    return (*whys, *plain)


def _plain(suite: Suite, facts: Facts, kind: str, number: int, metric: str) -> Case:
    reference = suite.references[metric]
    dimensions = [d for d in suite.frames[reference.frame].dimensions if len(facts.values.get(d, ())) > 1]
    dimension = next(d for d in _from(dimensions, number) if counted(suite, facts, metric, d))
    known = counted(suite, facts, metric, dimension)
    member = known[number % len(known)]
    question, expect = BUILDERS[kind](suite, facts, metric, dimension, member)
    return Case(
        id=f"generated-{kind}-{metric}", question=question, expect=expect, family=f"{kind}-{metric}",
        tags=(kind,), origin="generated", verified_by="hand-written reference SQL",
    )  # fmt: skip


def _from(items: Sequence[str], number: int) -> Sequence[str]:
    """Return the items in a circle, from the `number`th on."""
    start = number % len(items)
    return (*items[start:], *items[:start])


def counted(suite: Suite, facts: Facts, metric: str, dimension: str) -> list[str]:
    """Return the members that the metric has rows of last month, and whose name is no other dimension's too.

    A rate of nothing is no question, and a name with two meanings is rightly asked back.
    """
    expression = suite.frames[suite.references[metric].frame].dimensions[dimension]
    rows = facts.run_sql(sql_of(suite, suite.references[metric], month_of(facts), by=f"CAST({expression} AS VARCHAR)"))
    found = {row[0] for row in rows if row[1] is not None}
    others = {v.casefold() for name, values in facts.values.items() if name != dimension for v in values}
    return [v for v in facts.values[dimension] if v in found and v.casefold() not in others]


def sql_of(
    suite: Suite, reference: Reference, window: tuple[date, date], *, by: str = "", where: str = "true", tail: str = ""
) -> str:
    frame = suite.frames[reference.frame]
    cut = f"{by}, " if by else ""
    group = f" GROUP BY {by}" if by else ""
    return (
        f"SELECT {cut}{reference.value} FROM {frame.source} WHERE {frame.day} BETWEEN DATE '{window[0]}' AND"
        f" DATE '{window[1]}' AND {reference.where} AND {where}{group}{tail}"
    )


def _value(suite: Suite, facts: Facts, metric: str, _dimension: str, _member: str) -> tuple[str, Expected]:
    window = month_of(facts, 1)
    question = f"What was {label_of(facts, metric)} in {window[0]:%B %Y}?"
    return question, Expected(
        sql=sql_of(suite, suite.references[metric], window),
        reading=ExpectedReading(metrics=(metric,), filters={}, window=window),
    )


def _filtered(suite: Suite, facts: Facts, metric: str, dimension: str, member: str) -> tuple[str, Expected]:
    window = month_of(facts)
    expression = suite.frames[suite.references[metric].frame].dimensions[dimension]
    where = f"{expression} = '{member.replace(chr(39), chr(39) * 2)}'"
    return f"{label_of(facts, metric)} for {member} last month", Expected(
        sql=sql_of(suite, suite.references[metric], window, where=where),
        reading=ExpectedReading(metrics=(metric,), filters={dimension: (member,)}, window=window),
    )


def _breakdown(suite: Suite, facts: Facts, metric: str, dimension: str, _member: str) -> tuple[str, Expected]:
    window = month_of(facts)
    expression = suite.frames[suite.references[metric].frame].dimensions[dimension]
    question = f"Show {label_of(facts, metric)} by {facts.catalogue.dimension(dimension).label.lower()} last month"
    return question, Expected(
        sql=sql_of(suite, suite.references[metric], window, by=f"coalesce({expression}, '(unknown)')"),
        reading=ExpectedReading(metrics=(metric,), by=(dimension,), filters={}, window=window),
    )


def _rank(suite: Suite, facts: Facts, metric: str, dimension: str, _member: str) -> tuple[str, Expected]:
    window = month_of(facts)
    expression = suite.frames[suite.references[metric].frame].dimensions[dimension]
    label = facts.catalogue.dimension(dimension).label.lower()
    return f"Which {label} had the highest {label_of(facts, metric)} last month?", Expected(
        sql=sql_of(
            suite, suite.references[metric], window, by=expression, where=f"{expression} IS NOT NULL",
            tail=" ORDER BY 2 DESC NULLS LAST, 1 LIMIT 1",
        ),
        ordered=True,
        reading=ExpectedReading(metrics=(metric,), by=(dimension,), window=window),
    )  # fmt: skip


def _trend(suite: Suite, facts: Facts, metric: str, _dimension: str, _member: str) -> tuple[str, Expected]:
    window = (month_of(facts, 5)[0], month_of(facts)[1])
    frame = suite.frames[suite.references[metric].frame]
    by = f"CAST(date_trunc('month', {frame.day}) AS DATE)"
    return f"How has {label_of(facts, metric)} developed over the past 6 months?", Expected(
        sql=sql_of(suite, suite.references[metric], window, by=by),
        reading=ExpectedReading(intent="trend", metrics=(metric,), window=window),
    )


BUILDERS = {"value": _value, "filtered": _filtered, "breakdown": _breakdown, "rank": _rank, "trend": _trend}


def _why(facts: Facts, effect: Mapping[str, Any]) -> Case:
    """Ask why a planted effect's metric moved between the windows before and after it began."""
    direction = effect["expect"]["direction"]
    segment = {d: tuple(str(v) for v in members) for d, members in effect["expect"]["segment"].items()}
    after, before = _window(effect["after"]), _window(effect["before"])
    moved = f"Why did {label_of(facts, effect['metric'])} go {direction}"
    return Case(
        id=f"generated-why-{effect['id']}",
        question=f"{moved} from {_days(after)} compared with {_days(before)}?",
        family=f"why-{effect['id']}",
        tags=("why", "critical"),
        origin="generated",
        verified_by="planted truth",
        expect=Expected(
            reading=ExpectedReading(intent="why", metrics=(effect["metric"],), window=after, baseline=before),
            driver=ExpectedDriver(segment=segment, direction=direction, share=_share(effect["measured"])),
        ),
    )


def _share(measured: Mapping[str, Mapping[str, float]]) -> tuple[float, float] | None:
    """Return the bounds of the planted segment's share of the change; None for what is no share of anything.

    Its weight follows from the shares inside, outside and in all; the rest of the world moves too, hence the width.
    """
    inside, outside, total = measured["inside"], measured["outside"], measured["total"]
    gap, moved = inside["before"] - outside["before"], total["after"] - total["before"]
    weight = (total["before"] - outside["before"]) / gap if gap else 0.0
    if not 0 < weight < 1 or not moved:
        return None
    share = weight * (inside["after"] - inside["before"]) / moved
    # Where the rest of the world undid the move, a share of what is left says nothing.
    return (share - SHARE_SLACK, share + SHARE_SLACK) if 0 < share < 1 + SHARE_SLACK else None


def _window(raw: Mapping[str, str]) -> tuple[date, date]:
    return date.fromisoformat(raw["start"]), date.fromisoformat(raw["end"])


def _days(window: tuple[date, date]) -> str:
    return " to ".join(f"{day.day} {day:%B} {day.year}" for day in window)
