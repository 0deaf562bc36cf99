"""Faults planted in answers: the judge notices every one. A judge that cannot fail is worth nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assistant.pipeline import Assistant
from assistant.types import Answer, Drivers, Outcome, Refusal, ResultTable, Segment
from assistant.workspace import open_workspace
from evals import history
from evals.bench import Bench, raw_sql
from evals.cases import Case, Expected, ExpectedDriver, ExpectedReading
from evals.render import render
from evals.report import report_document
from evals.runner import report_of, run_case
from evals.suite import as_json
from semantic_layer.engine import DuckDbEngine
from semantic_layer.query import Filter

CHURN = (
    "SELECT {cut} 1.0 * count(*) FILTER (WHERE m.is_churned AND NOT coalesce(m.churned_on < c.signed_up_on"
    " + INTERVAL 14 DAY, false)) / count(*) FROM fct_subscription_months m JOIN dim_customers c USING (customer_id)"
    " WHERE m.month = DATE '2026-09-01' AND {rows} {group}"
)
IN_DACH = "churn rate in DACH in September 2026"
BY_REGION = "churn rate by region in September 2026"
WHY = "Why did churn rate change in August 2026 compared with June 2026?"
QUOTES = "show me quotes about the price increase from customers in DACH"
Fault = Callable[[Answer], Outcome]


class Spoiled:
    """An assistant whose answers go through a fault on their way out."""

    def __init__(self, real: Assistant, fault: Fault) -> None:
        self._real, self._fault = real, fault

    def ask(self, question: str, *, follow: str | None = None) -> Outcome:
        """Answer, then spoil it."""
        answer = self._real.ask(question, follow=follow) if follow else self._real.ask(question)
        assert isinstance(answer, Answer)
        return self._fault(answer)


class Remembered:
    """An assistant that answers the same question once."""

    def __init__(self, real: Assistant) -> None:
        self.ask = cache(real.ask)


@pytest.fixture(scope="module")
def bench(tiny_assistant: Assistant) -> Bench:
    engine = DuckDbEngine(open_workspace(tiny_assistant.workspace.root).warehouse)
    return Bench(assistant=tiny_assistant, run_sql=raw_sql(engine), quote_of=tiny_assistant.quote)


@pytest.fixture(scope="module")
def cases(tiny_assistant: Assistant) -> dict[str, Case]:
    """Four cases that the sound assistant gets right."""
    why = tiny_assistant.ask(WHY)
    assert isinstance(why, Answer)
    assert why.drivers is not None
    lead = why.drivers.segments[0]
    segment = {f.dimension: tuple(str(v) for v in f.values) for f in lead.filters}
    driver = ExpectedDriver(segment=segment, direction="up" if lead.contribution > 0 else "down")
    filtered = ExpectedReading(metrics=("churn_rate",), filters={"region": ("DACH",)}, by=())
    allowed = "SELECT f.contact_id FROM fct_contacts f JOIN dim_customers c USING (customer_id) WHERE c.region = 'DACH'"
    return {
        "value": _case(IN_DACH, sql=CHURN.format(cut="", rows="c.region = 'DACH'", group=""), reading=filtered),
        "table": _case(BY_REGION, sql=CHURN.format(cut="c.region,", rows="true", group="GROUP BY 1")),
        "why": _case(WHY, driver=driver, reading=ExpectedReading(intent="why", metrics=("churn_rate",))),
        "quotes": _case(QUOTES, cite_ids=allowed),
    }


def _case(question: str, **expect: Any) -> Case:
    return Case(id=question, question=question, tags=("critical",), expect=Expected(**expect))


def _value(change: Callable[[float], float]) -> Fault:
    def fault(answer: Answer) -> Answer:
        figure = answer.figures[0]
        assert figure.value is not None
        return replace(answer, figures=(replace(figure, value=change(figure.value)), *answer.figures[1:]))

    return fault


def _reading(**keys: Any) -> Fault:
    return lambda answer: replace(answer, reading=replace(answer.reading, **keys))


def _shifted(answer: Answer) -> Answer:
    window = answer.reading.window
    assert window is not None
    late = replace(window, start=window.start + timedelta(days=1), end=window.end + timedelta(days=1))
    expected = replace(answer.reading, window=late)
    figure = replace(answer.figures[0], value=(answer.figures[0].value or 0) * 1.02)
    return replace(answer, reading=expected, figures=(figure,))


def _rows(change: Callable[[tuple[tuple[Any, ...], ...]], tuple[tuple[Any, ...], ...]]) -> Fault:
    def fault(answer: Answer) -> Answer:
        assert answer.table is not None
        return replace(answer, table=ResultTable(columns=answer.table.columns, rows=change(answer.table.rows)))

    return fault


def _drivers(change: Callable[[Drivers], Drivers]) -> Fault:
    def fault(answer: Answer) -> Answer:
        assert answer.drivers is not None
        return replace(answer, drivers=change(answer.drivers))

    return fault


def _lead(change: Callable[[Segment], Segment]) -> Fault:
    return _drivers(lambda d: replace(d, segments=(change(d.segments[0]), *d.segments[1:])))


def _swapped(drivers: Drivers) -> Drivers:
    def swap(row: Segment) -> Segment:
        return replace(row, rate_effect=row.mix_effect, mix_effect=row.rate_effect)

    splits = tuple(replace(split, rows=tuple(map(swap, split.rows))) for split in drivers.by_dimension)
    return replace(drivers, by_dimension=splits, segments=tuple(map(swap, drivers.segments)))


def _claimed(more: str) -> Fault:
    return lambda answer: replace(
        answer, claims=(replace(answer.claims[0], text=answer.claims[0].text + more), *answer.claims[1:])
    )


def _quote(**keys: Any) -> Fault:
    return lambda answer: replace(answer, evidence=(replace(answer.evidence[0], **keys), *answer.evidence[1:]))


def _refused(answer: Answer) -> Refusal:
    return Refusal(
        id=answer.id, question=answer.question, asked_at=answer.asked_at, as_of=answer.as_of, role=None, language="en",
        reason="no_data", message="no",
    )  # fmt: skip


def _crash(_answer: Answer) -> Answer:
    raise RuntimeError("the assistant fell over")


ELSEWHERE = (Filter(dimension="region", values=("Atlantis",)),)
FAULTS: dict[str, tuple[str, Fault]] = {
    "a percentage for a fraction": ("value", _value(lambda v: v * 100)),
    "a wrong denominator": ("value", _value(lambda v: v * 1.01)),
    "a sign turned": ("value", _value(lambda v: -v)),
    "a rounded number": ("value", _value(lambda v: round(v, 4) + 1e-4)),
    "a dropped filter": ("value", _reading(filters=())),
    "another member": ("value", _reading(filters=ELSEWHERE)),
    "another metric": ("value", _reading(metrics=("csat",))),
    "an added cut": ("value", _reading(by=("region",))),
    "a period off by a day": ("value", _shifted),
    "no number at all": ("value", lambda answer: replace(answer, figures=())),
    "a lost row": ("table", _rows(lambda rows: rows[1:])),
    "a row twice": ("table", _rows(lambda rows: (*rows, rows[0]))),
    "values swapped between rows": (
        "table", _rows(lambda rows: ((rows[0][0], *rows[1][1:]), (rows[1][0], *rows[0][1:]), *rows[2:]))),
    "a lost table": ("table", lambda answer: replace(answer, table=None)),
    "another segment blamed": ("why", _lead(lambda s: replace(s, filters=ELSEWHERE))),
    "a cause that pulls the other way": ("why", _lead(lambda s: replace(s, contribution=-s.contribution))),
    "parts that do not add up": ("why", _drivers(lambda d: replace(d, other=d.other + d.total_change / 10))),
    "an invented quote": ("quotes", _quote(quote="I never said this at all")),
    "rate and mix effects swapped": ("why", _drivers(_swapped)),
    "a number that no figure has": ("value", _claimed(" It was 17.43 % in 1987.")),
    "a stale index": ("quotes", _quote(citation="C-gone:1-2")),
    "a quote from elsewhere": ("quotes", _quote(contact_id="C-nobody")),
    "a refusal instead of an answer": ("value", _refused),
    "a crash": ("value", _crash),
}  # fmt: skip


@pytest.mark.parametrize("name", ["value", "table", "why", "quotes"])
def test_the_sound_assistant_is_judged_right(bench: Bench, cases: dict[str, Case], name: str) -> None:
    result = run_case(bench, cases[name])
    assert result.verdict == "right", result.scores


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_noticed(bench: Bench, cases: dict[str, Case], fault: str) -> None:
    name, spoil = FAULTS[fault]
    spoiled = Bench(
        assistant=Spoiled(bench.assistant, spoil),  # type: ignore[arg-type]
        run_sql=bench.run_sql,
        quote_of=bench.quote_of,
    )
    result = run_case(spoiled, cases[name])
    assert result.verdict != "right"
    assert any(score.reason for score in result.scores if not score.right)


def _where_it_applies(spoil: Fault) -> Fault:
    """Spoil an answer that has what the fault needs, and leave the others as they are."""

    def fault(answer: Answer) -> Outcome:
        try:
            return spoil(answer)
        except (AssertionError, IndexError):
            return answer

    return fault


def _state(cases: dict[str, Case], bench: Bench, tiny_workspace: Path, file: Path) -> tuple[str, set[str]]:
    """Return the verdict of the report on a run of the cases, and the cases that it says broke."""
    file.unlink(missing_ok=True)
    report = report_of("faults", [run_case(bench, case) for case in cases.values()], datetime.now(UTC))
    history.keep(report, file, as_json(report) | {"expired": []}, {})
    document = report_document(tiny_workspace, report.run_id)
    assert document["verdict"]["text"] in render(document, "html").decode()
    return document["verdict"]["state"], {b["case"] for b in document["broken"]}


def test_every_planted_fault_turns_the_report_red(
    bench: Bench, cases: dict[str, Case], tiny_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = {"alerts": 0, "checks": [], "since": None, "level": 0.002}
    monkeypatch.setattr("evals.report.look", lambda _: quiet)
    monkeypatch.setattr("evals.reliability.null_band", lambda _: (0.0, 0.1))  # four hundred draws a report
    file = tiny_workspace / "evals" / "history.duckdb"
    sound: Any = Remembered(bench.assistant)
    assert _state(cases, bench, tiny_workspace, file) == ("good", set())
    for name, (spoiled_case, spoil) in FAULTS.items():
        spoiled = replace(bench, assistant=Spoiled(sound, _where_it_applies(spoil)))  # type: ignore[arg-type]
        state, broken = _state(cases, spoiled, tiny_workspace, file)
        assert (state, cases[spoiled_case].id in broken) == ("stop", True), name


def test_a_scorer_that_crashes_makes_the_case_wrong(
    bench: Bench, cases: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_: object) -> object:
        raise ZeroDivisionError("the scorer fell over")

    monkeypatch.setattr("evals.runner.grounding", crash)
    result = run_case(bench, cases["value"])
    assert (result.verdict, result.scores[0].scorer) == ("silent_wrong", "crash")


@pytest.mark.parametrize(
    ("old", "new"),
    [("count(*) FROM", "count(DISTINCT c.customer_id + 1) FROM"), ("2026-09-01", "2026-08-01"), ("1.0 *", "100.0 *"),
     ("m.is_churned AND NOT", "m.is_churned OR NOT"), ("INTERVAL 14", "INTERVAL 400"), ("'DACH'", "'Nordics'"),
     ("= 'DACH'", "<> 'DACH'"), ("1.0 *", "1.001 *"), (") / count(*)", ") / sum(1.1)"), ("1.0 *", "-1.0 *")],
)  # fmt: skip
def test_another_truth_is_told_apart(bench: Bench, cases: dict[str, Case], old: str, new: str) -> None:
    case = cases["value"]
    assert case.expect.sql is not None
    assert old in case.expect.sql
    changed = case.model_copy(
        update={"expect": case.expect.model_copy(update={"sql": case.expect.sql.replace(old, new)})}
    )
    assert run_case(bench, changed).verdict == "silent_wrong"


SEVERAL = """
CREATE TEMP TABLE lost AS
SELECT customer_id, month FROM fct_subscription_months m JOIN dim_customers c USING (customer_id)
WHERE m.is_churned AND NOT coalesce(m.churned_on < c.signed_up_on + INTERVAL 14 DAY, false);
SELECT 1.0 * count(l.customer_id) / count(*) FROM fct_subscription_months m JOIN dim_customers c USING (customer_id)
LEFT JOIN lost l ON l.customer_id = m.customer_id AND l.month = m.month
WHERE m.month = DATE '2026-09-01' AND c.region = 'DACH'
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [("", ""), ("m.is_churned AND NOT", "m.is_churned OR NOT"), ("INTERVAL 14", "INTERVAL 400"), ("1.0 *", "100.0 *"),
     ("2026-09-01", "2026-08-01"), ("'DACH'", "'Nordics'"), ("LEFT JOIN lost", "JOIN lost"), ("= 'DACH'", "<> 'DACH'"),
     ("count(l.customer_id)", "count(DISTINCT l.customer_id) + 1"), ("AND l.month = m.month", ""),
     ("/ count(*)", "/ count(DISTINCT c.plan)")],
)  # fmt: skip
def test_a_truth_of_several_statements_is_told_apart_too(
    bench: Bench, cases: dict[str, Case], old: str, new: str
) -> None:
    assert old in SEVERAL
    case = cases["value"]
    text = SEVERAL.replace(old, new) if old else SEVERAL
    changed = case.model_copy(update={"expect": case.expect.model_copy(update={"sql": text})})
    assert run_case(bench, changed).verdict == ("right" if not old else "silent_wrong")
