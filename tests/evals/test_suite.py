"""The suite judges honestly, and the assistant knows no name of the demo world."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import pytest

import assistant
from assistant.pipeline import Assistant
from assistant.types import Answer, Figure
from assistant.workspace import open_workspace
from evals import history
from evals.bench import Bench, raw_sql
from evals.cases import Case, Expected, ExpectedReading, Scenario, Turn, load_suites
from evals.figures import figures
from evals.runner import RunReport, run_case, run_cases
from evals.scorers import members
from evals.stats import clustered, proportion
from evals.suite import cases_of, merge, run_suite
from semantic_layer.engine import DuckDbEngine
from semantic_layer.errors import UserError
from semantic_layer.query import Filter
from tests.evals.renaming import rename_workspace

SHIPPED = Path(__file__).parents[2] / "evals" / "world" / "workspace" / "evals"


def generated(root: Path) -> RunReport:
    """Run only the cases made from labels, references and truth."""
    workspace = open_workspace(root)
    asked = assistant.build(root)
    engine = DuckDbEngine(workspace.warehouse)
    suite = merge(load_suites(workspace.evals))
    cases = [case for case in cases_of(suite, asked, workspace, generated=60) if case.origin == "generated"]
    cases = [*cases[:60], *cases[60::9]]
    bench = Bench(assistant=asked, run_sql=raw_sql(engine), quote_of=lambda _: "")
    return run_cases(bench, "generated", cases)


@pytest.fixture(scope="module")
def plain(tiny_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    """The generated cases on the tiny world, without its transcripts."""
    import shutil

    copy = tmp_path_factory.mktemp("plain") / "world"
    shutil.copytree(tiny_workspace, copy, ignore=shutil.ignore_patterns("index", "transcripts", "log"))
    return generated(copy)


@pytest.fixture
def bench(tiny_assistant: Assistant, tiny_workspace: Path) -> Bench:
    engine = DuckDbEngine(open_workspace(tiny_workspace).warehouse)
    return Bench(assistant=tiny_assistant, run_sql=raw_sql(engine), quote_of=tiny_assistant.quote)


def test_generated_questions_are_answered_right(plain: RunReport) -> None:
    wrong = [
        (r.case.question, [s.reason for s in r.scores if not s.right]) for r in plain.results if r.verdict != "right"
    ]
    assert len(plain.results) > 90
    assert len(wrong) <= 3, wrong


def test_a_renamed_world_is_judged_the_same(plain: RunReport, tiny_workspace: Path, tmp_path: Path) -> None:
    rename_workspace(tiny_workspace, tmp_path / "renamed")
    renamed = generated(tmp_path / "renamed")
    accuracy = [r.overall.accuracy.value or 0.0 for r in (plain, renamed)]
    worse = [(r.case.question, r.scores) for r in renamed.results if r.verdict != "right"]
    assert accuracy[1] >= accuracy[0] - 0.02, worse


def test_a_wrong_number_is_silently_wrong(bench: Bench) -> None:
    case = Case(id="x", question="churn rate last month", expect=Expected(sql="SELECT 0.5"))
    assert run_case(bench, case).verdict == "silent_wrong"


def test_a_wrong_reading_is_silently_wrong(bench: Bench) -> None:
    reading = ExpectedReading(window=(date(2026, 9, 1), date(2026, 9, 30)))
    case = Case(id="x", question="churn rate last month", expect=Expected(reading=reading))
    assert run_case(bench, case).verdict == "silent_wrong"


def test_an_answer_where_none_is_due_is_a_missed_refusal(bench: Bench) -> None:
    case = Case(id="x", question="churn rate last month", expect=Expected(kind=("refusal",)))
    assert run_case(bench, case).verdict == "missed_refusal"


def test_a_refusal_where_an_answer_is_due_is_false(bench: Bench) -> None:
    case = Case(id="x", question="churn rate in Narnia", expect=Expected(sql="SELECT 1"))
    assert run_case(bench, case).verdict == "false_refusal"


def test_a_case_that_crashes_is_wrong_and_kept(bench: Bench) -> None:
    case = Case(id="x", question="churn rate last month", expect=Expected(sql="SELECT nothing FROM nowhere"))
    result = run_case(bench, case)
    assert (result.verdict, result.scores[0].scorer) == ("silent_wrong", "crash")


def test_a_percentage_for_a_fraction_is_told_apart(bench: Bench) -> None:
    answer = bench.assistant.ask("churn rate last month")
    assert isinstance(answer, Answer)
    figure: Figure = answer.figures[0]
    assert figure.value is not None
    percent = replace(answer, figures=(replace(figure, value=figure.value * 100), *answer.figures[1:]))
    score = figures(Expected(sql=f"SELECT {figure.value!r}"), percent, bench.run_sql)
    assert (score.right, score.reason.split(":")[0]) == (False, "percent versus fraction")


def test_what_is_said_to_be_absent_must_be_absent(bench: Bench) -> None:
    gone = Expected(kind=("refusal", "clarification"), absent="SELECT 1 FROM dim_customers WHERE region = 'Narnia'")
    there = gone.model_copy(update={"absent": "SELECT 1 FROM dim_customers WHERE region = 'DACH'"})
    verdicts = [
        run_case(bench, Case(id="x", question="churn rate in Narnia last month", expect=expect)).verdict
        for expect in (gone, there)
    ]
    assert verdicts == ["right", "wrong_abstention"]


def test_a_question_is_ambiguous_only_while_its_readings_differ(bench: Bench) -> None:
    kind: tuple[Literal["clarification"], Literal["refusal"]] = ("clarification", "refusal")
    verdicts = [
        run_case(bench, Case(id="x", question="rate by region", expect=Expected(kind=kind, rivals=rivals))).verdict
        for rivals in (("SELECT 1", "SELECT 2"), ("SELECT 1", "SELECT 1.0 - 0 AS other"))
    ]
    assert verdicts == ["right", "wrong_abstention"]


def test_a_group_without_a_value_is_no_row(bench: Bench) -> None:
    answer = bench.assistant.ask("churn rate by region last month")
    assert isinstance(answer, Answer)
    assert answer.table is not None
    rows = " UNION ALL ".join(f"SELECT '{region}', {value!r}" for region, value in answer.table.rows)
    listed = replace(answer, table=replace(answer.table, rows=(*answer.table.rows, ("(unknown)", None))))
    assert figures(Expected(sql=rows), listed, bench.run_sql).right


def test_a_scenario_judges_each_turn_after_those_before_it() -> None:
    turns = tuple(Turn(question=q, expect=Expected()) for q in ("churn", "by region", "and in May?"))
    cases = Scenario(id="s", persona="an executive", goal="find the region", turns=turns).cases()
    assert [(c.question, c.history) for c in cases] == [
        ("churn", ()), ("by region", ("churn",)), ("and in May?", ("churn", "by region")),
    ]  # fmt: skip


def test_the_shipped_suite_gives_a_proof_or_a_reason_for_every_question_without_an_answer() -> None:
    cases = merge(load_suites(SHIPPED)).cases
    declined = [case for case in cases if "answer" not in case.expect.kind]
    bare = [c.id for c in declined if not (c.expect.absent or c.expect.rivals or c.why)]
    assert len(declined) >= 100
    assert bare == []
    assert len({case.id for case in cases}) == len(cases)


def test_excluded_members_are_not_taken_for_chosen_ones() -> None:
    chosen = members((Filter(dimension="channel", values=("Bot",)),))
    excluded = members((Filter(dimension="channel", operator="not in", values=("Bot",)),))
    assert chosen != excluded


def test_an_interval_allows_for_families_that_fail_together() -> None:
    alone = proportion(10, 20)
    together = clustered({"a": [True] * 10, "b": [False] * 10})
    assert alone.ci is not None
    assert together.ci is not None
    assert together.ci[0] < alone.ci[0]


def test_nothing_counted_has_no_value() -> None:
    assert proportion(0, 0).value is None


def test_runs_are_kept_and_compared(tiny_workspace: Path) -> None:
    folder = tiny_workspace / "evals"
    case = "{id: a, question: churn rate last month, expect: {reading: {metrics: [churn_rate]}}}"
    (folder / "small.yml").write_text(f"suite: small\ncases:\n  - {case}\n")
    first = run_suite(tiny_workspace, "small")
    again = run_suite(tiny_workspace, "small", baseline=first["run_id"])
    assert history.verdicts(folder / "history.duckdb", first["run_id"]) == {"a": "right"}
    assert again["flips"] == []


def test_an_unknown_suite_is_named_with_those_there_are(tiny_workspace: Path) -> None:
    with pytest.raises(UserError, match="nothing_here") as caught:
        run_suite(tiny_workspace, "nothing_here")
    assert "demo" in caught.value.hint


def test_a_broken_suite_names_its_file_and_key(tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text("suite: x\ncases: [{id: a, question: b, expct: {}}]\n")
    with pytest.raises(UserError, match=r"broken\.yml: cases\.0\.exp"):
        load_suites(tmp_path)
