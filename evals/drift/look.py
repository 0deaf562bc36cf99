"""One look at a workspace: take its state, run every check against the last look, keep both."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.log import AnswerLog
from assistant.workspace import open_workspace
from evals import history
from evals.bench import Bench, open_bench
from evals.drift import asked, judged, rows, state
from evals.drift.tests import LEVEL, Check
from evals.versions import versions_of


def look(root: Path, *, now: datetime | None = None, keep: bool = True) -> dict[str, Any]:
    """Run the thirteen checks of a workspace and return `{taken_at, since, alerts, checks[]}`.

    State is compared with the last kept look, rows and questions with the eight weeks before their
    last.
    """
    workspace = open_workspace(root)
    taken = now or datetime.now(UTC)
    file = workspace.evals / "history.duckdb"
    last = history.snapshots(file)
    with open_bench(root) as bench:
        current = state.state_of(bench, versions_of(workspace, bench.assistant, ()))
        checks = [
            *_states(last, current, taken), *_rows(bench, current),
            *_questions(workspace.log, taken), judged.accuracy(file),
        ]  # fmt: skip
    if keep:
        history.keep_snapshot(file, taken, current)
    return {
        "taken_at": taken.isoformat(timespec="seconds"),
        "since": last[-1][0].isoformat(timespec="seconds") if last else None,
        "level": LEVEL,
        "alerts": sum(len(check.alerts) for check in checks),
        "checks": [asdict(check) for check in checks],
    }


def _states(last: Any, current: Mapping[str, Any], taken: datetime) -> list[Check]:
    if not last:
        names = ("schema", "definitions", "anchors", "versions")
        first = [Check(name=name, looked_at=0, alerts=(), notes=("first look: nothing to compare",)) for name in names]
        return [*first, state.freshness(None, current, timedelta(), taken)]
    at, before = last[-1]
    passed = taken.replace(tzinfo=None) - at
    return [
        state.schema(before, current), state.definitions(before, current), state.anchors(before, current),
        state.versions(before, current), state.freshness(before, current, passed, taken),
    ]  # fmt: skip


def _rows(bench: Bench, current: Mapping[str, Any]) -> list[Check]:
    found = rows.feeds(bench, current["schema"])
    run = bench.run_sql
    return [rows.volume(run, found), rows.nulls_and_values(run, found), rows.numbers(run, found)]


def _questions(log: Path, taken: datetime) -> list[Check]:
    since = taken - timedelta(weeks=asked.WEEKS + 1)
    said = AnswerLog(path=log).asked(since) if log.is_file() else ()
    weeks = asked.by_week(said, taken)
    return [asked.intents(weeks), asked.language(weeks), asked.gaps(weeks), asked.behaviour(weeks)]
