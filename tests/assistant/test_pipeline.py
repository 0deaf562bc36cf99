"""From a question to an answer whose every sentence can be traced."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import assistant
from assistant.findings import Narration
from assistant.pipeline import Assistant
from assistant.types import Answer, Claim, Clarification, Plan, Refusal
from assistant.verify import verify_claims, verify_quotes
from assistant.wire import to_dict, to_json
from evals.scorers import additivity
from semantic_layer.errors import UserError

WHY = "Why is churn up in August 2026 compared with June 2026?"
ASKED = (
    "What was the churn rate last month?",
    WHY,
    "Average handle time by channel last month",
    "Top 3 queues by contact volume last month",
    "How has transfer rate developed over the past 12 months?",
    "Compare CSAT for Voice and Chat in Q3 2026",
    "Compare contact volume in September 2026 with October 2026",
    "How is first contact resolution defined?",
    "Show me quotes about the invoice",
)


def answered(asked: Assistant, question: str) -> Answer:
    outcome = asked.ask(question)
    assert isinstance(outcome, Answer), to_json(outcome)
    return outcome


@pytest.mark.parametrize("question", ASKED)
def test_every_sentence_is_kept_and_points_at_what_it_rests_on(tiny_assistant: Assistant, question: str) -> None:
    answer = answered(tiny_assistant, question)
    wire = to_dict(answer)
    assert answer.claims[0].text == answer.headline
    assert not [note for note in answer.notes if "dropped" in note]
    for claim in answer.claims:
        for pointer in claim.figures:
            node = wire
            for part in pointer.split("/")[1:]:
                node = node[int(part)] if isinstance(node, list) else node[part]


@pytest.mark.parametrize("question", ASKED)
def test_every_follow_up_can_be_read(tiny_assistant: Assistant, question: str) -> None:
    for text in answered(tiny_assistant, question).follow_ups:
        assert isinstance(tiny_assistant.plan(text), Plan), text


@pytest.mark.parametrize("question", ASKED)
def test_json_has_no_nan_and_reads_back(tiny_assistant: Assistant, question: str) -> None:
    text = to_json(answered(tiny_assistant, question))
    assert "NaN" not in text
    assert json.loads(text)["kind"] == "answer"


def test_steps_end_with_the_outcome(tiny_assistant: Assistant) -> None:
    steps = list(tiny_assistant.steps(WHY))
    assert [step.outcome is not None for step in steps] == [False] * (len(steps) - 1) + [True]
    assert all(step.text for step in steps)


def test_drivers_add_up_and_the_planted_segment_leads(tiny_assistant: Assistant) -> None:
    answer = answered(tiny_assistant, WHY)
    assert answer.drivers is not None
    assert additivity(answer.drivers).right
    assert {f.dimension: f.values for f in answer.drivers.segments[0].filters} == {
        "segment": ("SMB",),
        "region": ("DACH",),
        "plan": ("Plus",),
    }


def test_every_quote_is_verbatim(tiny_assistant: Assistant) -> None:
    answer = answered(tiny_assistant, "Show me quotes about the invoice")
    assert answer.evidence
    assert all(item.quote in tiny_assistant.quote(item.citation) for item in answer.evidence)


def test_a_number_that_no_figure_has_is_dropped_and_counted(tiny_assistant: Assistant) -> None:
    answer = answered(tiny_assistant, "What was the churn rate last month?")
    invented = Claim(text="Churn rate will be 17.35 % next month.", figures=("/figures/0/value",))
    kept, dropped = verify_claims(Narration(headline=answer.claims[0], claims=(answer.claims[0], invented)), answer)
    assert (kept, dropped) == ((answer.claims[0],), 1)


def test_a_claim_that_points_nowhere_is_dropped(tiny_assistant: Assistant) -> None:
    answer = answered(tiny_assistant, "What was the churn rate last month?")
    lost = Claim(text="All is well.", figures=("/figures/99/value",))
    assert verify_claims(Narration(headline=lost, claims=(lost,)), answer) == ((), 1)


def test_an_invented_quote_is_dropped(tiny_assistant: Assistant) -> None:
    answer = answered(tiny_assistant, "Show me quotes about the invoice")
    invented = replace(answer.evidence[0], quote="I never said this.")
    assert verify_quotes((invented, answer.evidence[0]), tiny_assistant.quote) == (answer.evidence[0],)


def test_an_answer_is_logged_and_a_follow_up_keeps_what_was_not_said(tiny_assistant: Assistant) -> None:
    first = answered(tiny_assistant, "What was the churn rate for SMB in September 2026?")
    assert tiny_assistant.log.get(first.id)["headline"] == first.headline
    then = tiny_assistant.ask("and in DACH?", follow=first.id)
    assert isinstance(then, Answer)
    assert {f.dimension for f in then.reading.filters} == {"segment", "region"}
    assert then.reading.window == first.reading.window


def test_feedback_is_kept_once_an_author(tiny_assistant: Assistant) -> None:
    answer = answered(tiny_assistant, "What was the churn rate last month?")
    for _ in range(2):
        tiny_assistant.feedback(answer.id, verdict="down", reason="wrong number", author="a")


def test_a_refusal_and_a_question_back_are_outcomes(tiny_assistant: Assistant) -> None:
    assert isinstance(tiny_assistant.ask("what is the weather like?"), Refusal | Clarification)


def test_threads_share_an_assistant(tiny_assistant: Assistant) -> None:
    from concurrent.futures import ThreadPoolExecutor

    alone = {question: answered(tiny_assistant, question).claims for question in ASKED}
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: answered(tiny_assistant, question).claims, ASKED * 3))
    assert together == [alone[question] for question in ASKED * 3]


def test_numbers_do_not_need_the_index(tiny_workspace: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "bare"
    shutil.copytree(tiny_workspace, copy, ignore=shutil.ignore_patterns("index"))
    answer = answered(assistant.build(copy), WHY)
    assert answer.drivers is not None
    assert any("because index build" in note for note in answer.notes)


def test_an_unknown_role_is_named_with_those_there_are(tiny_workspace: Path) -> None:
    with pytest.raises(UserError, match="emperor") as caught:
        assistant.build(tiny_workspace, role="emperor")
    assert "executive" in caught.value.hint


def test_confidence_is_a_measured_probability_with_its_record(tiny_assistant: Assistant) -> None:
    confidence = answered(tiny_assistant, WHY).confidence
    assert confidence.probability is not None
    assert 0 < confidence.probability < 1
    assert confidence.calibrated_on == "measured on the demo suite"
    assert confidence.record is not None
    assert confidence.record.right <= confidence.record.n
    assert confidence.reasons
