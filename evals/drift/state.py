"""Checks of what should stay as it is: schema, definitions, closed periods, versions, freshness."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from assistant.pipeline import Assistant
from evals.bench import Bench
from evals.drift.tests import Check, Finding, check
from evals.versions import CAUSES
from semantic_layer.calendar import period_end, period_start, shift
from semantic_layer.compile import compile_query
from semantic_layer.errors import UserError
from semantic_layer.model import MetricSpec
from semantic_layer.query import MetricQuery, TimeWindow

State = Mapping[str, Any]
CLOSED_MONTHS = 12
SETTLED_DAYS = 35
SAME = 1e-9
_SCHEMA = (
    "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'warehouse' ORDER BY 1, 2"
)
# These change every week in a healthy workspace; other checks look inside them.
_MOVING = ("warehouse", "suite", "catalogue", "evaluator")


def state_of(bench: Bench, versions: State) -> dict[str, Any]:
    """Return what the next week is held against."""
    asked = bench.assistant
    schema: dict[str, dict[str, str]] = {}
    for table, column, kind in bench.run_sql(_SCHEMA):
        schema.setdefault(table, {})[column] = kind
    return {
        "schema": schema,
        "definitions": {m.name: [m.version, _digest(m), m.owner, m.label] for m in asked.catalogue.metrics},
        "anchors": {m.name: _anchors(asked, m) for m in asked.catalogue.metrics if not m.hidden},
        "last_days": _last_days(bench),
        "versions": dict(versions),
    }


def _digest(metric: MetricSpec) -> str:
    formula = metric.formula().model_dump_json(include={"measure", "numerator", "denominator", "expr"})
    return hashlib.sha256(formula.encode()).hexdigest()[:16]


def _anchors(asked: Assistant, metric: MetricSpec) -> dict[str, float | None]:
    """Return a metric's value in each closed month; a metric that has no months has no anchors."""
    if asked.as_of is None:
        return {}
    last = shift(period_start(asked.as_of - timedelta(days=SETTLED_DAYS), "month", 1), "month", -1, 1)
    window = TimeWindow(start=shift(last, "month", 1 - CLOSED_MONTHS, 1), end=period_end(last, "month", 1))
    query = MetricQuery(metrics=(metric.name,), grain="month", window=window)
    try:
        rows = asked.engine.run(compile_query(query, asked.catalogue, as_of=asked.as_of)).rows()
    except UserError:
        return {}
    return {str(month)[:10]: None if value is None else float(value) for month, value in rows}


def _last_days(bench: Bench) -> dict[str, str]:
    found = {}
    for table in bench.assistant.catalogue.tables:
        if table.time and table.time_grain == "day":
            last = bench.run_sql(f'SELECT CAST(max("{table.time}") AS DATE) FROM "{table.name}"')[0][0]
            if last is not None:
                found[table.name] = str(last)
    return found


def schema(before: State, now: State) -> Check:
    """Find tables and columns that went, came or changed their type."""
    old, new = before["schema"], now["schema"]
    found = [Finding(subject=t, text=f"table {t} is gone") for t in old.keys() - new.keys()]
    for table in sorted(old.keys() & new.keys()):
        for column in sorted(old[table].keys() | new[table].keys()):
            was, has = old[table].get(column), new[table].get(column)
            if was != has:
                text = f"{table}.{column}: {was or 'absent'} before, {has or 'absent'} now"
                found.append(Finding(subject=f"{table}.{column}", text=text))
    return check("schema", found)


def definitions(before: State, now: State) -> Check:
    """Find metrics whose formula changed without an entry in the change log, or that are gone."""
    found = []
    for name, (version, digest, owner, label) in before["definitions"].items():
        current = now["definitions"].get(name)
        if current is None:
            found.append(Finding(subject=name, text=f"{label} is no longer defined", owner=owner))
        elif current[1] != digest and current[0] == version:
            text = f"the formula of {label} changed without an entry in its change log"
            found.append(Finding(subject=name, text=text, owner=owner))
    return check("definitions", found)


def anchors(before: State, now: State) -> Check:
    """Find closed months whose value moved although the metric is defined as before: a silent back-fill."""
    found = []
    for name, months in before["anchors"].items():
        if before["definitions"].get(name) != now["definitions"].get(name):
            continue
        current = now["anchors"].get(name, {})
        moved = [month for month, value in months.items() if month in current and not _same(value, current[month])]
        if moved:
            _, _, owner, label = now["definitions"][name]
            was, has = months[moved[0]], current[moved[0]]
            text = f"{label} of {moved[0][:7]} was {was} and is now {has}; {len(moved)} closed months moved"
            found.append(Finding(subject=name, text=text, owner=owner))
    return check("anchors", found)


def _same(a: float | None, b: float | None) -> bool:
    return a == b or (a is not None and b is not None and abs(a - b) <= SAME * max(abs(a), abs(b)))


def versions(before: State, now: State) -> Check:
    """Find components that are not those of the last look."""
    found = [
        Finding(subject=part, text=f"{CAUSES[part]} changed since the last look")
        for part in CAUSES
        if part not in _MOVING and before["versions"].get(part) != now["versions"].get(part)
    ]
    return check("versions", found)


def freshness(before: State | None, now: State, passed: timedelta, today: datetime) -> Check:
    """Find tables that lie behind the others, or got fewer new days than went by since the last look."""
    days = {table: date.fromisoformat(day) for table, day in now["last_days"].items()}
    found = list(_stalled(before, days, passed)) if before else []
    newest = max(days.values(), default=today.date())
    notes = [f"the newest row is of {newest}, {(today.date() - newest).days} days before this look"]
    return check("freshness", found, notes)


def _stalled(before: State, days: Mapping[str, date], passed: timedelta) -> Iterator[Finding]:
    """Yield tables that stood still while another went on, or while more than a week went by."""
    known = {table: date.fromisoformat(day) for table, day in before["last_days"].items()}
    gained = {table: (day - known[table]).days for table, day in days.items() if table in known}
    most = max([passed.days if passed.days >= 7 else 0, *gained.values()], default=0)
    for table, gain in gained.items():
        lag = most - gain
        if lag > 0:
            text = f"{table} gained {gain} days of data where {most} were due"
            yield Finding(subject=table, text=text, effect=float(lag), floor=3.0)
