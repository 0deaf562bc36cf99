"""What every test may use: the tiny workspace, built once for all workers."""

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock

import assistant
from assistant.pipeline import Assistant

AS_OF = date(2026, 10, 31)


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def built_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny demo workspace with its index; tests that write must copy it."""
    from assistant.corpus import build_corpus
    from assistant.workspace import open_workspace
    from evals.world.demo import make_demo

    root = _shared(tmp_path_factory) / "tiny-workspace"
    with FileLock(f"{root}.lock"):
        if not (root / "ready").is_file():
            make_demo(root, size="tiny", as_of=AS_OF)
            build_corpus(open_workspace(root))
            (root / "ready").touch()
    return root


@pytest.fixture(scope="session")
def tiny_workspace(built_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A worker's own copy of the tiny workspace, whose log and history it may write."""
    copy = tmp_path_factory.mktemp("workspace") / "tiny"
    shutil.copytree(built_workspace, copy)
    return copy


@pytest.fixture(scope="session")
def tiny_assistant(tiny_workspace: Path) -> Iterator[Assistant]:
    """An assistant on the tiny workspace."""
    opened = assistant.build(tiny_workspace)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("BECAUSE_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"public data is absent: {folder}")
    return folder
