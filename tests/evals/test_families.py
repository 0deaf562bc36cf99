"""Suites are generated from a dictionary alone: families judged by each other, and people with a goal."""

from pathlib import Path

import pytest

from assistant.pipeline import Assistant
from assistant.workspace import open_workspace
from evals.bench import Bench, raw_sql
from evals.cases import Case, Suite, load_suites
from evals.facts import Facts
from evals.families import families
from evals.personas import conversations
from evals.runner import run_case
from evals.suite import cases_of, merge
from semantic_layer.engine import DuckDbEngine


@pytest.fixture(scope="module")
def bench(tiny_assistant: Assistant) -> Bench:
    engine = DuckDbEngine(open_workspace(tiny_assistant.workspace.root).warehouse)
    return Bench(assistant=tiny_assistant, run_sql=raw_sql(engine), quote_of=tiny_assistant.quote)


@pytest.fixture(scope="module")
def facts(bench: Bench) -> Facts:
    asked = bench.assistant
    assert asked.as_of is not None
    return Facts(catalogue=asked.catalogue, values=asked.values, as_of=asked.as_of, run_sql=bench.run_sql)


@pytest.fixture(scope="module")
def related(facts: Facts) -> dict[str, Case]:
    return {case.id: case for case in families(facts)}


def test_every_metric_is_asked_in_every_family_and_kind(related: dict[str, Case], facts: Facts) -> None:
    names = {m.name for m in facts.catalogue.metrics if not m.hidden}
    for family in ("paraphrase", "period", "compare", "why", "forecast", "define", "anomalies"):
        assert {f"generated-{family}-{name}" for name in names} <= related.keys()
    assert "generated-additivity-contact_volume" in related
    assert "generated-additivity-churn_rate" not in related


@pytest.mark.parametrize("family", ["paraphrase", "period", "filter", "additivity"])
def test_a_family_holds_and_is_broken_by_another_question(bench: Bench, related: dict[str, Case], family: str) -> None:
    case = related[f"generated-{family}-contact_volume"]
    assert run_case(bench, case).verdict == "right"
    moved = case.model_copy(update={"question": "contact volume in July 2026"})
    loose = case.expect.model_copy(update={"reading": None})
    result = run_case(bench, moved.model_copy(update={"expect": loose}))
    assert [score.scorer for score in result.scores if not score.right] == ["relation"]


def test_an_owner_pursues_a_goal_over_several_turns(bench: Bench, facts: Facts) -> None:
    suite = merge(load_suites(bench.assistant.workspace.root / "evals"))
    found = conversations(suite, facts)
    owners = {m.owner for m in facts.catalogue.metrics if m.name in suite.references}
    assert {case.persona for case in found} == owners
    last = found[3]
    assert (len(last.history), last.verified_by) == (3, "hand-written reference SQL")
    assert run_case(bench, last).verdict == "right"


def test_a_workspace_without_a_suite_is_judged_by_its_dictionary(tiny_assistant: Assistant, tmp_path: Path) -> None:
    assert load_suites(tmp_path) == ()
    suite = merge(())
    cases = cases_of(suite, tiny_assistant, tiny_assistant.workspace)
    assert suite == Suite(suite="generated")
    assert {case.origin for case in cases} == {"generated"}
    assert {case.verified_by for case in cases} == {""}
