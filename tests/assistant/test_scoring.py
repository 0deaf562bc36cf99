"""What words were scored becomes a metric beside the warehouse, and says how it is known."""

import re
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant import build
from assistant.dictionary import load_dictionary, open_engine
from assistant.pipeline import Assistant
from assistant.scoring import SCORES, TABLE, score_cards, score_corpus
from assistant.types import Answer, Refusal
from assistant.workspace import Workspace, open_workspace
from indexes.settings import ScoreSettings
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


@pytest.fixture(scope="module")
def scored(tiny_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The tiny workspace, asked for mentions, for a bounded metric and for what nobody recorded."""
    root = tmp_path_factory.mktemp("scored") / "workspace"
    shutil.copytree(tiny_workspace, root)
    config = root / "because.yml"
    text = config.read_text(encoding="utf-8")
    asked = re.sub(r"  scores:\n(    - .*\n)+", WISHES, text)
    assert asked != text
    config.write_text(asked, encoding="utf-8")
    score_corpus(open_workspace(root))
    return build(root)


WISHES = """  scores:
    - {name: upsell, label: Upsell mentions, where: {topic: [Plan upgrade, Bundle offer]}}
    - {name: negative, label: Negative sentiment, metric: sentiment_score, at_most: -0.2}
    - {name: competitor, label: Competitor mentions, where: {topic: [Competitor offer]}}
"""


def test_mentions_are_learned_from_what_contacts_were_recorded_as(scored: Assistant) -> None:
    cards = {card.name: card for card in score_cards(scored.workspace)}
    with open_reader(scored.workspace.warehouse) as warehouse, open_reader(scored.workspace.index / SCORES) as told:
        found = told.execute(f"SELECT contact_id, text_upsell FROM {TABLE}").fetchall()
        topics = dict(warehouse.execute("SELECT contact_id, topic FROM fct_contacts").fetchall())
    recorded = {contact for contact, _ in found if topics[contact] in ("Plan upgrade", "Bundle offer")}
    assert cards["text_upsell"].positives == len(recorded)
    inside = [score for contact, score in found if contact in recorded]
    outside = [score for contact, score in found if contact not in recorded]
    assert sum(inside) / len(inside) > 5 * sum(outside) / len(outside)


def test_an_average_is_an_outcome_from_the_bound_that_the_workspace_names(scored: Assistant) -> None:
    card = next(card for card in score_cards(scored.workspace) if card.name == "text_negative")
    with open_reader(scored.workspace.warehouse) as warehouse, open_reader(scored.workspace.index / SCORES) as told:
        heard = {contact for (contact,) in told.execute(f"SELECT contact_id FROM {TABLE}").fetchall()}
        low = warehouse.execute("SELECT contact_id FROM fct_contacts WHERE sentiment <= -0.2").fetchall()
    assert card.positives == len(heard & {contact for (contact,) in low})


def test_how_do_you_know_is_answered_from_the_card_of_the_score_before(scored: Assistant) -> None:
    first = scored.ask("upsell mentions by segment")
    assert isinstance(first, Answer)
    asked = scored.ask("how do you know?", follow=first.id)
    assert isinstance(asked, Answer)
    card = asked.definitions[0].validation
    assert card is not None
    assert (asked.reading.intent, card.name) == ("define", "text_upsell")
    texts = " ".join(claim.text for claim in asked.claims)
    assert f"a chance of {card.auc} (AUC, {card.auc_ci[0]} to {card.auc_ci[1]})" in texts  # type: ignore[index]
    assert "in the last period" in texts


def test_a_score_that_nothing_taught_is_refused_with_the_reason(scored: Assistant) -> None:
    found = scored.ask("competitor mentions by month")
    assert isinstance(found, Refusal)
    assert "no contact is recorded as Competitor offer" in found.message


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "x"},
        {"name": "x", "metric": "csat", "where": {"topic": ["a"]}},
        {"name": "x", "where": {"topic": ["a"]}, "at_least": 1.0},
        {"name": "Not a name", "metric": "csat"},
    ],
)
def test_a_wish_that_names_no_one_outcome_is_not_taken(wish: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ScoreSettings.model_validate(wish)
