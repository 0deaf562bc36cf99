"""The JSON of every command against the public contract, on the tiny workspace."""

import json

import pytest

from ui.cli import run

COMMON = {"kind", "id", "question", "asked_at", "as_of", "role", "language", "timings"}
ANSWER = COMMON | {
    "reading", "status", "headline", "figures", "table", "drivers", "themes", "evidence", "claims", "queries",
    "definitions", "confidence", "caveats", "follow_ups", "notes",
}  # fmt: skip
READING = {
    "intent", "metrics", "by", "filters", "window", "baseline", "grain", "limit", "order_by", "order", "having",
    "assumptions",
}  # fmt: skip
EVIDENCE = {
    "citation", "contact_id", "turns", "speaker", "occurred_at", "quote", "theme", "stance", "score"
}  # fmt: skip


@pytest.fixture
def said(tiny_workspace, capsys):
    """Run a command with --json; return its exit code and the one document it prints."""

    def call(*argv):
        code = run([*argv, "--workspace", str(tiny_workspace), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def shown(tiny_workspace, capsys):
    """Run a command for a person; return its exit code and what it prints."""

    def call(*argv):
        code = run([*argv, "--workspace", str(tiny_workspace)])
        return code, capsys.readouterr()

    return call


def test_an_answer_has_every_key_of_the_contract(said):
    code, answer = said("ask", "Why did churn rate change in August 2026 compared with June 2026?")
    assert (code, answer["kind"]) == (0, "answer")
    assert set(answer) - {"listening"} == ANSWER
    assert set(answer["reading"]) == READING
    assert set(answer["confidence"]) == {"probability", "label", "calibrated_on", "record", "reasons"}
    assert set(answer["drivers"]) == {
        "total_change", "method", "segments", "other", "other_ci", "unexplained", "by_dimension", "paradox",
        "definitional_change", "formula", "factors",
    }  # fmt: skip
    parts = [s["contribution"] for s in answer["drivers"]["segments"]]
    rest = answer["drivers"]["other"] + answer["drivers"]["unexplained"] + answer["drivers"]["definitional_change"]
    assert sum(parts) + rest == pytest.approx(answer["drivers"]["total_change"], rel=1e-9)


def test_a_refusal_exits_zero_and_names_what_can_be_asked(said):
    code, refusal = said("ask", "What is the airspeed of an unladen swallow?")
    assert (code, refusal["kind"]) == (0, "refusal")
    assert set(refusal) == COMMON | {"reason", "message", "nearest"}


def test_an_empty_question_is_answered_and_not_a_crash(said):
    code, outcome = said("ask", "")
    assert code in (0, 2)
    assert outcome["kind"] in ("refusal", "error")


def test_a_plan_is_a_reading_that_was_not_run(said):
    code, plan = said("plan", "churn rate by region in Q3 2026")
    assert code == 0
    assert set(plan) == {"kind", "reading"}
    assert plan["kind"] == "plan"
    assert set(plan["reading"]) == READING
    assert (plan["reading"]["metrics"], plan["reading"]["by"]) == (["churn_rate"], ["region"])


def test_a_plan_of_what_cannot_be_asked_is_a_refusal(said):
    _, refusal = said("plan", "What is the airspeed of an unladen swallow?")
    assert set(refusal) == COMMON | {"reason", "message", "nearest"}
    assert refusal["id"] is None


def test_a_question_follows_an_earlier_answer(said):
    _, first = said("ask", "churn rate in August 2026")
    _, second = said("ask", "by region", "--follow", first["id"])
    assert second["reading"]["by"] == ["region"]
    assert second["reading"]["window"]["start"] == "2026-08-01"


def test_sql_is_shown_without_being_run(said):
    code, shown = said("sql", "churn_rate", "--by", "region")
    assert code == 0
    assert set(shown) == {"sql", "dialect", "columns", "rows"}
    assert shown["rows"] is None
    assert shown["columns"] == [{"name": "region", "unit": None}, {"name": "churn_rate", "unit": "ratio"}]


def test_sql_runs_with_filters_grain_and_an_inclusive_window(said):
    _, ran = said(
        "sql", "contact_volume", "--grain", "month", "--where", "channel=Voice,Chat", "--where", "channel!=Chat",
        "--from", "2026-09-01", "--to", "2026-10-31", "--run",
    )  # fmt: skip
    assert [row[0][:10] for row in ran["rows"]] == ["2026-09-01", "2026-10-01"]


def test_sql_is_written_for_another_engine(said):
    _, shown = said("sql", "churn_rate", "--dialect", "snowflake")
    assert shown["dialect"] == "snowflake"


def test_sql_is_written_for_no_engine_whose_renders_are_untested(said):
    assert said("sql", "churn_rate", "--dialect", "oracle")[0] == 2


def test_the_version_is_told(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("because 0.")


def test_an_older_definition_can_be_asked_for(said):
    _, now = said("sql", "churn_rate")
    _, before = said("sql", "churn_rate", "--definition", "1")
    assert now["sql"] != before["sql"]


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["sql", "nonsense"], "unknown_metric"),
        (["sql", "churn_rate", "--by", "nonsense"], "unknown_dimension"),
        (["sql", "churn_rate", "--where", "region=Atlantis", "--run"], "unknown_value"),
        (["sql", "churn_rate", "--grain", "fortnight"], "unknown_grain"),
        (["sql", "churn_rate", "--from", "2026-02-30"], "bad_date"),
        (["sql", "churn_rate", "--definition", "9"], "unknown_version"),
        (["metrics", "nonsense"], "unknown_metric"),
        (["ask", "churn rate", "--role", "nobody"], "unknown_role"),
        (["ask", "churn rate", "--follow", "nothing"], "unknown_answer"),
        (["search", "  "], "empty_text"),
    ],
)
def test_what_the_asker_can_fix_exits_two_and_says_how(said, argv, code):
    exit_code, error = said(*argv)
    assert exit_code == 2
    assert (error["kind"], error["code"]) == ("error", code)
    assert error["hint"]


def test_the_dictionary_has_owners_dimensions_and_versions(said):
    code, found = said("metrics")
    assert code == 0
    keys = {"metric", "label", "definition", "owner", "type", "unit", "dimensions", "versions"}
    assert all(set(metric) == keys for metric in found["metrics"])
    churn = next(m for m in found["metrics"] if m["metric"] == "churn_rate")
    assert [v["version"] for v in churn["versions"]] == [1, 2]
    assert "region" in churn["dimensions"]


def test_one_metric_can_be_looked_up(said):
    _, found = said("metrics", "churn_rate")
    assert [m["metric"] for m in found["metrics"]] == ["churn_rate"]


def test_the_dictionary_is_checked_against_the_warehouse(said):
    code, checked = said("check")
    assert (code, checked["ok"]) == (0, True)
    assert set(checked) == {"ok", "problems"}


def test_a_broken_definition_is_named_by_file_and_line(said, tiny_workspace):
    file = tiny_workspace / "metrics" / "broken.yml"
    file.write_text("metrics:\n  - name: x\n    labl: X\n", encoding="utf-8")
    try:
        code, checked = said("check")
    finally:
        file.unlink()
    assert (code, checked["ok"]) == (2, False)
    problem = next(p for p in checked["problems"] if p["file"].endswith("broken.yml"))
    assert set(problem) == {"severity", "file", "line", "code", "message", "hint"}
    assert problem["line"] > 0


def test_passages_carry_citations(said):
    code, found = said("search", "price increase", "--k", "3")
    assert code == 0
    assert len(found["passages"]) == 3
    assert all(set(p) == EVIDENCE for p in found["passages"])


def test_a_search_is_filtered_by_the_contacts_row(said):
    _, everywhere = said("search", "my bill", "--k", "20")
    _, voice = said("search", "my bill", "--k", "20", "--where", "channel=Voice")
    _, none = said("search", "my bill", "--k", "20", "--where", "channel=Bot", "--where", "channel!=Bot")
    assert everywhere["passages"]
    assert voice["passages"]
    assert none["passages"] == []


def test_the_index_tells_what_it_holds(said):
    code, status = said("index", "status")
    assert code == 0
    assert {"contacts", "passages", "stale", "bad_lines"} <= set(status)
    assert status["contacts"] == 800
    assert status["stale"] is False


def test_a_second_build_of_the_index_reads_nothing_anew(said):
    _, built = said("index", "build")
    assert (built["added"], built["updated"], built["removed"]) == (0, 0, 0)


def test_the_doctor_finds_a_healthy_workspace_healthy(said):
    code, found = said("doctor")
    assert (code, found["ok"]) == (0, True)
    assert {"python", "libraries", "workspace", "warehouse", "dictionary", "index", "model"} <= {
        check["name"] for check in found["checks"]
    }


def test_the_doctor_says_what_is_missing_and_how_to_fix_it(tmp_path, capsys):
    code = run(["doctor", "--workspace", str(tmp_path), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (code, found["ok"]) == (2, False)
    broken = next(check for check in found["checks"] if check["state"] == "broken")
    assert broken["hint"]


def test_a_demo_that_stands_is_kept(tiny_workspace, capsys):
    code = run(["demo", "--size", "tiny", "--no-serve", "--json", "--workspace", str(tiny_workspace)])
    made = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (made["built"], made["indexed"]) == (False, False)


def test_own_data_become_a_workspace(tmp_path, capsys):
    table = tmp_path / "orders.csv"
    lines = [f"{n},2026-0{n % 9 + 1}-11,{'shop' if n % 2 else 'web'},{n * 3}" for n in range(200)]
    table.write_text("order_id,ordered_on,sold_in,amount\n" + "\n".join(lines), encoding="utf-8")
    code = run(["init", str(tmp_path / "ws"), "--from", str(table), "--json"])
    made = json.loads(capsys.readouterr().out)
    assert code == 0
    assert made["tables"] == ["orders"]
    assert (tmp_path / "ws" / "because.yml").is_file()


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["ask", "churn rate by region", "--sql"], "SELECT"),
        (["plan", "churn rate by region"], "Cut by"),
        (["sql", "churn_rate", "--by", "region", "--run"], "DACH"),
        (["metrics"], "Head of Retention"),
        (["metrics", "churn_rate"], "Version 2"),
        (["metrics", "--history"], "v2, 2026-04-01"),
        (["check"], "0 errors"),
        (["search", "price"], "["),
        (["index", "status"], "800 contacts"),
        (["doctor"], "fully offline"),
    ],
)
def test_every_command_speaks_to_people_too(shown, argv, words):
    code, printed = shown(*argv)
    assert code == 0, printed.err
    assert words in printed.out


def test_the_dictionary_shows_how_metrics_are_cut_with_some_members(said):
    _, found = said("metrics", "churn_rate")
    region = next(d for d in found["dimensions"] if d["dimension"] == "region")
    keys = {"dimension", "label", "description", "type", "parent", "synonyms", "values", "members", "samples"}
    assert set(region) == keys
    assert (region["members"], region["samples"]) == (4, ["DACH", "Nordics", "North America", "UK & Ireland"])
    assert "queue" not in {d["dimension"] for d in found["dimensions"]}
    _, found = said("metrics", "--role", "regional_manager_dach")
    assert next(d for d in found["dimensions"] if d["dimension"] == "region")["samples"] == ["DACH"]
