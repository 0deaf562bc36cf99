"""Bad input gets a message that names the thing and says what to do; exit codes say whose it is; nothing crashes."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ui.cli import run

Said = tuple[int, dict[str, Any]]
Call = Callable[..., Said]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command with --json on a workspace: the exit code and the one document it prints; never a traceback."""

    def call(workspace: Path, *argv: str) -> Said:
        code = run([*argv, "--workspace", str(workspace), "--json"])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err + printed.out
        return code, json.loads(printed.out)

    return call


@pytest.fixture
def broken(built_workspace: Path, tmp_path: Path) -> Path:
    """A copy of the tiny workspace to break."""
    return Path(shutil.copytree(built_workspace, tmp_path / "broken"))


def error(found: Said, exit_code: int, code: str) -> tuple[str, str]:
    """Check the shape of an error; return its message and hint."""
    got, document = found
    assert (got, document["code"], document["kind"]) == (exit_code, code, "error")
    assert set(document) == {"kind", "code", "message", "hint"}
    assert document["hint"]
    return document["message"], document["hint"]


def refusal(found: Said, reason: str) -> str:
    """Check that a question was refused; return the message."""
    code, document = found
    assert (code, document["kind"], document["reason"]) == (0, "refusal", reason)
    return str(document["message"])


@pytest.mark.parametrize(
    ("question", "reason", "says"),
    [
        ("", "out_of_scope", "no question yet"),
        (" \t ", "out_of_scope", "no question yet"),
        ("why is churn up? " * 600, "out_of_scope", "at most 1,000"),
        ("почему растёт отток?", "out_of_scope", "Latin letters"),
        ("为什么流失率上升", "out_of_scope", "Latin letters"),
        ("لماذا ارتفع معدل الإلغاء", "out_of_scope", "Latin letters"),
        ("'; DROP TABLE dim_customers; --", "unsafe", "run no code"),
        ("select * from dim_customers", "unsafe", "run no code"),
        ("$(rm -rf /) churn rate", "unsafe", "run no code"),
        ("`cat /etc/passwd`", "unsafe", "run no code"),
        ("what is the flubber index?", "out_of_scope", "'flubber'"),
        ("churn rate in Atlantis", "no_data", "'Atlantis'"),
        ("churn rate in 2015", "no_data", "the data run from"),
        ("churn rate in 2031", "no_data", "the data run from"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_with_what_can_be_asked(
    said: Call, tiny_workspace: Path, question: str, reason: str, says: str
) -> None:
    found = said(tiny_workspace, "ask", question)
    assert says in refusal(found, reason)
    assert found[1]["nearest"]


@pytest.mark.parametrize("question", ["churn \x00rate", "churn \ud800 rate", "churn\u202e rate"])
def test_bytes_that_no_one_types_do_no_harm(said: Call, tiny_workspace: Path, question: str) -> None:
    code, document = said(tiny_workspace, "ask", question)
    assert (code, document["kind"] in ("answer", "refusal")) == (0, True)


@pytest.mark.parametrize(
    ("argv", "code", "says", "hint"),
    [
        (["sql", "churn_rat"], "unknown_metric", "churn_rat", "did you mean 'churn_rate'"),
        (["sql", "churn_rate", "--by", "regin"], "unknown_dimension", "regin", "did you mean 'region'"),
        (["sql", "churn_rate", "--where", "region=Atlantis"], "unknown_value", "Atlantis", "known: DACH"),
        (["sql", "churn_rate", "--where", "region=Atlantis", "--run"], "unknown_value", "Atlantis", "known: DACH"),
        (["search", "bill", "--where", "region=Atlantis"], "unknown_value", "Atlantis", "known: DACH"),
        (["sql", "churn_rate", "--from", "2015-01-01", "--to", "2015-02-01", "--run"], "no_data", "2015", "run from"),
        (["metrics", "churn_rat"], "unknown_metric", "churn_rat", "did you mean 'churn_rate'"),
        (["ask", "churn rate", "--follow", "nothing"], "unknown_answer", "nothing", ""),
    ],
)
def test_a_name_that_does_not_exist_is_told_from_those_that_do(
    said: Call, tiny_workspace: Path, argv: list[str], code: str, says: str, hint: str
) -> None:
    message, offered = error(said(tiny_workspace, *argv), 2, code)
    assert says in message
    assert hint in offered


@pytest.mark.parametrize("question", ["why is churn up?", "churn rate last month", "churn rate by region"])
def test_tables_without_rows_are_not_answered_from(said: Call, broken: Path, question: str) -> None:
    with closing(duckdb.connect(str(broken / "warehouse.duckdb"))) as connection:
        for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            connection.execute(f'DELETE FROM "{name}"')
    assert "rows" in refusal(said(broken, "ask", question), "no_data")
    code, checked = said(broken, "check")
    assert code == 0
    assert "empty_table" in {p["code"] for p in checked["problems"]}


def test_a_warehouse_without_tables_names_the_one_that_is_missing(said: Call, broken: Path) -> None:
    (broken / "warehouse.duckdb").unlink()
    duckdb.connect(str(broken / "warehouse.duckdb")).close()
    message, hint = error(said(broken, "ask", "what is the churn rate?"), 2, "missing_table")
    assert re.search(r"no table '\w+'", message)
    assert "because check" in hint
    code, checked = said(broken, "check")
    assert (code, checked["ok"]) == (2, False)


def test_a_metric_that_lost_its_column_says_so_and_all_others_are_answered(said: Call, broken: Path) -> None:
    file = broken / "metrics" / "workforce.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("talk_seconds +", "talk_secs +"), encoding="utf-8")
    message, hint = error(said(broken, "ask", "Why did average handle time rise?"), 2, "missing_column")
    assert re.search(r"metrics/workforce\.yml:\d+: .*'talk_secs'", message)
    assert hint.startswith("did you mean 'talk_seconds'?")
    code, document = said(broken, "ask", "churn rate last month")
    assert (code, document["kind"]) == (0, "answer")
    code, document = said(broken, "metrics")
    assert code == 0
    assert "churn_rate" in {m["metric"] for m in document["metrics"]}


@pytest.mark.parametrize("content", [None, b"", b"not a database at all" * 500])
@pytest.mark.parametrize("argv", [["ask", "what is the churn rate?"], ["check"], ["sql", "churn_rate", "--run"]])
def test_a_lost_or_corrupt_warehouse_is_named(said: Call, broken: Path, content: bytes | None, argv: list[str]) -> None:
    file = broken / "warehouse.duckdb"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    message, _ = error(said(broken, *argv), 2, "no_warehouse" if content is None else "corrupt_warehouse")
    assert "warehouse.duckdb" in message
    assert said(broken, "doctor")[0] == 2


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Let another process write to a DuckDB file."""
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            yield
        finally:
            other.kill()


def test_a_warehouse_that_another_program_writes_is_locked_and_not_our_fault(said: Call, broken: Path) -> None:
    with held(broken / "warehouse.duckdb"):
        message, hint = error(said(broken, "ask", "what is the churn rate?"), 3, "locked_warehouse")
    assert "locked" in message
    assert "close that program" in hint


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"name: x\nengine: [unclosed\n", r"because\.yml:3: not valid YAML"),
        (b"name: x\n\nengin:\n  path: y\n", r"because\.yml:3: unknown key 'engin'"),
        (b"name: x\nengine:\n  timeout_seconds: soon\n", r"because\.yml:3: engine\.timeout_seconds"),
        (b"- a\n- b\n", r"because\.yml:1: "),
        (b"\xff\xfe\x00", r"because\.yml: not UTF-8"),
    ],
)
def test_a_broken_configuration_is_named_by_file_and_line(said: Call, broken: Path, content: bytes, says: str) -> None:
    (broken / "because.yml").write_bytes(content)
    message, _ = error(said(broken, "ask", "what is the churn rate?"), 2, "bad_config")
    assert re.search(says, message)


def test_a_broken_definition_is_left_out_named_and_said_with_every_answer(said: Call, broken: Path) -> None:
    (broken / "metrics" / "revenue.yml").write_text("metrics:\n  - name: x\n    label: [\n", encoding="utf-8")
    code, checked = said(broken, "check")
    fault = checked["problems"][0]
    assert (code, fault["file"], fault["severity"]) == (2, "metrics/revenue.yml", "error")
    assert fault["line"] >= 3
    answer = said(broken, "ask", "what is the churn rate?")[1]
    assert answer["kind"] == "answer"
    assert any("metrics/revenue.yml" in caveat for caveat in answer["caveats"])
    assert "metrics/revenue.yml" in said(broken, "ask", "what is the flubber?")[1]["message"]


def test_bad_transcript_lines_are_named_and_counted_and_strangers_too(said: Call, broken: Path) -> None:
    file = next((broken / "transcripts").glob("*.jsonl"))
    lines = file.read_text(encoding="utf-8").splitlines()
    stranger = {"contact_id": "GHOST", "turns": [{"turn": 1, "speaker": "customer", "text": "my purple unicorn died"}]}
    added = [*lines[:3], "{not json", lines[3], '{"contact_id": "X1"}', *lines[4:], json.dumps(stranger)]
    file.write_text("\n".join(added) + "\n", encoding="utf-8")
    code, built = said(broken, "index", "build")
    assert (code, built["contacts"]) == (0, len(lines) + 1)
    assert [(Path(line["file"]).name, line["line"]) for line in built["bad_lines"]] == [(file.name, 4), (file.name, 6)]
    status = said(broken, "index", "status")[1]
    assert (status["bad_lines"], status["not_in_warehouse"]) == (2, 1)
    checks = {c["name"]: c for c in said(broken, "doctor")[1]["checks"]}
    assert "1 not in the warehouse" in checks["index"]["message"]
    assert checks["index"]["hint"]
    heard = said(broken, "ask", "show me quotes about a purple unicorn in 2026")[1]
    assert "GHOST" not in json.dumps(heard.get("evidence", []))


@pytest.mark.parametrize("damage", ["missing", "interrupted"])
def test_an_index_that_cannot_be_read_says_build_it_and_the_numbers_stay(said: Call, broken: Path, damage: str) -> None:
    if damage == "missing":
        shutil.rmtree(broken / "index")
    else:
        version = (broken / "index" / "CURRENT").read_text(encoding="utf-8").strip()
        (broken / "index" / version / "manifest.json").unlink()
    code = {"missing": "missing_index", "interrupted": "corrupt_index"}[damage]
    assert "because index build" in error(said(broken, "search", "billing"), 2, code)[1]
    refused = said(broken, "ask", "what do customers say about billing?")
    assert "because index build" in refusal(refused, "no_data")
    assert said(broken, "ask", "why is churn up?")[1]["kind"] == "answer"
    assert said(broken, "index", "build")[0] == 0
    assert said(broken, "search", "billing")[1]["passages"]


def test_an_index_build_that_was_stopped_leaves_the_old_one_in_use(said: Call, broken: Path) -> None:
    (broken / "index" / "v-stopped").mkdir()
    (broken / "index" / "v-stopped" / "passages.npz").write_bytes(b"half")
    assert said(broken, "search", "billing")[1]["passages"]


def test_a_damaged_audit_trail_stops_answers_and_says_how_to_go_on(said: Call, broken: Path) -> None:
    (broken / "log").mkdir(exist_ok=True)
    for file in (broken / "log").iterdir():
        file.unlink()
    (broken / "log" / "answers.db").write_bytes(b"garbage" * 1000)
    _, hint = error(said(broken, "ask", "what is the churn rate?"), 3, "log_unavailable")
    assert "move a damaged file aside" in hint


def test_a_workspace_that_cannot_be_written_says_so(said: Call, broken: Path) -> None:
    shutil.rmtree(broken / "log", ignore_errors=True)
    (broken / "log").write_text("a file where the folder should be", encoding="utf-8")
    message, _ = error(said(broken, "ask", "what is the churn rate?"), 3, "log_unavailable")
    assert "answers.db" in message


def test_a_folder_that_is_no_workspace_says_how_to_make_one(said: Call, tmp_path: Path) -> None:
    assert "because init" in error(said(tmp_path, "ask", "churn rate"), 2, "no_workspace")[1]


def test_quotes_from_a_workspace_without_transcripts_are_not_promised(said: Call, broken: Path) -> None:
    config = (broken / "because.yml").read_text(encoding="utf-8")
    (broken / "because.yml").write_text(re.sub(r"(?m)^transcripts:\n(?:[ \t].*\n)*", "", config), encoding="utf-8")
    shutil.rmtree(broken / "index")
    assert "no transcripts" in refusal(said(broken, "ask", "what do customers say about billing?"), "no_data")
