"""What a restricted role is told, by every way of asking."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import assistant
from assistant.pipeline import Assistant
from assistant.types import Answer, Clarification, Question, Refusal
from assistant.wire import to_dict
from assistant.workspace import open_workspace
from semantic_layer.errors import InternalError, UserError

OTHERS = ("Nordics", "North America", "UK & Ireland")
SITES = ("Belfast", "Austin", "Leipzig")


@pytest.fixture(scope="module")
def manager(tiny_workspace: Path) -> Iterator[Assistant]:
    opened = assistant.build(tiny_workspace, role="regional_manager_dach")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def partner(tiny_workspace: Path) -> Iterator[Assistant]:
    opened = assistant.build(tiny_workspace, role="partner_manila")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def truth(tiny_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    copy = tmp_path_factory.mktemp("truth") / "warehouse.duckdb"
    copy.write_bytes((tiny_workspace / "warehouse.duckdb").read_bytes())
    connection = duckdb.connect(str(copy), read_only=True)
    yield connection
    connection.close()


def wire(outcome: object) -> str:
    """Everything an outcome says, without the SQL."""
    said = to_dict(outcome)
    said.pop("queries", None)
    return json.dumps(said, ensure_ascii=False, default=str)


def test_a_figure_is_of_the_roles_rows(manager, truth):
    answer = manager.ask("How many contacts did we have in October 2026?")
    (expected,) = truth.execute(
        "SELECT count(*) FROM fct_contacts JOIN dim_customers USING (customer_id) "
        "WHERE region = 'DACH' AND started_at >= '2026-10-01' AND started_at < '2026-11-01'"
    ).fetchone()
    assert isinstance(answer, Answer)
    assert answer.figures[0].value == expected


@pytest.mark.parametrize(
    "question",
    [
        "What was the churn rate last month?",
        "Churn rate by region",
        "Which region has the highest churn rate?",
        "Compare contact volume across regions",
        "How has churn rate developed over the past 12 months?",
        "Why did churn rate change in August 2026 compared with June 2026?",
        "What do customers say about the price?",
        "How is churn rate defined?",
        "Contact volume by site and region in October 2026",
    ],
)
def test_no_answer_names_or_counts_other_regions(manager, question):
    outcome = manager.ask(question)
    assert not isinstance(outcome, Clarification)
    for query in outcome.queries if isinstance(outcome, Answer) else ():
        assert "'DACH'" in query.sql
    assert not any(other in wire(outcome) for other in OTHERS)


def test_the_card_says_that_the_view_is_restricted(manager):
    outcome = manager.ask("What was the churn rate last month?")
    assert any(text.startswith("Restricted view: ") and "DACH" in text for text in outcome.caveats)
    assert outcome.role == "regional_manager_dach"


@pytest.mark.parametrize("name", ["Nordics", "Narnia"])
def test_a_member_of_others_is_answered_like_one_that_never_was(manager, name):
    refusal = manager.ask(f"What was churn rate in {name} last month?")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "not_permitted"
    assert not any(other in refusal.message.replace(name, "") for other in OTHERS)
    assert refusal.message.replace(name, "X") == manager.ask("What was churn rate in X last month?").message


def test_synonyms_of_other_members_are_unknown_words(manager, tiny_assistant):
    assert isinstance(tiny_assistant.ask("Churn rate in the UK last month"), Answer)
    assert isinstance(manager.ask("Churn rate in the UK last month"), Refusal)


def test_a_masked_dimension_is_refused_and_its_members_are_nowhere(manager, truth):
    refusal = manager.ask("Average handle time by agent")
    assert (refusal.kind, refusal.reason) == ("refusal", "not_permitted")
    assert "agent" not in manager.values
    (name,) = truth.execute("SELECT agent_name FROM dim_agents LIMIT 1").fetchone()
    assert isinstance(manager.ask(f"What was the average handle time of {name}?"), Refusal)


def test_a_hidden_metric_is_refused_without_being_confused_with_another(partner):
    refusal = partner.ask("What was the service cost last month?")
    assert (refusal.kind, refusal.reason) == ("refusal", "not_permitted")
    assert "service cost" not in refusal.message.lower()


def test_a_metric_whose_rows_cannot_be_narrowed_is_refused(partner):
    refusal = partner.ask("What was the churn rate last month?")
    assert (refusal.kind, refusal.reason) == ("refusal", "not_permitted")
    assert not any("churn" in question.lower() for question in refusal.nearest)


def test_a_site_sees_its_own_contacts_only(partner, truth):
    answer = partner.ask("Average handle time by site in October 2026")
    assert [row[0] for row in answer.table.rows] == ["Manila"]
    (expected,) = truth.execute(
        "SELECT sum(talk_seconds + hold_seconds + after_call_seconds) / count(*) FROM fct_contacts "
        "JOIN dim_agents USING (agent_id) WHERE site = 'Manila' AND handled_by = 'human' AND NOT is_abandoned "
        "AND started_at >= '2026-10-01' AND started_at < '2026-11-01'"
    ).fetchone()
    assert answer.table.rows[0][1] == pytest.approx(expected)
    assert not any(site in wire(answer) for site in SITES)


def test_a_why_and_its_quotes_are_of_the_roles_contacts(partner, truth):
    answer = partner.ask("Why did first-contact resolution change in September 2026 compared with June 2026?")
    own = {
        row[0]
        for row in truth.execute(
            "SELECT contact_id FROM fct_contacts JOIN dim_agents USING (agent_id) WHERE site = 'Manila'"
        ).fetchall()
    }
    assert answer.drivers is not None
    assert {e.contact_id for e in answer.evidence} <= own
    quoted = partner.ask("What do customers say about the router?")
    assert quoted.evidence
    assert {e.contact_id for e in quoted.evidence} <= own
    total = answer.drivers.total_change
    for split in answer.drivers.by_dimension:
        assert sum(row.contribution for row in split.rows) == pytest.approx(total, abs=1e-9)


def test_a_quote_of_another_contact_is_not_found(manager, tiny_assistant):
    everywhere = tiny_assistant.ask("What do customers say about the router?").evidence
    foreign = next(e for e in everywhere if e.contact_id not in manager._evidence().contact_ids)
    with pytest.raises(UserError) as caught:
        manager.quote(foreign.citation)
    assert caught.value.code == "unknown_citation"


def test_a_restricted_role_cannot_go_on_from_anothers_answer(manager, tiny_assistant):
    foreign = tiny_assistant.ask("Churn rate in Nordics last month")
    with pytest.raises(UserError) as caught:
        manager.ask("and the month before?", follow=foreign.id)
    assert caught.value.code == "unknown_answer"
    with pytest.raises(UserError):
        manager.log.get(foreign.id, role=manager.role)


def test_a_carried_filter_of_others_is_refused(manager, tiny_assistant):
    foreign = tiny_assistant.plan("Churn rate in Nordics last month").reading
    refusal = manager.ask(Question(text="and the month before?", history=(foreign,)))
    assert (refusal.kind, refusal.reason) == ("refusal", "not_permitted")
    assert "Nordics" not in wire(refusal)


def test_the_audit_trail_records_the_role(manager):
    outcome = manager.ask("What was the churn rate last month?")
    assert manager.log.get(outcome.id)["role"] == "regional_manager_dach"
    assert all(kept["role"] == manager.role for kept in manager.log.recent(role=manager.role))


def test_a_question_in_another_role_than_the_one_opened_is_our_mistake(manager):
    with pytest.raises(InternalError):
        manager.ask(Question(text="Churn rate", role="executive"))


def test_small_groups_are_withheld_in_answers(partner, truth):
    answer = partner.ask("Contact volume by topic on 31 October 2026")
    sizes = dict(
        truth.execute(
            "SELECT topic, count(DISTINCT customer_id) FROM fct_contacts JOIN dim_agents USING (agent_id) "
            "WHERE site = 'Manila' AND started_at >= '2026-10-31' GROUP BY 1"
        ).fetchall()
    )
    assert any(size < 5 for size in sizes.values())
    shown = dict(answer.table.rows) if isinstance(answer, Answer) else {}
    assert all(sizes[topic] >= 5 for topic in shown)
    if shown:
        assert any("rows are left out" in caveat for caveat in answer.caveats)
    else:
        assert answer.reason == "not_permitted"


def test_the_size_of_a_small_group_is_told_nowhere(partner, truth):
    topics = truth.execute(
        "SELECT topic, count(DISTINCT customer_id) FROM fct_contacts JOIN dim_agents USING (agent_id) "
        "WHERE site = 'Manila' AND started_at >= '2026-10-31' GROUP BY 1"
    ).fetchall()
    topic = next(name for name, size in topics if size < 5)
    refusal = partner.ask(f"Contact volume for {topic} on 31 October 2026")
    assert refusal.kind == "refusal"
    assert "fewer than 5 customers" in refusal.message


def test_an_unknown_role_lists_the_roles(tiny_workspace):
    with pytest.raises(UserError) as caught:
        assistant.build(tiny_workspace, role="nobody")
    assert caught.value.code == "unknown_role"
    assert "partner_manila" in caught.value.hint


def test_who_names_no_role_has_the_default_one(tiny_workspace, tmp_path):
    import shutil

    copy = shutil.copytree(tiny_workspace, tmp_path / "copy")
    config = copy / "because.yml"
    config.write_text(config.read_text() + "\ndefault_role: partner_manila\n")
    opened = assistant.build(copy)
    assert opened.role == "partner_manila"
    assert opened.values["site"] == ("Manila",)
    opened.close()


def test_a_default_role_must_exist(tmp_path):
    (tmp_path / "because.yml").write_text("default_role: nobody\nroles: {clerk: {label: Clerk}}\n")
    with pytest.raises(UserError, match="nobody") as caught:
        open_workspace(tmp_path)
    assert caught.value.code == "bad_config"
