"""The demo workspace is made once, and made again only when what decides it changes."""

from datetime import date
from pathlib import Path

import pytest

from assistant.workspace import open_workspace
from evals.world.demo import make_demo


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    assert make_demo(folder, size="tiny")
    return folder


def test_the_workspace_opens(workspace: Path) -> None:
    config = open_workspace(workspace).config
    assert (config.name, config.currency, config.fiscal_year_start) == ("Lumina", "EUR", 2)
    assert config.transcripts is not None
    assert config.transcripts.table == "fct_contacts"
    assert list((workspace / "metrics").glob("*.yml"))


def test_what_is_built_is_kept(workspace: Path) -> None:
    assert make_demo(workspace, size="tiny") is False


def test_what_its_user_wrote_is_kept(workspace: Path) -> None:
    (workspace / "because.yml").write_text("name: Mine\n", encoding="utf-8")
    make_demo(workspace, size="tiny")
    assert open_workspace(workspace).config.name == "Mine"


def test_a_lost_warehouse_is_built_again(workspace: Path) -> None:
    (workspace / "warehouse.duckdb").unlink()
    assert make_demo(workspace, size="tiny") is True


def test_other_arguments_build_another_world(workspace: Path) -> None:
    assert make_demo(workspace, size="tiny", as_of=date(2026, 9, 30)) is True
