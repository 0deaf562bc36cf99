"""Runs are kept as they were, compared case by case, and held to a gate."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.log import AnswerLog
from evals import history
from evals.cases import Case, Expected
from evals.compare import compare
from evals.gate import judge_gate
from evals.noise import noisy
from evals.parallel import judge_all
from evals.rescore import rescore
from evals.runner import Result, Verdict, report_of, summarise
from evals.suite import as_json, run_suite
from semantic_layer.errors import UserError
from ui.cli import run

START = datetime(2026, 11, 1, tzinfo=UTC)
VERSIONS = {"code": "a", "warehouse": "w", "catalogue": "c"}


def result(case: str, verdict: Verdict = "right", **keys: Any) -> Result:
    asked = Case(id=case, question=f"question {case}", expect=Expected(), verified_by="a person", **keys)
    return Result(
        case=asked, outcome_id=case, outcome_kind="answer", headline="", verdict=verdict, scores=(), ms=1.0,
        features={"doubt": 0.0}, probability=0.9,
    )  # fmt: skip


def kept(file: Path, results: list[Result], *, day: int = 0, **versions: str) -> str:
    report = report_of("small", results, START + timedelta(days=day))
    history.keep(report, file, as_json(report) | {"expired": []}, VERSIONS | versions)
    return report.run_id


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.duckdb"


def test_a_run_reads_back_as_it_was_kept(file: Path) -> None:
    run_id = kept(file, [result("a", family="f", tags=("critical",)), result("b", "silent_wrong")])
    first, second = history.results(file, run_id)
    assert (first.case_id, first.family, first.tags, first.verified) == ("a", "f", ["critical"], True)
    assert (second.verdict, second.features, second.probability) == ("silent_wrong", {"doubt": 0.0}, 0.9)
    assert history.run(file).versions == VERSIONS


def test_a_second_run_leaves_the_first_untouched(file: Path) -> None:
    first = kept(file, [result("a")])
    before = history.results(file, first)
    kept(file, [result("a", "silent_wrong")], day=1)
    assert history.results(file, first) == before


def test_flips_are_named_with_what_differs_between_the_runs(file: Path) -> None:
    before = kept(file, [result("a"), result("b"), result("c")])
    after = kept(file, [result("a", "silent_wrong"), result("b")], day=1, code="new")
    found = compare(file, before, after)
    assert [(f["case"], f["before"], f["after"], f["causes"]) for f in found["flips"]] == [
        ("a", "right", "silent_wrong", ["code"])
    ]
    assert (found["better"], found["worse"], found["missing"]) == (0, 1, ["c"])


def test_the_sign_test_is_that_of_a_fair_coin(file: Path) -> None:
    cases = [f"{n}" for n in range(8)]
    before = kept(file, [result(c, "silent_wrong") for c in cases])
    after = kept(file, [result(c) for c in cases], day=1)
    found = compare(file, before, after)
    assert found["p_value"] == pytest.approx(2 / 2**8)
    assert found["change"] == 1.0


def test_an_equal_run_passes_the_gate(file: Path) -> None:
    kept(file, [result("a")])
    assert judge_gate(file, kept(file, [result("a")], day=1)).passed


@pytest.mark.parametrize(
    ("after", "versions", "word"),
    [
        ([result("a", "false_refusal"), *(result(f"n{n}") for n in range(60))], {"code": "new"}, "verified case a"),
        ([result(f"n{n}") for n in range(60)], {}, "case a is missing"),
        ([result("a"), *(result(f"n{n}", "silent_wrong") for n in range(60))], {}, "silently wrong"),
        ([result("a", "wrong_abstention", tags=("critical",))], {"warehouse": "new"}, "critical case a"),
    ],
)
def test_the_gate_says_what_holds_a_run_back(
    file: Path, after: list[Result], versions: dict[str, str], word: str
) -> None:
    kept(file, [result("a")])
    gate = judge_gate(file, kept(file, after, day=1, **versions))
    assert not gate.passed
    assert any(word in reason for reason in gate.reasons)


def test_a_flip_that_new_data_explains_is_let_through(file: Path) -> None:
    kept(file, [result("a")])
    assert judge_gate(file, kept(file, [result("a", "false_refusal")], day=1, warehouse="new")).passed


def test_a_flip_that_new_data_explains_is_named_with_its_cause(file: Path) -> None:
    kept(file, [result("a")])
    gate = judge_gate(file, kept(file, [result("a", "false_refusal")], day=1, warehouse="new"))
    assert gate.explained == ("verified case a went from right to false_refusal: the data changed",)


@pytest.mark.parametrize(
    ("due", "reasons"),
    [
        ({"a": "right", "b": "silent_wrong"}, ()),
        ({"b": "right"}, ("case b went from right to false_refusal",)),
        ({"a": "right", "z": "right"}, ("case z is missing",)),
    ],
)
def test_a_machine_without_a_history_is_held_to_kept_verdicts(
    file: Path, tmp_path: Path, due: dict[str, str], reasons: tuple[str, ...]
) -> None:
    verdicts = tmp_path / "verdicts.json"
    verdicts.write_text(json.dumps(due), encoding="utf-8")
    run_id = kept(file, [result("a"), result("b", "false_refusal")])
    assert judge_gate(file, run_id, verdicts=verdicts).reasons == reasons


@pytest.mark.parametrize("text", ["", "{}", "[]"])
def test_verdicts_that_cannot_be_read_are_an_error(file: Path, tmp_path: Path, text: str) -> None:
    verdicts = tmp_path / "verdicts.json"
    verdicts.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        judge_gate(file, kept(file, [result("a")]), verdicts=verdicts)
    assert caught.value.code == "bad_verdicts"


def test_a_broken_run_goes_on_where_it_stopped(tiny_workspace: Path) -> None:
    cases = [Case(id=c, question=f"churn rate in {c} 2026", expect=Expected()) for c in ("July", "August", "September")]

    def breaking(_question: str, done: int, _total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge_all(tiny_workspace, cases, {"v": 1}, breaking)
    asked: list[str] = []
    found = judge_all(tiny_workspace, cases, {"v": 1}, lambda question, *_: asked.append(question))
    assert [r.case.id for r in found] == ["July", "August", "September"]
    assert asked[0] != cases[0].question


def test_what_the_suite_asks_stays_out_of_the_audit_trail(tiny_workspace: Path) -> None:
    log = AnswerLog(path=tiny_workspace / "log" / "answers.db")
    before = len(log.recent(1_000))
    judge_all(tiny_workspace, [Case(id="x", question="churn rate last month", expect=Expected())], {"v": 2})
    assert len(log.recent(1_000)) == before


def test_a_suite_without_a_case_to_judge_is_an_error(tiny_workspace: Path) -> None:
    old = "{id: old, question: churn, expect: {}, expires: 2020-01-01}"
    (tiny_workspace / "evals" / "old.yml").write_text(f"suite: old\ncases:\n  - {old}\n")
    with pytest.raises(UserError, match="no case to judge") as caught:
        run_suite(tiny_workspace, "old")
    assert "expired" in caught.value.hint


@pytest.mark.parametrize(("metric", "code"), [("churn_rate", 0), ("csat", 2)])
def test_the_gate_sets_the_exit_code(tiny_workspace: Path, metric: str, code: int) -> None:
    case = f"{{id: a, question: churn rate last month, expect: {{reading: {{metrics: [{metric}]}}}}}}"
    (tiny_workspace / "evals" / "gate.yml").write_text(f"suite: gate-{metric}\ncases:\n  - {case}\n")
    assert run(["eval", "run", f"gate-{metric}", "--gate", "--json", "--workspace", str(tiny_workspace)]) == code


def test_a_hard_variant_asks_for_the_same_truth_in_other_letters() -> None:
    case = Case(id="a", question="churn rate by region last month", expect=Expected(sql="SELECT 1"))
    variants = list(noisy([case]))
    assert {v.id for v in variants} == {"a-typo", "a-typos", "a-padded"}
    assert all(v.expect.sql == "SELECT 1" and v.question != case.question for v in variants)
    assert all("refusal" in v.expect.kind for v in variants)


def test_the_bound_counts_a_crash_as_silently_wrong() -> None:
    crashed = replace(result("a"), outcome_kind="crash", verdict="silent_wrong")
    assert summarise([crashed]).silent_wrong.value == 1.0


def test_an_old_run_is_judged_anew_without_asking_again(tiny_workspace: Path) -> None:
    suite = tiny_workspace / "evals" / "again.yml"
    text = "suite: again\ncases:\n  - {{id: z-again, question: churn rate last month, expect: {{sql: SELECT {}}}}}\n"
    suite.write_text(text.format(0.5))
    first = run_suite(tiny_workspace, "again")
    asked = len(AnswerLog(path=tiny_workspace / "evals" / "answers.db").recent(1_000_000))
    truth = first["failures"][0]["reasons"][0].split(": ")[2].split()[0]
    suite.write_text(text.format(truth))
    again = rescore(tiny_workspace, first["run_id"])
    assert len(AnswerLog(path=tiny_workspace / "evals" / "answers.db").recent(1_000_000)) == asked
    assert (again["rescored_from"], again["cases"], again["accuracy"]["value"]) == (first["run_id"], 1, 1.0)
    assert [(f["before"], f["after"], f["causes"]) for f in again["flips"]] == [("silent_wrong", "right", ["suite"])]
    assert history.verdicts(tiny_workspace / "evals" / "history.duckdb", first["run_id"]) == {"z-again": "silent_wrong"}
