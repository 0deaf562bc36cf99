"""What words were scored becomes a metric beside the warehouse, and says how it is known."""

from pathlib import Path

import pytest

from assistant.dictionary import load_dictionary, open_engine
from assistant.pipeline import Assistant
from assistant.scoring import SCORES, TABLE, score_cards
from assistant.types import Answer
from assistant.workspace import Workspace, open_workspace
from semantic_layer.compile import compile_query
from semantic_layer.query import MetricQuery
from semantic_layer.storage import open_reader

TOLD = "text_first_contact_resolution_rate"


@pytest.fixture(scope="module")
def workspace(tiny_workspace: Path) -> Workspace:
    return open_workspace(tiny_workspace)


def test_an_outcome_that_words_tell_is_a_metric(workspace: Workspace) -> None:
    spec = load_dictionary(workspace).catalogue.metric(TOLD)
    assert spec.owner == load_dictionary(workspace).catalogue.metric("first_contact_resolution_rate").owner
    assert "AUC" in str(spec.caveat)


def test_an_outcome_with_too_few_answers_is_refused_not_guessed(workspace: Workspace) -> None:
    refused = {card.name: card.refused for card in score_cards(workspace)}
    assert refused["text_csat"] is not None
    assert "text_csat" not in {m.name for m in load_dictionary(workspace).catalogue.metrics}


def test_the_metric_is_the_mean_of_the_scores_of_its_slice(workspace: Workspace) -> None:
    engine = open_engine(workspace)
    query = MetricQuery(metrics=(TOLD,), by=("queue",))
    table = engine.run(compile_query(query, load_dictionary(workspace).catalogue))
    engine.close()
    with open_reader(workspace.warehouse) as warehouse, open_reader(workspace.index / SCORES) as scores:
        told = dict(scores.execute(f"SELECT contact_id, {TOLD} FROM {TABLE}").fetchall())
        queues = dict(warehouse.execute("SELECT contact_id, queue FROM fct_contacts").fetchall())
    for queue, value in table.rows():
        of = [score for contact, score in told.items() if queues[contact] == queue]
        assert value == pytest.approx(sum(of) / len(of))


def test_a_question_about_the_score_is_answered_with_its_caveat(tiny_assistant: Assistant) -> None:
    answer = tiny_assistant.ask("first contact resolution from transcripts by channel")
    assert isinstance(answer, Answer)
    assert answer.reading.metrics == (TOLD,)
    assert any("AUC" in caveat for caveat in answer.caveats)
