"""A hand-made warehouse of a few rows: gaps, orphans, unknown members, names that need quoting."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from semantic_layer.engine import DuckDbEngine
from semantic_layer.loader import Loaded, load_catalogue
from semantic_layer.model import Catalogue
from semantic_layer.storage import build_aside

HERE = Path(__file__).parent
Query = Callable[[str], list[tuple[Any, ...]]]

ROWS = """
CREATE TABLE customers (customer_id VARCHAR, segment VARCHAR, tier INTEGER, vip BOOLEAN, signed_up DATE);
INSERT INTO customers VALUES
  ('c1', 'Small', 1, true, '2025-01-01'), ('c2', 'Small', 2, false, '2026-01-15'),
  ('c3', 'Large', 10, NULL, '2024-05-05'), ('c4', NULL, NULL, false, '2026-02-01'),
  ('c5', 'O''Hara "x" – ü', 3, true, NULL);
CREATE TABLE contacts (contact_id INTEGER, customer_id VARCHAR, started_at TIMESTAMP, channel VARCHAR,
  seconds SMALLINT, resolved BOOLEAN);
INSERT INTO contacts VALUES
  (1, 'c1', '2026-01-05 08:00', 'Voice', 300, true), (2, 'c1', '2026-01-31 23:59', 'Chat', 200, false),
  (3, 'c2', '2026-02-01 00:00', 'Voice', 250, NULL), (4, 'c3', '2026-02-08 12:00', 'Bot', NULL, true),
  (5, 'c3', '2026-02-15 12:00', 'Voice', NULL, true), (6, 'c4', '2026-02-28 09:00', 'Chat', 100, true),
  (7, 'c9', '2026-03-02 10:00', 'Voice', 400, false), (8, NULL, '2026-03-15 10:00', NULL, 50, true),
  (9, 'c2', '2026-03-30 10:00', 'Chat', 60, true), (10, 'c5', '2026-03-24 10:00', 'Voice', 70, false);
CREATE TABLE surveys (survey_id INTEGER, contact_id INTEGER, responded_at DATE, csat TINYINT, asked VARCHAR);
INSERT INTO surveys VALUES (1, 1, '2026-01-06', 5, 'c1'), (2, 1, '2026-02-01', 2, 'c1'),
  (3, 1, '2026-02-02', NULL, 'c1'), (4, 3, '2026-02-03', 4, 'c2'), (5, 5, '2026-03-01', 1, 'c3'),
  (6, 77, '2026-03-02', 5, NULL), (7, 10, '2026-03-25', 3, 'c5');
CREATE TABLE months (customer_id VARCHAR, month DATE, mrr DECIMAL(9, 2), churned BOOLEAN, reason VARCHAR);
INSERT INTO months VALUES
  ('c1', '2026-01-01', 20, false, NULL), ('c2', '2026-01-01', 5, true, 'price'), ('c3', '2026-01-01', 100, false, NULL),
  ('c1', '2026-02-01', 22, true, 'moved'), ('c3', '2026-02-01', 100, false, NULL), ('c4', '2026-02-01', 8, true, NULL),
  ('c3', '2026-03-01', 90, true, 'price'), ('c5', '2026-03-01', 30, false, NULL);
CREATE TABLE "odd ""big"" table" ("select" INTEGER, "order date" DATE, "group by" VARCHAR, "from" INTEGER);
INSERT INTO "odd ""big"" table" VALUES (1, '2026-01-01', 'a;--', 7), (2, '2026-02-01', 'b', NULL);
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write the golden files anew")


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("small") / "warehouse.duckdb"
    with build_aside(file) as connection:
        connection.execute(ROWS)
    return file


@pytest.fixture(scope="session")
def engine(warehouse: Path) -> Iterator[DuckDbEngine]:
    opened = DuckDbEngine(warehouse)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def truth(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    """Run SQL written by hand on a copy of the warehouse."""
    copy = shutil.copy(warehouse, tmp_path_factory.mktemp("truth") / "warehouse.duckdb")
    connection = duckdb.connect(str(copy), read_only=True)
    yield lambda sql: connection.execute(sql).fetchall()
    connection.close()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = tmp_path_factory.mktemp("definitions") / "metrics"
    folder.mkdir()
    shutil.copy(HERE / "small.yml", folder)
    return load_catalogue(folder, fiscal_year_start=2)


@pytest.fixture(scope="session")
def catalogue(small: Loaded) -> Catalogue:
    return small.catalogue


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with its golden file; `--update-goldens` (or UPDATE_GOLDENS=1) writes it."""

    def compare(name: str, text: str) -> None:
        file = HERE / "goldens" / name
        if request.config.getoption("--update-goldens", default=False) or os.environ.get("UPDATE_GOLDENS"):
            file.write_text(text.rstrip() + "\n", encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text.rstrip() + "\n"

    return compare
