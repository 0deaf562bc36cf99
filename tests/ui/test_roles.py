"""The commands in a restricted role."""

import json

import duckdb
import pytest

from ui.cli import run
from ui.desk import Turn
from ui.desk_open import open_desk
from ui.mcp_server import Tools

MANAGER, PARTNER = "regional_manager_dach", "partner_manila"
OCTOBER = ("--from", "2026-10-01", "--to", "2026-10-31")


@pytest.fixture
def said(tiny_workspace, capsys):
    def call(*argv):
        code = run([*argv, "--workspace", str(tiny_workspace), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


@pytest.fixture(scope="module")
def truth(tiny_workspace, tmp_path_factory):
    copy = tmp_path_factory.mktemp("truth") / "warehouse.duckdb"
    copy.write_bytes((tiny_workspace / "warehouse.duckdb").read_bytes())
    connection = duckdb.connect(str(copy), read_only=True)
    yield lambda text: connection.execute(text).fetchall()
    connection.close()


def test_sql_is_shown_and_run_within_the_policy(said):
    _, found = said("sql", "contact_volume", "--by", "region", *OCTOBER, "--role", MANAGER, "--run")
    assert [row[0] for row in found["rows"]] == ["DACH"]
    assert found["sql"].count("dim_customers.region = 'DACH'") == 2
    _, whole = said("sql", "contact_volume", "--by", "region", *OCTOBER, "--run")
    assert dict(whole["rows"])["DACH"] == found["rows"][0][1]
    assert len(whole["rows"]) == 4


def test_other_dialects_keep_the_policy(said):
    _, found = said("sql", "contact_volume", "--role", MANAGER, "--dialect", "snowflake")
    assert "region = 'DACH'" in found["sql"]


@pytest.mark.parametrize("argv", [("sql", "service_cost"), ("sql", "churn_rate"), ("metrics", "service_cost")])
def test_what_is_not_open_is_a_typed_error(said, argv):
    code, error = said(*argv, "--role", PARTNER)
    assert (code, error["code"]) == (2, "not_permitted")


@pytest.mark.parametrize("argv", [("sql", "contact_volume"), ("search", "price increase")])
@pytest.mark.parametrize("region", ["Nordics", "Narnia"])
def test_a_filter_on_others_is_a_filter_on_nothing(said, argv, region):
    code, error = said(*argv, "--where", f"region={region}", "--role", MANAGER)
    assert (code, error["code"], error["hint"]) == (2, "unknown_value", "known: DACH")


def test_search_finds_passages_of_the_roles_contacts_only(said):
    _, everyone = said("search", "router", "--k", "50")
    _, own = said("search", "router", "--k", "50", "--role", PARTNER)
    _, by_filter = said("search", "router", "--k", "50", "--where", "site=Manila")
    assert [p["citation"] for p in own["passages"]] == [p["citation"] for p in by_filter["passages"]]
    assert len(own["passages"]) < len(everyone["passages"])


def test_the_dictionary_of_a_role_lists_what_it_may_ask(said):
    _, found = said("metrics", "--role", PARTNER)
    names = {m["metric"] for m in found["metrics"]}
    assert not names & {"service_cost", "cost_per_contact", "churn_rate", "arpu"}
    assert "average_handle_time" in names
    assert not any("agent" in m["dimensions"] for m in found["metrics"])


@pytest.mark.parametrize("argv", [("ask", "churn"), ("sql", "csat"), ("search", "x"), ("metrics",), ("plan", "churn")])
def test_an_unknown_role_is_an_error_that_lists_the_roles(said, argv):
    code, error = said(*argv, "--role", "nobody")
    assert (code, error["code"]) == (2, "unknown_role")
    assert MANAGER in error["hint"]


def test_a_plan_of_a_restricted_role_names_nothing_closed(said):
    _, found = said("plan", "What was the service cost last month?", "--role", PARTNER)
    assert (found["kind"], found["reason"], found["role"]) == ("refusal", "not_permitted", PARTNER)


def test_the_index_of_a_role_holds_its_own_contacts(said, truth):
    everyone, own = (said("index", "status", *role)[1] for role in ((), ("--role", PARTNER)))
    ids = {
        row[0]
        for row in truth("SELECT contact_id FROM fct_contacts JOIN dim_agents USING (agent_id) WHERE site = 'Manila'")
    }
    heard = {passage["contact_id"] for passage in said("search", "router", "--k", "200")[1]["passages"]}
    assert 0 < own["contacts"] < everyone["contacts"]
    assert 0 < own["passages"] < everyone["passages"]
    assert own["contacts"] >= len(heard & ids) > 0
    assert own["problems"] == []


def test_themes_of_a_role_count_its_own_contacts_and_no_small_groups(said):
    _, everyone = said("index", "themes")
    _, own = said("index", "themes", "--role", MANAGER)
    held = said("index", "status", "--role", MANAGER)[1]["contacts"]
    counts = {theme["name"]: theme["contacts"] for theme in everyone["themes"]}
    assert own["themes"]
    assert all(5 <= theme["contacts"] < counts[theme["name"]] for theme in own["themes"])
    assert sum(theme["contacts"] for theme in own["themes"]) <= held


def test_scores_taught_by_contacts_of_everybody_are_not_open_to_a_role_with_rows(said):
    code, error = said("index", "scores", "--role", PARTNER)
    assert (code, error["code"]) == (2, "not_permitted")
    assert said("index", "scores", "--role", "analyst")[0] == 0


@pytest.mark.parametrize("command", ["status", "themes", "scores"])
def test_the_index_commands_know_the_roles(said, command):
    code, error = said("index", command, "--role", "nobody")
    assert (code, error["code"]) == (2, "unknown_role")


def test_why_in_a_role_is_of_its_rows_and_of_what_is_open(said):
    _, answer = said("why", "contact_volume", "--window", "2026-10", "--role", MANAGER)
    assert all("'DACH'" in query["sql"] for query in answer["queries"])
    code, error = said("why", "service_cost", "--role", PARTNER)
    assert (code, error["reason"] if code == 0 else error["code"]) in ((0, "not_permitted"), (2, "not_permitted"))
    assert said("why", "contact_volume", "--where", "region=Nordics", "--role", MANAGER)[1]["code"] == "unknown_value"


def test_tools_of_a_role_have_its_limits(tiny_workspace):
    tools = Tools(tiny_workspace, MANAGER)
    assert tools.ask("Churn rate in Nordics last month")["reason"] == "not_permitted"
    assert [row[0] for row in tools.sql(("contact_volume",), by=("region",))["rows"]] == ["DACH"]
    assert tools.search("router", where=("region=Nordics",))["code"] == "unknown_value"
    assert not any("agent" in metric["dimensions"] for metric in tools.metrics()["metrics"])


def test_the_query_engine_of_a_role_has_its_limits(tiny_workspace):
    import assistant

    engine = assistant.query_engine(tiny_workspace, role=MANAGER)
    reply = engine.query("Contact volume by region in October 2026")
    assert [row[0] for row in reply.metadata["table"]["rows"]] == ["DACH"]
    assert engine.query("Average handle time by agent").metadata["reason"] == "not_permitted"


def test_the_page_asks_in_the_role_that_the_menu_names(tiny_workspace):
    desk = open_desk(tiny_workspace)
    assert {MANAGER, PARTNER} <= desk.facts.roles.keys()
    everyone = _asked(desk, "Contact volume by region in October 2026", None, [])
    own = _asked(desk, "Contact volume by region in October 2026", MANAGER, [everyone])
    assert len(everyone.result.table.rows) == 4
    assert [row[0] for row in own.result.table.rows] == ["DACH"]
    foreign = _asked(desk, "Churn rate in Nordics last month", None, [])
    going_on = _asked(desk, "and the month before?", MANAGER, [foreign])
    assert (going_on.result.kind, going_on.result.reason) == ("refusal", "not_permitted")
    desk.close()


def _asked(desk, text, role, turns):
    return next(event for event in desk.ask(text, role=role, turns=turns) if isinstance(event, Turn))


def test_common_reasons_are_of_enough_customers_and_their_shares_of_all_contacts(said, truth):
    _, answer = said("ask", "What do customers contact us about on 31 October 2026?", "--role", PARTNER)
    rows = truth(
        "SELECT topic, count(*), count(DISTINCT customer_id) FROM fct_contacts JOIN dim_agents USING (agent_id) "
        "WHERE site = 'Manila' AND started_at >= '2026-10-31' GROUP BY 1"
    )
    sizes, contacts = {row[0]: row[2] for row in rows}, sum(row[1] for row in rows)
    assert any(size < 5 for size in sizes.values())
    for topic, count, share, _ in answer["table"]["rows"] if answer.get("table") else ():
        assert sizes[topic] >= 5
        assert share == pytest.approx(count / contacts)
    assert all(theme["contacts"] >= 5 for theme in answer.get("themes", ()))
