"""`because check` on a workspace that somebody has edited."""

import json
import shutil

import pytest

from ui.cli import run


@pytest.fixture
def edited(tiny_workspace, tmp_path, capsys):
    """Replace a text in a file of a copy of the workspace; return what `check --json` says then."""
    copy = tmp_path / "copy"
    shutil.copytree(tiny_workspace, copy)

    def check(name, old, new):
        file = copy / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        code = run(["check", "--workspace", str(copy), "--json"])
        return code, json.loads(capsys.readouterr().out)["problems"]

    return check


def test_a_role_that_names_nothing_is_an_error_with_its_line(edited):
    code, (problem,) = edited("because.yml", "rows: {region: [DACH]}", "rows: {region: [DAHC]}")
    assert (code, problem["file"], problem["code"]) == (2, "because.yml", "unknown_member")
    assert problem["line"] > 1
    assert problem["hint"] == "did you mean 'DACH'?"


def test_a_formula_changed_without_an_entry_fails_the_check(edited):
    code, problems = edited("metrics/workforce.yml", "talk_seconds + hold_seconds", "talk_seconds")
    assert code == 2
    assert {p["code"] for p in problems} == {"unlogged_change"}
