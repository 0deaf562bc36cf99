"""The audit trail: every outcome as it was given, and what people thought of it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from assistant.types import Answer, Outcome, Reading
from assistant.wire import reading_from_dict, to_dict
from semantic_layer.errors import UpstreamError, UserError

# With a write-ahead log a commit need not wait for the disk, and a crash loses at most the latest outcome.
_SCHEMA = """
pragma journal_mode = wal;
pragma synchronous = normal;
create table if not exists outcomes (
  id text primary key, asked_at text not null, kind text not null, role text, question text not null,
  follow text, outcome text not null, timings text not null
) strict;
create table if not exists feedback (
  outcome_id text not null references outcomes(id), author text not null, verdict text not null,
  reason text not null, given_at text not null, primary key (outcome_id, author)
) strict;
create table if not exists features (
  outcome_id text primary key references outcomes(id), features text not null
) strict;
create table if not exists corrections (
  outcome_id text not null references outcomes(id), author text not null, text text not null,
  given_at text not null, primary key (outcome_id, author)
) strict;
create table if not exists approvals (
  outcome_id text primary key references outcomes(id), reading text not null, approver text not null,
  approved_on text not null, expires_on text not null, definitions text not null
) strict;
create trigger if not exists outcomes_stay before update on outcomes
begin select raise(abort, 'the audit trail is append-only'); end;
"""
_LONGEST_HISTORY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who stands for an answer until when, under which definitions (metric to version and fingerprint)."""

    id: str
    approver: str
    approved_on: date
    expires_on: date
    definitions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody said of an answer: `up` or `down`, and why; `features` are the answer's."""

    id: str
    question: str
    verdict: str
    reason: str
    features: dict[str, float]
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and what came of it; texts are empty where they do not apply."""

    asked_at: datetime
    question: str
    kind: str
    intent: str
    metric: str
    reason: str
    message: str
    thumb: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLog:
    """SQLite file of outcomes and feedback; a connection a call, so threads may share it."""

    path: Path

    def record(self, outcome: Outcome, *, follow: str | None = None) -> None:
        """Append an outcome as it was given."""
        wire = to_dict(outcome)
        row = (
            outcome.id, wire["asked_at"], outcome.kind, outcome.role, outcome.question, follow,
            json.dumps(wire, ensure_ascii=False), json.dumps(wire["timings"]),
        )  # fmt: skip
        with self._open() as connection:
            connection.execute("insert into outcomes values (?, ?, ?, ?, ?, ?, ?, ?)", row)
            if isinstance(outcome, Answer):
                features = json.dumps(outcome.confidence.features)
                connection.execute("insert into features values (?, ?)", (outcome.id, features))

    def get(self, id: str, *, role: str | None = None) -> dict[str, Any]:
        """Return an outcome's JSON, of one role if that is named; raise UserError (unknown_answer)."""
        row = self._row(id, role)
        outcome: dict[str, Any] = json.loads(row[0])
        return outcome

    def history(self, id: str, *, role: str | None = None) -> tuple[Reading, ...]:
        """Return the readings that led to an outcome and its own, oldest first; of one role if that is named."""
        readings: list[Reading] = []
        follow: str | None = id
        while follow and len(readings) < _LONGEST_HISTORY:
            text, follow = self._row(follow, role)
            wire = json.loads(text)
            if wire["kind"] == "answer":
                readings.append(reading_from_dict(wire["reading"]))
        return tuple(reversed(readings))

    def recent(self, limit: int = 20, *, role: str | None = None) -> tuple[dict[str, Any], ...]:
        """Return the latest outcomes' JSON, newest first, of one role if that is named."""
        query = "select outcome from outcomes where ?1 is null or role = ?1 order by rowid desc limit ?2"
        with self._open() as connection:
            rows = connection.execute(query, (role, limit)).fetchall()
        return tuple(json.loads(row[0]) for row in rows)

    def approved(self, limit: int = 200) -> tuple[tuple[str, Reading], ...]:
        """Return the questions whose answers an analyst stands for today, with their readings, newest first."""
        query = (
            "select question, outcome from outcomes join approvals on outcome_id = id where expires_on >= ?"
            " order by outcomes.rowid desc limit ?"
        )
        with self._open() as connection:
            rows = connection.execute(query, (datetime.now(UTC).date().isoformat(), limit)).fetchall()
        return tuple((row[0], reading_from_dict(json.loads(row[1])["reading"])) for row in rows)

    def approve(self, approval: Approval, reading: str) -> None:
        """Keep one approval an outcome, under the digest of its reading; approving again replaces it."""
        row = (
            approval.id, reading, approval.approver, approval.approved_on.isoformat(),
            approval.expires_on.isoformat(), json.dumps(approval.definitions),
        )  # fmt: skip
        with self._open() as connection:
            connection.execute("insert or replace into approvals values (?, ?, ?, ?, ?, ?)", row)

    def withdraw(self, id: str) -> None:
        """Take an approval back; raise UserError (not_approved)."""
        with self._open() as connection:
            taken = connection.execute("delete from approvals where outcome_id = ?", (id,)).rowcount
        if not taken:
            raise UserError(f"no approval of '{id}'", code="not_approved", hint="`because approve` gives one")

    def approval(self, reading: str, *, role: str | None) -> tuple[Approval, dict[str, Any]] | None:
        """Return the latest approval of a reading within a role, and the outcome that was approved."""
        query = (
            "select outcome_id, approver, approved_on, expires_on, definitions, outcome from approvals"
            " join outcomes on id = outcome_id where reading = ? and role is ? order by approvals.rowid desc limit 1"
        )
        with self._open() as connection:
            row = connection.execute(query, (reading, role)).fetchone()
        if row is None:
            return None
        id, approver, given, expires, definitions, outcome = row
        approval = Approval(
            id=id, approver=approver, approved_on=date.fromisoformat(given), expires_on=date.fromisoformat(expires),
            definitions=json.loads(definitions),
        )  # fmt: skip
        return approval, json.loads(outcome)

    def correct(self, id: str, *, text: str, author: str = "") -> None:
        """Keep what an author says would be right; saying it again replaces it."""
        self._row(id)
        with self._open() as connection:
            row = (id, author, text, datetime.now(UTC).isoformat())
            connection.execute("insert or replace into corrections values (?, ?, ?, ?)", row)

    def corrections(self, id: str) -> tuple[str, ...]:
        """Return what people say would have been right, oldest first."""
        query = "select text from corrections where outcome_id = ? order by given_at"
        with self._open() as connection:
            return tuple(text for (text,) in connection.execute(query, (id,)).fetchall())

    def feedback(self, id: str, *, verdict: str, reason: str = "", author: str = "") -> None:
        """Keep one verdict an author and outcome; saying it again replaces it."""
        self._row(id)
        row = (id, author, verdict, reason, datetime.now(UTC).isoformat())
        with self._open() as connection:
            connection.execute("insert or replace into feedback values (?, ?, ?, ?, ?)", row)

    def judged(self) -> tuple["Feedback", ...]:
        """Return what people said of answers, oldest first; an approval speaks for its answer, whatever the thumbs."""
        with self._open() as connection:
            rows = connection.execute(
                "with said as (select outcome_id, verdict, reason, given_at from feedback"
                " where outcome_id not in (select outcome_id from approvals)"
                " union all select outcome_id, 'up', '', approved_on || 'T00:00:00+00:00' from approvals)"
                " select outcome_id, question, verdict, reason, x.features, given_at from said"
                " join outcomes o on o.id = outcome_id join features x using (outcome_id) order by given_at"
            ).fetchall()
        return tuple(
            Feedback(id=i, question=q, verdict=v, reason=r, features=json.loads(x), given_at=datetime.fromisoformat(at))
            for i, q, v, r, x, at in rows
        )

    def asked(self, since: datetime) -> tuple["Asked", ...]:
        """Return what was asked from a time on, oldest first, with the worst thumb it was given."""
        with self._open() as connection:
            rows = connection.execute(
                "select asked_at, question, kind, outcome->>'$.reading.intent', outcome->>'$.reading.metrics[0]',"
                " outcome->>'$.reason', coalesce(outcome->>'$.message', outcome->>'$.why'),"
                " (select min(verdict) from feedback f where f.outcome_id = o.id) from outcomes o"
                " where asked_at >= ? order by asked_at",
                (since.isoformat(),),
            ).fetchall()
        names = ("question", "kind", "intent", "metric", "reason", "message", "thumb")
        return tuple(
            Asked(asked_at=datetime.fromisoformat(at), **{n: v or "" for n, v in zip(names, rest, strict=True)})
            for at, *rest in rows
        )

    def _row(self, id: str, role: str | None = None) -> tuple[str, str | None]:
        """Return an outcome; one of another role is no more there than one that never was."""
        query = "select outcome, follow from outcomes where id = ?1 and (?2 is null or role = ?2)"
        with self._open() as connection:
            row = connection.execute(query, (id, role)).fetchone()
        if row is None:
            raise UserError(
                f"no answer '{id}' in the log", code="unknown_answer", hint=f"answers are kept in {self.path}"
            )
        return row[0], row[1]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open, run in one transaction, close."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=10)) as connection, connection:
                connection.executescript(_SCHEMA)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise UpstreamError(
                f"cannot use the audit trail {self.path}: {error}",
                code="log_unavailable",
                hint="check that the folder is writable; move a damaged file aside and a new one is made",
            ) from error
