"""What ragas is told of the answers of a kept run; the texts are those that are kept, without personal data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from assistant.log import AnswerLog
from assistant.types import Answer, Outcome, Reading
from evals import history
from evals.bench import Bench
from evals.cases import Case, Expected, ExpectedReading
from evals.scorers import members

OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)
SHOWN_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RagasRow:
    """One answer in ragas's words: a response, its contexts, and the calls made and due.

    `quoted` are the quotes alone: sentences put the names of themes and events in quotation marks, too.
    """

    id: str
    question: str
    response: str
    quoted: str
    contexts: tuple[str, ...]
    ids: tuple[str, ...]
    due_ids: tuple[str, ...]
    call: dict[str, Any]
    due_call: dict[str, Any] | None
    reference: str


def rows_of(
    bench: Bench, log: AnswerLog, cases: Mapping[str, Case], kept: tuple[history.Row, ...]
) -> Iterator[RagasRow]:
    """Yield the answers of a run whose cases the suites still hold."""
    for row in kept:
        case = cases.get(row.case_id)
        if case is None or row.outcome_kind != "answer" or "answer" not in case.expect.kind:
            continue
        outcome = OUTCOME.validate_python(log.get(row.outcome_id), strict=False)
        if isinstance(outcome, Answer):
            yield _row(bench, case, outcome)


def _row(bench: Bench, case: Case, answer: Answer) -> RagasRow:
    expect = case.expect
    due = _fixed(expect.reading) if expect.reading else None
    return RagasRow(
        id=case.id,
        question=answer.question,
        response="\n".join(claim.text for claim in answer.claims),
        quoted="\n".join(f"“{item.quote}”" for item in answer.evidence),
        contexts=tuple(bench.quote_of(item.citation) for item in answer.evidence),
        ids=tuple(dict.fromkeys(item.contact_id for item in answer.evidence)),
        due_ids=tuple(str(row[0]) for row in bench.run_sql(expect.cite_ids)) if expect.cite_ids else (),
        call={"name": "query", "args": {key: _found(answer.reading)[key] for key in due or ()}},
        due_call={"name": "query", "args": due} if due else None,
        reference=_reference(expect, bench),
    )


def _fixed(expected: ExpectedReading) -> dict[str, str]:
    """Return the parts of the reading that the case fixes, as the arguments of a call."""
    parts = expected.model_dump(exclude_none=True)
    if expected.filters is not None:
        parts["filters"] = {d: tuple(sorted(v)) for d, v in expected.filters.items()}
    return {name: str(value) for name, value in parts.items()}


def _found(reading: Reading) -> dict[str, str]:
    window = (reading.window.start, reading.window.end) if reading.window else None
    baseline = (reading.baseline.start, reading.baseline.end) if reading.baseline else None
    parts = {
        "intent": reading.intent, "metrics": reading.metrics, "by": reading.by,
        "filters": members(reading.filters), "window": window, "baseline": baseline,
    }  # fmt: skip
    return {name: str(value) for name, value in parts.items()}


def _reference(expect: Expected, bench: Bench) -> str:
    """Return the truth in words: the rows of the hand-written statement."""
    if expect.sql is None:
        return ""
    return "; ".join(", ".join(map(str, row)) for row in bench.run_sql(expect.sql)[:SHOWN_ROWS])
