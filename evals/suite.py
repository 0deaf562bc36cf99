"""Run a workspace's suites: load, generate, ask, judge, keep."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from math import inf, log, sqrt
from pathlib import Path
from typing import Any

from assistant.pipeline import Assistant
from assistant.workspace import Workspace, open_workspace
from evals import history
from evals.bench import Bench, open_bench, raw_sql
from evals.cases import Case, Suite, load_suites
from evals.compare import compare
from evals.facts import Facts
from evals.families import families
from evals.generate import generate
from evals.parallel import judge_all
from evals.personas import conversations
from evals.runner import Progress, RunReport, Summary, report_of
from evals.versions import versions_of
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue

SURE = 6.0


def run_suite(
    root: Path, name: str | None = None, *, baseline: str | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Run the suite `name` (or all) of a workspace, keep the run and return its JSON.

    `baseline` is an earlier run's id: `comparison` then sets the two side by side.
    Raises UserError (no_suite, bad_suite, empty_suite, unknown_run).
    """
    workspace = open_workspace(root)
    suite = merge(load_suites(workspace.evals, name))
    file = workspace.evals / "history.duckdb"
    if baseline:
        history.run(file, baseline)
    started = datetime.now(UTC)
    with open_bench(root) as bench:
        # A suite that is asked for by name and has no reference values is asked as it is written.
        asked = cases_of(suite, bench.assistant, workspace, related=name is None or bool(suite.references))
        cases, expired = _due(tuple(_owned(asked, bench)), started.date())
        versions = versions_of(workspace, bench.assistant, cases)
    report = report_of(suite.suite, judge_all(root, cases, versions, progress), started)
    result = as_json(report) | {"expired": [case.id for case in expired], "versions": versions}
    history.keep(report, file, result, versions)
    comparison = compare(file, baseline, report.run_id) if baseline else None
    return result | {"comparison": comparison, "flips": comparison["flips"] if comparison else []}


def _due(cases: Sequence[Case], today: date) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """Part the cases that are judged from those that have expired; raise UserError (empty_suite)."""
    due = tuple(case for case in cases if case.expires is None or case.expires >= today)
    expired = tuple(case for case in cases if case not in due)
    if not due:
        hint = f"{len(expired)} cases have expired: check them and set a new `expires`" if expired else "add cases"
        raise UserError("the suite has no case to judge", code="empty_suite", hint=hint)
    return due, expired


def _owned(cases: Sequence[Case], bench: Bench) -> Iterator[Case]:
    """Give each case the owner of the metric it asks for, unless it names its own."""
    for case in cases:
        yield case if case.owner else case.model_copy(update={"owner": _owner(case, bench.assistant.catalogue)})


def _owner(case: Case, catalogue: Catalogue) -> str:
    wanted = case.expect.reading.metrics if case.expect.reading else None
    return next((m.owner for m in catalogue.metrics if wanted and m.name in wanted), "")


def cases_of(
    suite: Suite,
    asked: Assistant,
    workspace: Workspace,
    *,
    sure: float = SURE,
    generated: int | None = None,
    related: bool = True,
) -> tuple[Case, ...]:
    """Return the cases generated for a workspace, then those written by hand.

    `sure` is the number of standard errors that a planted effect must have moved to be asked about; `generated`
    bounds the questions judged by reference values; `related` asks those that the dictionary alone generates, too.
    """
    if asked.as_of is None:
        return suite.cases
    facts = Facts(
        catalogue=asked.catalogue, values=asked.values, as_of=asked.as_of, run_sql=raw_sql(asked.engine),
        effects=planted(workspace, sure),
    )  # fmt: skip
    made = (*generate(suite, facts, cases=generated), *conversations(suite, facts)) if suite.references else ()
    return (*made, *(families(facts) if related else ()), *suite.cases)


def merge(suites: tuple[Suite, ...]) -> Suite:
    """Put the files of one or several suites together."""
    return Suite(
        suite="+".join(dict.fromkeys(s.suite for s in suites)) or "generated",
        frames={k: v for s in suites for k, v in s.frames.items()},
        references={k: v for s in suites for k, v in s.references.items()},
        cases=tuple(case for s in suites for case in s.cases),
    )


def planted(workspace: Workspace, sure: float = SURE) -> tuple[dict[str, Any], ...]:
    """Return the effects that a simulated world planted and that a why must find.

    Left out are effects that the whole does not follow (nobody asks why it went the other way), those
    too small to be told from noise, and those whose segment moved much like everything else.
    """
    file = workspace.root / "truth.json"
    if not file.is_file():
        return ()
    effects = json.loads(file.read_text(encoding="utf-8"))["effects"]
    return tuple(e for e in effects if e["expect"] and e["before"] and _findable(e, sure))


def _findable(effect: dict[str, Any], sure: float) -> bool:
    inside, outside, total = (effect["measured"][part] for part in ("inside", "outside", "total"))
    if None in (inside["ratio"], outside["ratio"], total["ratio"]):
        return False
    followed = (total["ratio"] > 1) == (effect["expect"]["direction"] == "up")
    distinct = abs(log(inside["ratio"] / outside["ratio"])) >= log(1.1)
    rows = effect["planted"]["rows"]
    return followed and distinct and _z(inside, rows) >= sure and _apart(inside, outside, total, rows) >= sure / 2


def _z(inside: dict[str, float], rows: int) -> float:
    """Return how many standard errors a share moved inside the segment; infinity for what is no share."""
    noise = _noise(inside, rows)
    return abs(inside["after"] - inside["before"]) / sqrt(noise) if noise else inf


def _apart(inside: dict[str, float], outside: dict[str, float], total: dict[str, float], rows: int) -> float:
    """Return how many standard errors the move inside the segment differs from the one outside.

    A segment that is nearly everybody leaves few rows to tell it by; how many follows from the three shares.
    """
    gap = inside["before"] - outside["before"]
    part = (total["before"] - outside["before"]) / gap if gap else 1.0
    if not 0 < part < 1:
        return inf
    noise = _noise(inside, rows), _noise(outside, rows * (1 - part) / part)
    moved = inside["after"] - inside["before"] - outside["after"] + outside["before"]
    return abs(moved) / sqrt(sum(noise)) if all(noise) else inf


def _noise(shares: dict[str, float], rows: float) -> float:
    """Return the variance of the difference of two shares of so many rows each; zero for what is no share."""
    before, after = shares["before"], shares["after"]
    if not (0 < before < 1 and 0 < after < 1):
        return 0.0
    return (before * (1 - before) + after * (1 - after)) / max(rows, 1)


def as_json(report: RunReport) -> dict[str, Any]:
    """Return the run as the contract's JSON, with the cases that were not right."""
    return {
        "run_id": report.run_id,
        "suite": report.suite,
        "cases": len(report.results),
        **_summary(report.overall),
        "by_origin": {origin: _summary(summary) for origin, summary in report.by_origin},
        "failures": [
            {"case": r.case.id, "question": r.case.question, "verdict": r.verdict, "outcome": r.outcome_kind,
             "reasons": [f"{s.scorer}: {s.reason}" for s in r.scores if not s.right]}
            for r in report.results if r.verdict != "right"
        ],
    }  # fmt: skip


def _summary(summary: Summary) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(summary)))  # type: ignore[no-any-return]
