"""The command line: options, errors and exit codes."""

import json
import subprocess
import sys

import pytest

from semantic_layer.errors import UserError
from semantic_layer.query import Filter
from ui.cli import app, run
from ui.commands.serve import free_port
from ui.conditions import parse_where, parse_window
from ui.output import jsonable

COMMANDS = (
    "demo", "init", "ask", "plan", "why", "sql", "metrics", "check", "index", "search", "redact", "eval",
    "feedback", "approve", "import", "export", "mcp", "serve", "doctor",
)  # fmt: skip


def printed(capsys, *argv):
    code = run(argv)
    return code, capsys.readouterr()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(capsys, command):
    code, shown = printed(capsys, command, "--help")
    assert code == 0
    assert "Usage" in shown.out


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from ui.cli import run; run(['--help']);"
        "heavy = {'gradio', 'numpy', 'duckdb', 'pandas', 'llama_index', 'chromadb', 'plotly', 'pydantic'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("argv", [["nonsense"], ["ask"], ["sql", "--no-such-option"], ["search", "x", "--k", "0"]])
def test_wrong_usage_is_the_askers_to_fix_and_json_says_so(capsys, argv):
    code, shown = printed(capsys, *argv, "--json")
    error = json.loads(shown.out)
    assert code == 2
    assert set(error) == {"kind", "code", "message", "hint"}
    assert error["kind"] == "error"


def test_an_error_without_json_is_short_and_on_stderr(capsys, tmp_path):
    code, shown = printed(capsys, "metrics", "--workspace", str(tmp_path))
    assert code == 2
    assert shown.out == ""
    assert "because.yml is missing" in shown.err
    assert "Traceback" not in shown.err


def test_a_bug_of_ours_exits_seventy_and_says_how_to_report_it(capsys, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("ui.cli.app", broken)
    code, shown = printed(capsys, "metrics", "--json")
    assert code == 70
    assert "BECAUSE_DEBUG=1" in json.loads(shown.out)["hint"]
    assert "Traceback" not in shown.err


def test_the_workspace_comes_from_the_environment(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("BECAUSE_WORKSPACE", str(tmp_path / "elsewhere"))
    _, shown = printed(capsys, "metrics", "--json")
    assert "elsewhere" in json.loads(shown.out)["message"]


def test_filters_are_and_ed_and_quote_as_csv():
    assert parse_where(["region=DACH,Nordics", "segment!=SMB", 'reason="a, b",c']) == (
        Filter(dimension="region", values=("DACH", "Nordics")),
        Filter(dimension="segment", operator="not in", values=("SMB",)),
        Filter(dimension="reason", values=("a, b", "c")),
    )


@pytest.mark.parametrize("text", ["region", "=DACH", "region=", ""])
def test_a_filter_that_is_none_shows_the_form(text):
    with pytest.raises(UserError) as error:
        parse_where([text])
    assert error.value.code == "bad_filter"


def test_a_window_is_inclusive_and_an_open_side_takes_the_datas_end():
    from datetime import date

    window = parse_window("2026-03-01", None, first=date(2025, 1, 1), last=date(2026, 10, 31))
    assert (window.start, window.end) == (date(2026, 3, 1), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("start", "end", "code"), [("March", None, "bad_date"), ("2026-03-02", "2026-03-01", "bad_window")]
)
def test_a_wrong_window_is_refused(start, end, code):
    with pytest.raises(UserError) as error:
        parse_window(start, end, first=None, last=None)
    assert error.value.code == code


def test_json_has_no_nan_and_no_numpy():
    import numpy as np

    assert jsonable({"a": float("nan"), "b": np.float64(1.5), "c": np.array([1, 2])}) == {
        "a": None,
        "b": 1.5,
        "c": [1, 2],
    }


def test_a_taken_port_is_named_and_otherwise_the_next_free_one_is_used():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError) as error:
            free_port("127.0.0.1", port)
    assert error.value.code == "port_taken"
    assert free_port("127.0.0.1", None) >= 7860


def test_the_registered_commands_are_the_contracts():
    names = {c.name for c in app.registered_commands} | {g.name for g in app.registered_groups}
    assert names == set(COMMANDS)
