"""The audit trail keeps what was answered, for ever as it was."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from assistant.log import AnswerLog
from assistant.types import Answer, Confidence, Figure, Reading, Refusal, ResultColumn, ResultTable
from assistant.wire import reading_from_dict, to_dict
from semantic_layer.errors import UpstreamError, UserError
from semantic_layer.query import Filter, Having, TimeWindow

READING = Reading(
    intent="rank",
    metrics=("churn",),
    by=("region",),
    filters=(Filter(dimension="plan", operator="not in", values=("Plus", 3, True, None)),),
    window=TimeWindow(start=date(2026, 10, 1), end=date(2026, 10, 31), label="October 2026"),
    limit=3,
    order="desc",
    having=(Having(metric="churn", operator=">", value=0.1),),
    assumptions=("no period was named: October 2026",),
)


def answer(id: str = "a1") -> Answer:
    return Answer(
        id=id,
        question="Which region?",
        asked_at=datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
        as_of=date(2026, 10, 31),
        role="executive",
        language="en",
        timings={"read": 1.5},
        reading=READING,
        headline="North.",
        figures=(Figure(metric="churn", label="Churn", value=np.float64("nan"), unit="ratio", text="no value"),),
        table=ResultTable(
            columns=(ResultColumn(name="region"), ResultColumn(name="churn", unit="ratio")),
            rows=(("North", np.int64(3)), ("South", float("inf"))),
        ),
        confidence=Confidence(probability=None, label="uncalibrated", calibrated_on=None, record=None, reasons=()),
    )


def refusal(id: str) -> Refusal:
    return Refusal(
        id=id,
        question="?",
        asked_at=datetime(2026, 11, 1, tzinfo=UTC),
        as_of=None,
        role=None,
        language="en",
        reason="out_of_scope",
        message="No.",
    )


def test_what_is_not_a_number_is_null_and_numpy_is_plain() -> None:
    wire = to_dict(answer())
    assert wire["figures"][0]["value"] is None
    assert wire["table"]["rows"] == [["North", 3], ["South", None]]
    assert (wire["as_of"], wire["asked_at"]) == ("2026-10-31", "2026-11-01T08:30:00Z")


def test_a_reading_has_the_keys_of_the_contract_and_reads_back() -> None:
    wire = to_dict(answer())["reading"]
    assert set(wire) == {
        "intent", "metrics", "by", "filters", "window", "baseline", "grain", "limit", "order", "order_by",
        "having", "assumptions",
    }  # fmt: skip
    assert wire["window"] == {"start": "2026-10-01", "end": "2026-10-31", "label": "October 2026"}
    assert wire["filters"] == [{"dimension": "plan", "operator": "not in", "values": ["Plus", 3, True, None]}]
    assert reading_from_dict(wire) == READING


def test_an_outcome_is_found_by_its_id_as_it_was_given(tmp_path: Path) -> None:
    log = AnswerLog(path=tmp_path / "log" / "answers.db")
    log.record(answer())
    assert log.get("a1") == to_dict(answer())


def test_history_is_the_readings_that_led_there_oldest_first(tmp_path: Path) -> None:
    log = AnswerLog(path=tmp_path / "answers.db")
    log.record(answer("a1"))
    log.record(refusal("r1"), follow="a1")
    log.record(answer("a2"), follow="r1")
    assert len(log.history("a2")) == 2
    assert log.history("r1") == (READING,)


def test_what_was_answered_cannot_be_rewritten(tmp_path: Path) -> None:
    log = AnswerLog(path=tmp_path / "answers.db")
    log.record(answer())
    connection = sqlite3.connect(log.path)
    with pytest.raises(sqlite3.DatabaseError, match="append-only"):
        connection.execute("update outcomes set question = 'another'")
    connection.close()


def test_an_author_has_one_verdict_an_answer(tmp_path: Path) -> None:
    log = AnswerLog(path=tmp_path / "answers.db")
    log.record(answer())
    for verdict in ("up", "down", "down"):
        log.feedback("a1", verdict=verdict, author="ann")
    connection = sqlite3.connect(log.path)
    assert connection.execute("select author, verdict from feedback").fetchall() == [("ann", "down")]
    connection.close()


def test_an_unknown_answer_is_named(tmp_path: Path) -> None:
    log = AnswerLog(path=tmp_path / "answers.db")
    with pytest.raises(UserError, match="nowhere"):
        log.get("nowhere")
    with pytest.raises(UserError, match="nowhere"):
        log.feedback("nowhere", verdict="up")


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "answers.db"
    file.write_bytes(b"this is not a database, it is a letter" * 40)
    with pytest.raises(UpstreamError, match=r"answers\.db"):
        AnswerLog(path=file).record(answer())
