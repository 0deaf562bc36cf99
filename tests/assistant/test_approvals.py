"""An approved answer is verified as long as its approval, its definition and its figures hold, and no longer."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import assistant
from assistant.approvals import approve, reading_key
from assistant.pipeline import Assistant
from assistant.types import Answer
from assistant.wire import to_dict
from semantic_layer.errors import UserError

ASKED = "churn rate in DACH in September 2026"


@pytest.fixture(scope="module")
def workspace(built_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("approved") / "world"
    shutil.copytree(built_workspace, copy, ignore=shutil.ignore_patterns("log", "index", "transcripts"))
    return copy


@pytest.fixture
def asked(workspace: Path) -> Iterator[Assistant]:
    opened = assistant.build(workspace)
    yield opened
    opened.close()


def answered(asked: Assistant, question: str = ASKED) -> Answer:
    answer = asked.ask(question)
    assert isinstance(answer, Answer)
    return answer


def test_the_same_reading_in_other_words_is_verified_and_says_by_whom(asked: Assistant, workspace: Path) -> None:
    first = answered(asked)
    assert first.status == "governed"
    until = datetime.now(UTC).date() + timedelta(days=10)
    approve(workspace, first.id, approver="Ann Lee", until=until)
    again = answered(asked, "what was customer churn for DACH in Sept 2026?")
    assert again.status == "verified"
    assert any("Approved by Ann Lee" in note and "version 2" in note for note in again.notes)


@pytest.mark.parametrize("other", ["churn rate in DACH in August 2026", "churn rate in Nordics in September 2026"])
def test_another_reading_is_not_verified(asked: Assistant, workspace: Path, other: str) -> None:
    approve(workspace, answered(asked).id, approver="Ann Lee")
    assert answered(asked, other).status == "governed"


def test_an_expired_approval_says_so(asked: Assistant, workspace: Path) -> None:
    approve(workspace, answered(asked).id, approver="Ann Lee")
    asked.clock = lambda: datetime.now(UTC) + timedelta(days=91)
    late = answered(asked)
    assert late.status == "governed"
    assert any("expired" in note for note in late.notes)


def test_a_changed_formula_ends_an_approval_even_without_a_new_version(asked: Assistant, workspace: Path) -> None:
    approve(workspace, answered(asked).id, approver="Ann Lee")
    metric = asked.catalogue.metric("churn_rate")
    numerator = metric.numerator
    assert numerator is not None
    assert numerator.where is not None
    longer = numerator.where.replace("14 day", "30 day")
    assert longer != numerator.where
    changed = metric.model_copy(update={"numerator": numerator.model_copy(update={"where": longer})})
    others = tuple(m if m.name != "churn_rate" else changed for m in asked.catalogue.metrics)
    asked.catalogue = asked.catalogue.model_copy(update={"metrics": others}).indexed()
    redefined = answered(asked)
    assert redefined.status == "governed"
    assert any("definition of Churn rate has changed" in note for note in redefined.notes)


def test_an_approval_of_other_figures_does_not_hold(asked: Assistant, workspace: Path) -> None:
    import sqlite3

    first = answered(asked)
    approve(workspace, first.id, approver="Ann Lee")
    with sqlite3.connect(asked.log.path) as connection:
        connection.execute("drop trigger outcomes_stay")
        connection.execute(
            "update outcomes set outcome = json_set(outcome, '$.figures[0].value', 0.5) where id = ?", (first.id,)
        )
    assert any("figures have changed" in note for note in answered(asked).notes)


def test_words_about_a_reading_do_not_count() -> None:
    window = {"start": "2026-09-01", "end": "2026-09-30", "label": "September 2026"}
    reading = {"metrics": ["churn_rate"], "window": window, "baseline": None, "assumptions": ["last month"]}
    said = reading | {"window": window | {"label": "last month"}, "assumptions": []}
    assert reading_key(reading) == reading_key(said)
    assert reading_key(reading) != reading_key(reading | {"metrics": ["csat"]})


def test_an_approval_counts_as_right_and_a_withdrawn_one_no_longer(asked: Assistant, workspace: Path) -> None:
    answer = answered(asked, "csat in September 2026")
    asked.feedback(answer.id, verdict="down", reason="wrong_number")
    approve(workspace, answer.id, approver="Ann Lee")
    assert [f.verdict for f in asked.log.judged() if f.id == answer.id] == ["up"]
    asked.log.withdraw(answer.id)
    assert [f.verdict for f in asked.log.judged() if f.id == answer.id] == ["down"]


def test_a_thumb_alone_teaches_the_planner_nothing(asked: Assistant) -> None:
    answer = answered(asked, "transfer rate in September 2026")
    asked.feedback(answer.id, verdict="up")
    assert answer.question not in [question for question, _ in asked.log.approved()]


def test_a_correction_is_kept_without_personal_data(asked: Assistant) -> None:
    answer = answered(asked)
    asked.correct(answer.id, text="2.1 %, says jane.quimby@example.org", author="ann")
    (kept,) = asked.log.corrections(answer.id)
    assert "2.1 %" in kept
    assert "quimby" not in kept


@pytest.mark.parametrize(
    ("id", "approver", "until", "code"),
    [
        ("nothing", "Ann", None, "unknown_answer"),
        ("x", " ", None, "no_approver"),
        ("x", "A", date(2020, 1, 1), "expired"),
    ],
)
def test_what_cannot_be_approved_says_why(
    workspace: Path, id: str, approver: str, until: date | None, code: str
) -> None:
    with pytest.raises(UserError) as caught:
        approve(workspace, id, approver=approver, until=until)
    assert caught.value.code == code


def test_a_refusal_is_not_approved(asked: Assistant, workspace: Path) -> None:
    refusal = asked.ask("churn rate in Narnia last month")
    assert to_dict(refusal)["kind"] != "answer"
    with pytest.raises(UserError, match="is a"):
        approve(workspace, refusal.id, approver="Ann")
