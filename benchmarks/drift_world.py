"""A small shop whose weeks are alike, and twenty-one ways in which a week can go wrong."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from assistant.log import AnswerLog
from evals import history
from evals.cases import Case, Expected
from evals.drift.look import look
from evals.runner import Result, report_of
from semantic_layer.storage import build_aside

START = date(2025, 1, 6)
METRICS = """
tables:
  - {name: orders, key: order_id, time: ordered_at}
  - {name: returns, key: return_id, time: returned_at}
dimensions:
  - {name: channel, label: Channel, table: orders, column: channel}
metrics:
  - {name: order_count, label: Orders, type: simple, definition: Orders., unit: count, owner: Sales,
     measure: {table: orders, agg: count}}
  - {name: average_amount, label: Average amount, type: average, definition: Amount an order., unit: EUR,
     owner: Finance, measure: {table: orders, agg: average, expr: amount}}
  - {name: return_count, label: Returns, type: simple, definition: Returns., unit: count, owner: Logistics,
     measure: {table: returns, agg: count}}
"""
ORDERS = """
CREATE TABLE orders AS SELECT n AS order_id, DATE '{start}' + CAST(day AS INT) AS ordered_at,
  ['web','shop','phone','partner'][channel + 1] AS channel, amount, minutes,
  CASE WHEN blank < 0.01 THEN NULL ELSE ['card','cash'][1 + n % 2] END AS paid_by
FROM raw WHERE day < {days}
"""
RETURNS = """
CREATE TABLE returns AS SELECT n AS return_id, DATE '{start}' + CAST(day AS INT) AS returned_at, minutes AS days_kept
FROM raw WHERE day < {days} AND blank > 0.8
"""
WORDS = (
    "orders last month", "average amount by channel", "how many orders came from the shop", "why did orders fall",
    "orders by channel in march", "trend of average amount", "which channel has most returns", "returns last week",
)  # fmt: skip
INTENTS = ("value", "breakdown", "value", "why", "breakdown", "trend", "rank", "value")


@dataclass(slots=True, kw_only=True)
class Shop:
    """The shop's workspace; `week` is the number of complete weeks it has data of."""

    root: Path
    seed: int
    week: int = 0

    @property
    def now(self) -> datetime:
        """The evening of the last complete week's end."""
        return datetime(START.year, START.month, START.day, tzinfo=UTC) + timedelta(weeks=self.week)

    def turn_to(self, week: int) -> None:
        """Make the workspace as it stands after a number of weeks."""
        self.week = week
        (self.root / "metrics").mkdir(parents=True, exist_ok=True)
        (self.root / "because.yml").write_text("name: shop\n", encoding="utf-8")
        (self.root / "metrics" / "shop.yml").write_text(METRICS, encoding="utf-8")
        self._rows()
        self._questions()

    def _rows(self) -> None:
        random = np.random.default_rng(self.seed)
        days = np.arange(7 * 64)
        usual = 120 * np.array([1.0, 1.1, 1.0, 1.05, 1.3, 0.8, 0.5])[days % 7]
        counts = random.poisson(usual * random.normal(1, 0.04, len(days)))
        n = int(counts.sum())
        columns = {
            "n": np.arange(n), "day": np.repeat(days, counts), "channel": random.choice(4, n, p=[0.5, 0.3, 0.15, 0.05]),
            "amount": np.round(random.lognormal(3.5, 0.6, n), 2), "minutes": random.gamma(4, 3, n),
            "blank": random.random(n),
        }  # fmt: skip
        with build_aside(self.root / "warehouse.duckdb") as connection:
            connection.register("arrays", columns)
            connection.execute("CREATE TABLE raw AS SELECT * FROM arrays")
            for statement in (ORDERS, RETURNS):
                connection.execute(statement.format(start=START, days=7 * self.week))
            connection.execute("DROP TABLE raw")

    def _questions(self) -> None:
        random = np.random.default_rng(self.seed + 1)
        log = self.root / "log" / "answers.db"
        shutil.rmtree(log.parent, ignore_errors=True)
        AnswerLog(path=log).recent(1)
        for week in range(self.week):
            for n in range(int(random.poisson(60))):
                which = int(random.choice(len(WORDS), p=[0.2, 0.15, 0.15, 0.1, 0.1, 0.1, 0.1, 0.1]))
                kind = str(random.choice(["answer", "refusal", "clarification"], p=[0.88, 0.07, 0.05]))
                thumb = "down" if random.random() < 0.03 else ""
                if week >= self.week - 10:
                    at = self.now - timedelta(weeks=self.week - week) + timedelta(minutes=150 * n + 1)
                    self.say(f"{week}-{n}", at, WORDS[which], kind, INTENTS[which], thumb=thumb)

    def say(
        self, id: str, at: datetime, question: str, kind: str, intent: str, *, thumb: str = "", message: str = ""
    ) -> None:
        """Write a question into the audit trail."""
        outcome: dict[str, Any] = {"message": message, "reason": "unknown_metric" if kind == "refusal" else None}
        if kind == "answer":
            outcome["reading"] = {"intent": intent, "metrics": ["order_count"]}
        row = (id, at.isoformat(), kind, None, question, None, json.dumps(outcome), "{}")
        with closing(sqlite3.connect(self.root / "log" / "answers.db")) as connection, connection:
            connection.execute("insert into outcomes values (?, ?, ?, ?, ?, ?, ?, ?)", row)
            if thumb:
                connection.execute("insert into feedback values (?, '', ?, '', ?)", (id, thumb, at.isoformat()))

    def sql(self, *statements: str) -> None:
        """Change the warehouse behind everyone's back."""
        file = self.root / "warehouse.duckdb"
        copy = file.with_name("copy.duckdb")
        file.rename(copy)
        with build_aside(file) as connection:
            connection.execute(f"ATTACH '{copy}' AS old (READ_ONLY)")
            for table in ("orders", "returns"):
                connection.execute(f"CREATE TABLE {table} AS FROM old.{table}")
            connection.execute("DETACH old")
            for statement in statements:
                connection.execute(statement)
        copy.unlink()

    def day(self, back: int) -> str:
        """Return the day so many days before the end of the data, as SQL."""
        return f"DATE '{(self.now - timedelta(days=back)).date()}'"

    def ask(self, count: int, question: str, kind: str, intent: str, *, thumb: str = "", message: str = "") -> None:
        """Ask one question many times in the last week."""
        for n in range(count):
            at = self.now - timedelta(minutes=60 * n + 30)
            self.say(
                f"fault-{n}",
                at,
                f"{question} {n % 7}" if message == "" else question,
                kind,
                intent,
                thumb=thumb,
                message=message,
            )

    def redefine(self, old: str, new: str) -> None:
        """Edit the dictionary."""
        assert old in METRICS
        (self.root / "metrics" / "shop.yml").write_text(METRICS.replace(old, new), encoding="utf-8")

    def judge(self, wrong: int) -> None:
        """Keep a run of forty cases, some of them wrong."""
        cases = [Case(id=str(n), question=str(n), expect=Expected()) for n in range(40)]
        results = [
            Result(case=c, outcome_id="", outcome_kind="answer", headline="", scores=(), ms=1.0, probability=0.97,
                   verdict="silent_wrong" if n < wrong else "right")
            for n, c in enumerate(cases)
        ]  # fmt: skip
        report = report_of("shop", results, self.now - timedelta(hours=1 + (wrong == 0)))
        history.keep(report, self.root / "evals" / "history.duckdb", {"expired": []}, {})

    def outdate(self) -> None:
        """Pretend that the last look was taken with other libraries."""
        file = self.root / "evals" / "history.duckdb"
        at, state = history.snapshots(file)[-1]
        state["versions"]["libraries"] = "duckdb 0"
        history.keep_snapshot(file, at + timedelta(seconds=1), state)

    def alerts(self, *, keep: bool = False) -> dict[str, list[str]]:
        """Look, and return what is alarming by check."""
        found = look(self.root, now=self.now, keep=keep)
        return {c["name"]: [a["text"] for a in c["alerts"]] for c in found["checks"] if c["alerts"]}


def _this_week(change: str, rows: str = "true") -> Callable[[Shop], None]:
    """Return what changes orders of the last week."""
    return lambda s: s.sql(f"UPDATE orders SET {change} WHERE ordered_at >= {s.day(7)} AND {rows}")


def _purge(shop: Shop) -> None:
    shop.sql(f"DELETE FROM returns WHERE returned_at < {shop.day(100)} AND return_id % 9 = 0")


def _correct(shop: Shop) -> None:
    shop.sql(f"UPDATE orders SET amount = amount + 1 WHERE ordered_at < {shop.day(120)} AND order_id % 50 = 0")


def _unlinked(shop: Shop) -> None:
    shop.ask(9, "basket size", "refusal", "", message="I don't know what 'basket size' is")


FAULTS: dict[str, tuple[str, Callable[[Shop], None]]] = {
    "a column is dropped": ("schema", lambda s: s.sql("ALTER TABLE orders DROP COLUMN paid_by")),
    "a column changes its type": ("schema", lambda s: s.sql("ALTER TABLE orders ALTER minutes TYPE INTEGER")),
    "a formula changes silently": ("definitions", lambda s: s.redefine("expr: amount}", "expr: amount * 1.2}")),
    "a metric is deleted": ("definitions", lambda s: s.redefine("name: return_count", "name: returned")),
    "old amounts are corrected": ("anchors", _correct),
    "old rows are purged": ("anchors", _purge),
    "a table stops": ("freshness", lambda s: s.sql(f"DELETE FROM returns WHERE returned_at >= {s.day(6)}")),
    "a day is lost": ("volume", lambda s: s.sql(f"DELETE FROM orders WHERE ordered_at = {s.day(3)}")),
    "a day is loaded twice": (
        "volume", lambda s: s.sql(f"INSERT INTO orders FROM orders WHERE ordered_at = {s.day(4)}")),
    "a column turns empty": (
        "nulls and new values", _this_week("paid_by = NULL", "order_id % 8 = 0")),
    "a new member appears": (
        "nulls and new values", _this_week("channel = 'app'", "order_id % 20 = 0")),
    "a member disappears": (
        "nulls and new values", _this_week("channel = 'web'", "channel = 'partner'")),
    "amounts are in another currency": ("distributions", _this_week("amount = amount * 1.4")),
    "durations are cut off": ("distributions", _this_week("minutes = least(minutes, 10)")),
    "people ask why far more": ("intents", lambda s: s.ask(45, "why did orders fall", "answer", "why")),
    "people ask in other words": (
        "language", lambda s: s.ask(40, "zeig mir bitte den umsatz der filiale", "answer", "value")),
    "a term links to nothing": ("coverage gaps", _unlinked),
    "refusals jump": ("answer behaviour", lambda s: s.ask(25, "orders last month", "refusal", "")),
    "thumbs turn down": ("answer behaviour", lambda s: s.ask(25, "orders last month", "answer", "value", thumb="down")),
    "answers get worse": ("accuracy and calibration", lambda s: (s.judge(0), s.judge(14))[1]),
    "a library is upgraded": ("versions", lambda s: s.outdate()),
}  # fmt: skip
