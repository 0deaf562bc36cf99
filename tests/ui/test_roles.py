"""The commands in a restricted role."""

import json

import pytest

from ui.cli import run

MANAGER, PARTNER = "regional_manager_dach", "partner_manila"
OCTOBER = ("--from", "2026-10-01", "--to", "2026-10-31")


@pytest.fixture
def said(tiny_workspace, capsys):
    def call(*argv):
        code = run([*argv, "--workspace", str(tiny_workspace), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


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
