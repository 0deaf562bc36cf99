"""Checks of the rows that came in: volume, nulls and new values, distributions of numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from evals.bench import Bench
from evals.drift.tests import Check, Finding, check, share_surprise, surprise
from evals.score import RunSql
from semantic_layer.model import TableSpec

WEEKS = 8
MOST_MEMBERS = 200
SAMPLE = 4_000
_NUMERIC = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "HUGEINT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A dated table and its last complete week; `week` counts back from it, 0 the latest."""

    table: str
    time: str
    last: date
    columns: tuple[tuple[str, str], ...]

    @property
    def source(self) -> str:
        """SQL of the rows of the last nine weeks with their week's number."""
        day = f'CAST("{self.time}" AS DATE)'
        first = self.last - timedelta(days=7 * (WEEKS + 1) - 1)
        return (
            f"(SELECT *, {day} AS _day, (DATE '{self.last}' - {day}) // 7 AS _week FROM \"{self.table}\""
            f" WHERE {day} BETWEEN DATE '{first}' AND DATE '{self.last}')"
        )


def feeds(bench: Bench, schema: dict[str, dict[str, str]]) -> tuple[Feed, ...]:
    """Return the tables that get rows by the day; their keys are not looked at."""
    return tuple(f for t in bench.assistant.catalogue.tables if (f := _feed(bench.run_sql, t, schema)))


def _feed(run: RunSql, table: TableSpec, schema: dict[str, dict[str, str]]) -> Feed | None:
    if not table.time or table.time_grain != "day" or table.name not in schema:
        return None
    last = run(f'SELECT CAST(max("{table.time}") AS DATE) FROM "{table.name}"')[0][0]
    if last is None:
        return None
    keys = {*(table.key or "").replace(" ", "").split(","), table.entity, table.time, *(j.on for j in table.joins)}
    columns = tuple((c, kind) for c, kind in schema[table.name].items() if c not in keys)
    return Feed(table=table.name, time=table.time, last=last, columns=columns)


def volume(run: RunSql, found: Sequence[Feed]) -> Check:
    """Compare each day's rows with the same weekdays of eight weeks, as a robust z."""
    return check("volume", [item for feed in found for item in _days(run, feed)])


def _days(run: RunSql, feed: Feed) -> Iterator[Finding]:
    counted: dict[date, int] = dict(run(f"SELECT _day, count(*) FROM {feed.source} GROUP BY 1"))
    days = [feed.last - timedelta(days=n) for n in range(7 * (WEEKS + 1))]
    counts = np.log1p(np.array([float(counted.get(day, 0)) for day in days])).reshape(WEEKS + 1, 7)
    if np.expm1(counts[1:]).mean() < 5:
        return
    usual = np.median(counts[1:], axis=0)
    left = counts - usual
    for weekday in range(7):
        noise = 1 / np.sqrt(max(np.expm1(usual[weekday]), 1.0))
        yield Finding(
            subject=f"{feed.table} {days[weekday]}",
            text=f"{feed.table} has {np.expm1(counts[0, weekday]):,.0f} rows on {days[weekday]},"
            f" usually {np.expm1(usual[weekday]):,.0f}",
            p_value=surprise(float(left[0, weekday]), list(left[1:].ravel()), float(noise)),
            effect=abs(float(np.expm1(left[0, weekday]))),
            floor=0.25,
        )


def nulls_and_values(run: RunSql, found: Sequence[Feed]) -> Check:
    """Find columns that turned empty, members that are new, and members that are gone."""
    return check(
        "nulls and new values", [item for feed in found for item in (*_nulls(run, feed), *_members(run, feed))]
    )


def _nulls(run: RunSql, feed: Feed) -> Iterator[Finding]:
    if not feed.columns:
        return
    parts = ", ".join(f'count("{c}")' for c, _ in feed.columns)
    weeks = {row[0]: row[1:] for row in run(f"SELECT _week, count(*), {parts} FROM {feed.source} GROUP BY 1")}
    if 0 not in weeks:
        return
    for place, (column, _) in enumerate(feed.columns, start=1):
        shares = {w: (row[0] - row[place], row[0]) for w, row in weeks.items()}
        now, before = shares[0], [v for w, v in shares.items() if w]
        if not before:
            continue
        rate, usual = now[0] / now[1], sum(k for k, _ in before) / sum(n for _, n in before)
        yield Finding(
            subject=f"{feed.table}.{column}",
            text=f"{rate:.1%} of {feed.table}.{column} is empty, usually {usual:.1%}",
            p_value=share_surprise(now, before), effect=abs(rate - usual), floor=0.02,
        )  # fmt: skip


def _members(run: RunSql, feed: Feed) -> Iterator[Finding]:
    for column, kind in feed.columns:
        if kind not in ("VARCHAR", "BOOLEAN"):
            continue
        query = (
            f'SELECT CAST("{column}" AS VARCHAR), count(*) FILTER (WHERE _week = 0), count(*) FILTER (WHERE _week > 0)'
            f' FROM {feed.source} WHERE "{column}" IS NOT NULL GROUP BY 1 LIMIT {MOST_MEMBERS + 1}'
        )
        rows = run(query)
        now, before = sum(r[1] for r in rows), sum(r[2] for r in rows)
        if len(rows) > MOST_MEMBERS or not now or not before:
            continue
        for member, here, there in rows:
            # With members as exchangeable as before, all rows of one fall on one side by this chance.
            if not there:
                p, share, word = (now / (now + before)) ** here, here / now, "is new"
            elif not here:
                p, share, word = (before / (now + before)) ** there, there / before, "is gone"
            else:
                continue
            text = f"'{member}' {word} in {feed.table}.{column} ({share:.1%} of its rows)"
            yield Finding(subject=f"{feed.table}.{column}={member}", text=text, p_value=p, effect=share, floor=0.01)


def numbers(run: RunSql, found: Sequence[Feed]) -> Check:
    """Compare each number's distribution with that of eight weeks: Kolmogorov–Smirnov and Wasserstein.

    The largest distance that an earlier week showed from the others is taken for normal.
    """
    return check("distributions", [item for feed in found for item in _numbers(run, feed)])


def _numbers(run: RunSql, feed: Feed) -> Iterator[Finding]:
    for column, kind in feed.columns:
        if not kind.startswith(_NUMERIC) and not any(kind.endswith(k) for k in _NUMERIC):
            continue
        weeks = _values(run, feed, column)
        if 0 in weeks and len(weeks) > 4 and len(weeks[0]) >= 30:
            yield _shift(f"{feed.table}.{column}", weeks)


def _values(run: RunSql, feed: Feed, column: str) -> dict[int, Any]:
    """Return at most 4,000 values of each week, chosen by a hash of the row."""
    rows = run(
        f'SELECT _week, list("{column}" ORDER BY hash(CAST(_row AS VARCHAR)))[:{SAMPLE}] FROM'
        f' (SELECT _week, "{column}", row_number() OVER () AS _row FROM {feed.source} WHERE "{column}" IS NOT NULL)'
        " GROUP BY 1"
    )
    return {week: np.asarray(values, dtype=float) for week, values in rows}


def _shift(subject: str, weeks: dict[int, Any]) -> Finding:
    from scipy.stats import ks_2samp, wasserstein_distance

    past = np.concatenate([v for w, v in weeks.items() if w])
    spread = float(np.subtract(*np.quantile(past, (0.9, 0.1)))) or float(past.std()) or 1.0
    usual = max(
        float(wasserstein_distance(v, np.concatenate([o for x, o in weeks.items() if x not in (0, w)]))) / spread
        for w, v in weeks.items() if w
    )  # fmt: skip
    moved = float(wasserstein_distance(weeks[0], past)) / spread
    return Finding(
        subject=subject,
        text=f"{subject} is distributed differently: median {np.median(weeks[0]):.4g}, usually {np.median(past):.4g}",
        p_value=float(ks_2samp(weeks[0], past).pvalue), effect=moved, floor=max(0.08, 1.5 * usual),
    )  # fmt: skip
