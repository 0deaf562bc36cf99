"""Sums are kept for the next question, in bounded memory, until the warehouse file changes."""

from pathlib import Path

import numpy as np
import pytest

from semantic_layer.engine import DuckDbEngine
from semantic_layer.kept import KeptArrays
from semantic_layer.query import Column, Sql
from semantic_layer.storage import build_aside

TOTAL = Sql(text="SELECT sum(x)::INT AS x FROM t", columns=(Column(name="x", kind="metric"),))


def written(file: Path, value: int) -> None:
    with build_aside(file) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT {value} AS x")


def test_a_statement_asked_again_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "w.duckdb", 1)
    engine = DuckDbEngine(tmp_path / "w.duckdb")
    first = engine.arrays(TOTAL)
    monkeypatch.setattr(engine, "_on_cursor", lambda *_: pytest.fail("it was run again"))
    assert engine.arrays(TOTAL)["x"] == first["x"]


def test_a_replaced_file_is_read_anew(tmp_path: Path) -> None:
    written(tmp_path / "w.duckdb", 1)
    engine = DuckDbEngine(tmp_path / "w.duckdb")
    assert engine.arrays(TOTAL)["x"] == [1]
    written(tmp_path / "w.duckdb", 2)
    assert engine.arrays(TOTAL)["x"] == [2]
    engine.close()


def test_what_was_used_longest_ago_makes_room() -> None:
    kept = KeptArrays(most_bytes=2 * 8 * 100)
    for key in ("a", "b"):
        kept.put(key, {"x": np.zeros(100)})
    kept.get("a")
    kept.put("c", {"x": np.zeros(100)})
    assert [key for key in "abc" if kept.get(key) is not None] == ["a", "c"]


def test_what_is_larger_than_the_memory_is_not_kept() -> None:
    kept = KeptArrays(most_bytes=100)
    kept.put("a", {"x": np.zeros(100)})
    assert kept.get("a") is None


def test_kept_arrays_cannot_be_written_to() -> None:
    kept = KeptArrays()
    kept.put("a", {"x": np.zeros(3)})
    found = kept.get("a")
    assert found is not None
    with pytest.raises(ValueError, match="read-only"):
        found["x"][0] = 1
