"""`because export` and `because import`: there and back, with nothing lost on the way."""

import json
import shutil

import pytest

from ui.cli import run


@pytest.fixture
def workspace(tiny_workspace, tmp_path):
    folder = tmp_path / "workspace"
    folder.mkdir()
    for name in ("because.yml", "warehouse.duckdb"):
        shutil.copy(tiny_workspace / name, folder / name)
    shutil.copytree(tiny_workspace / "metrics", folder / "metrics")
    return folder


def said(capsys, *argv):
    code = run([*map(str, argv), "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("tool", ["dbt", "ossie"])
def test_a_dictionary_goes_out_and_comes_back(tool, workspace, capsys):
    code, written = said(capsys, "export", "--to", tool, "--workspace", workspace)
    assert code == 0
    assert {"name", "reason", "partly"} <= written["lost"][0].keys()
    code, made = said(capsys, "import", written["file"], "--workspace", workspace, "--replace")
    assert code == 0
    assert "average_handle_time" in made["metrics"]
    assert (workspace / "metrics.before-import" / "dimensions.yml").is_file()
    assert said(capsys, "check", "--workspace", workspace)[1]["ok"]
    code, answer = said(capsys, "ask", "average handle time by channel in October 2026", "--workspace", workspace)
    assert answer["reading"]["metrics"] == ["average_handle_time"]


def test_names_that_are_taken_are_named_and_nothing_is_written(workspace, capsys):
    said(capsys, "export", "--to", "ossie", "--workspace", workspace)
    before = sorted(f.name for f in (workspace / "metrics").iterdir())
    code, error = said(capsys, "import", workspace / "ossie.yml", "--workspace", workspace)
    assert (code, error["code"]) == (2, "name_taken")
    assert sorted(f.name for f in (workspace / "metrics").iterdir()) == before


def test_an_unknown_tool_is_refused(workspace, capsys):
    code, error = said(capsys, "export", "--to", "lookml", "--workspace", workspace)
    assert (code, error["code"]) == (2, "unknown_format")
