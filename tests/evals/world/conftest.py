"""Worlds that several tests look at."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from evals.world import build_world
from semantic_layer.storage import open_reader

Ask: TypeAlias = Callable[[str], Any]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny world with its own stories."""
    folder = tmp_path_factory.mktemp("tiny")
    build_world(folder, size="tiny")
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the demo world."""
    folder = tmp_path_factory.mktemp("demo")
    build_world(folder, size="demo")
    return folder


@pytest.fixture(scope="session")
def reader() -> Iterator[Callable[[Path], Ask]]:
    """Return a function that opens a world: ask it SQL, get the first value of the first row."""
    with ExitStack() as opened:

        def open_world(folder: Path) -> Ask:
            connection = opened.enter_context(closing(open_reader(folder / "warehouse.duckdb")))
            return lambda sql: connection.execute(sql).fetchone()[0]  # type: ignore[index]

        yield open_world


@pytest.fixture(scope="session")
def ask_demo(demo: Path, reader: Callable[[Path], Ask]) -> Ask:
    """Ask the demo world."""
    return reader(demo)


@pytest.fixture(scope="session")
def ask_tiny(tiny: Path, reader: Callable[[Path], Ask]) -> Ask:
    """Ask the tiny world."""
    return reader(tiny)
