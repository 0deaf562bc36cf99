"""The guide to the semantic layer does what it says, step by step, on the tiny workspace."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from ui.cli import run

GUIDE = (Path(__file__).parents[2] / "docs" / "semantic-layer.md").read_text(encoding="utf-8")
TYPES, _, FIRST = GUIDE.partition("## Metric types")[2].partition("## Write your first metric")


def blocks(text: str) -> list[tuple[str, str]]:
    """Return the fenced blocks of a part as (language, content)."""
    return re.findall(r"^```(yaml|console)\n(.*?)^```$", text, re.M | re.S)


@pytest.fixture
def workspace(tiny_workspace, tmp_path, monkeypatch):
    copy = shutil.copytree(tiny_workspace, tmp_path / "mine")
    monkeypatch.setenv("BECAUSE_WORKSPACE", str(copy))
    return copy


def plain(text: str) -> str:
    """Drop the frames of a terminal and the lines it breaks."""
    return " ".join(re.sub(r"[│╭╮╰╯─█▏▎▍▌▋▊▉]", " ", text).split())


def is_as_shown(shown: str, printed: str) -> bool:
    """Compare what a command printed with what the guide shows of it; `…` stands for anything."""
    pattern = ".*?".join(re.escape(plain(part)) for part in shown.split("…"))
    return re.fullmatch(pattern, plain(printed), re.S) is not None


def commands(block: str) -> list[tuple[list[str], str]]:
    """Return the commands of a block, each with what the guide shows after it."""
    parts = re.split(r"^\$ because ", block, flags=re.M)[1:]
    return [(shlex.split(line), shown) for line, _, shown in (part.partition("\n") for part in parts)]


def test_the_first_metric_comes_about_as_the_guide_says(workspace, capsys):
    steps = blocks(FIRST)
    assert [kind for kind, _ in steps].count("console") >= 7
    for kind, content in steps:
        if kind == "yaml":
            (workspace / "metrics" / "my_first.yml").write_text(content, encoding="utf-8")
            continue
        for argv, shown in commands(content):
            run(argv)
            printed = capsys.readouterr().out
            assert is_as_shown(shown, printed), f"because {shlex.join(argv)}\n{printed}"


@pytest.mark.parametrize(
    "content",
    [content for _, content in blocks(TYPES)],
    ids=lambda text: text.split("name: ")[1].split(",")[0].split("\n")[0],
)
def test_every_example_of_a_metric_type_is_sound_and_runs(workspace, capsys, content):
    (workspace / "metrics" / "example.yml").write_text(content, encoding="utf-8")
    run(["check"])
    assert " 0 errors" in (said := capsys.readouterr().out), said
    for name in re.findall(r"name: (\w+)", content):
        code = run(["sql", name, "--grain", "month", "--from", "2026-09-01", "--to", "2026-10-31", "--run", "--json"])
        assert code == 0, capsys.readouterr().out
        capsys.readouterr()
