"""Cases generated from the catalogue's labels, the hand-written references and the planted truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from evals.cases import Case, Expected, ExpectedDriver, ExpectedReading, Reference, Suite
from evals.score import RunSql
from semantic_layer.calendar import period_end, period_start, shift
from semantic_layer.model import Catalogue

KINDS = ("value", "filtered", "breakdown", "rank", "trend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What generation may know of a workspace: its language, its members, its last day and its rows."""

    catalogue: Catalogue
    values: Mapping[str, tuple[str, ...]]
    as_of: date
    run_sql: RunSql
    effects: Sequence[Mapping[str, Any]] = ()


def generate(suite: Suite, facts: Facts, *, cases: int) -> tuple[Case, ...]:
    """Return `cases` cases: the planted whys, then metrics and kinds of question in turn."""
    whys = tuple(_why(facts, effect) for effect in facts.effects)
    metrics = [m.name for m in facts.catalogue.metrics if m.name in suite.references]
    plain = (
        _plain(suite, facts, KINDS[number % len(KINDS)], number, metrics[number % len(metrics)])
        for number in range(max(0, cases - len(whys)) if metrics else 0)
    )
    return (*whys, *plain)


def _plain(suite: Suite, facts: Facts, kind: str, number: int, metric: str) -> Case:
    reference = suite.references[metric]
    dimensions = [d for d in suite.frames[reference.frame].dimensions if len(facts.values.get(d, ())) > 1]
    dimension = next(d for d in _from(dimensions, number) if _counted(suite, facts, metric, d))
    known = _counted(suite, facts, metric, dimension)
    member = known[number % len(known)]
    builder = {"value": _value, "filtered": _filtered, "breakdown": _breakdown, "rank": _rank, "trend": _trend}[kind]
    question, expect = builder(suite, facts, metric, dimension, member)
    return Case(
        id=f"generated-{number:03d}-{kind}-{metric}", question=question, expect=expect, family=f"{kind}-{metric}",
        tags=(kind,), origin="generated", verified_by="hand-written reference SQL",
    )  # fmt: skip


def _from(items: Sequence[str], number: int) -> Sequence[str]:
    """Return the items in a circle, from the `number`th on."""
    start = number % len(items)
    return (*items[start:], *items[:start])


def _counted(suite: Suite, facts: Facts, metric: str, dimension: str) -> list[str]:
    """Return the members that the metric has rows of last month, and whose name is no other dimension's too.

    A rate of nothing is no question, and a name with two meanings is rightly asked back.
    """
    expression = suite.frames[suite.references[metric].frame].dimensions[dimension]
    rows = facts.run_sql(_sql(suite, suite.references[metric], _month(facts), by=f"CAST({expression} AS VARCHAR)"))
    found = {row[0] for row in rows if row[1] is not None}
    others = {v.casefold() for name, values in facts.values.items() if name != dimension for v in values}
    return [v for v in facts.values[dimension] if v in found and v.casefold() not in others]


def _month(facts: Facts, back: int = 0) -> tuple[date, date]:
    """Return the last complete month, or the one `back` months earlier."""
    after = facts.as_of + timedelta(days=1)
    start = shift(period_start(after, "month", 1), "month", -1 - back, 1)
    return start, period_end(start, "month", 1)


def _sql(
    suite: Suite, reference: Reference, window: tuple[date, date], *, by: str = "", where: str = "true", tail: str = ""
) -> str:
    frame = suite.frames[reference.frame]
    cut = f"{by}, " if by else ""
    group = f" GROUP BY {by}" if by else ""
    return (
        f"SELECT {cut}{reference.value} FROM {frame.source} WHERE {frame.day} BETWEEN DATE '{window[0]}' AND"
        f" DATE '{window[1]}' AND {reference.where} AND {where}{group}{tail}"
    )


def _label(facts: Facts, metric: str) -> str:
    label = facts.catalogue.metric(metric).label
    return label if label.isupper() else label[:1].lower() + label[1:]


def _value(suite: Suite, facts: Facts, metric: str, _dimension: str, _member: str) -> tuple[str, Expected]:
    window = _month(facts, 1)
    question = f"What was {_label(facts, metric)} in {window[0]:%B %Y}?"
    return question, Expected(
        sql=_sql(suite, suite.references[metric], window),
        reading=ExpectedReading(metrics=(metric,), filters={}, window=window),
    )


def _filtered(suite: Suite, facts: Facts, metric: str, dimension: str, member: str) -> tuple[str, Expected]:
    window = _month(facts)
    expression = suite.frames[suite.references[metric].frame].dimensions[dimension]
    where = f"{expression} = '{member.replace(chr(39), chr(39) * 2)}'"
    return f"{_label(facts, metric)} for {member} last month", Expected(
        sql=_sql(suite, suite.references[metric], window, where=where),
        reading=ExpectedReading(metrics=(metric,), filters={dimension: (member,)}, window=window),
    )


def _breakdown(suite: Suite, facts: Facts, metric: str, dimension: str, _member: str) -> tuple[str, Expected]:
    window = _month(facts)
    expression = suite.frames[suite.references[metric].frame].dimensions[dimension]
    question = f"Show {_label(facts, metric)} by {facts.catalogue.dimension(dimension).label.lower()} last month"
    return question, Expected(
        sql=_sql(suite, suite.references[metric], window, by=f"coalesce({expression}, '(unknown)')"),
        reading=ExpectedReading(metrics=(metric,), by=(dimension,), filters={}, window=window),
    )


def _rank(suite: Suite, facts: Facts, metric: str, dimension: str, _member: str) -> tuple[str, Expected]:
    window = _month(facts)
    expression = suite.frames[suite.references[metric].frame].dimensions[dimension]
    label = facts.catalogue.dimension(dimension).label.lower()
    return f"Which {label} had the highest {_label(facts, metric)} last month?", Expected(
        sql=_sql(
            suite, suite.references[metric], window, by=expression, where=f"{expression} IS NOT NULL",
            tail=" ORDER BY 2 DESC NULLS LAST, 1 LIMIT 1",
        ),
        ordered=True,
        reading=ExpectedReading(metrics=(metric,), by=(dimension,), window=window),
    )  # fmt: skip


def _trend(suite: Suite, facts: Facts, metric: str, _dimension: str, _member: str) -> tuple[str, Expected]:
    window = (_month(facts, 5)[0], _month(facts)[1])
    frame = suite.frames[suite.references[metric].frame]
    by = f"CAST(date_trunc('month', {frame.day}) AS DATE)"
    return f"How has {_label(facts, metric)} developed over the past 6 months?", Expected(
        sql=_sql(suite, suite.references[metric], window, by=by),
        reading=ExpectedReading(intent="trend", metrics=(metric,), window=window),
    )


def _why(facts: Facts, effect: Mapping[str, Any]) -> Case:
    """Ask why a planted effect's metric moved between the windows before and after it began."""
    direction = effect["expect"]["direction"]
    segment = {d: tuple(str(v) for v in members) for d, members in effect["expect"]["segment"].items()}
    after, before = _window(effect["after"]), _window(effect["before"])
    moved = f"Why did {_label(facts, effect['metric'])} go {direction}"
    return Case(
        id=f"generated-why-{effect['id']}",
        question=f"{moved} from {_days(after)} compared with {_days(before)}?",
        family=f"why-{effect['id']}",
        tags=("why", "critical"),
        origin="generated",
        verified_by="planted truth",
        expect=Expected(
            reading=ExpectedReading(intent="why", metrics=(effect["metric"],), window=after, baseline=before),
            driver=ExpectedDriver(segment=segment, direction=direction),
        ),
    )


def _window(raw: Mapping[str, str]) -> tuple[date, date]:
    return date.fromisoformat(raw["start"]), date.fromisoformat(raw["end"])


def _days(window: tuple[date, date]) -> str:
    return " to ".join(f"{day.day} {day:%B} {day.year}" for day in window)
