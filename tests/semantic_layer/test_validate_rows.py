"""`because check` reads the rows: missing values, grain, gaps, dates and units that cannot be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from semantic_layer.engine import DuckDbEngine
from semantic_layer.loader import load_catalogue
from semantic_layer.problems import Problem
from semantic_layer.storage import build_aside
from semantic_layer.validate import check

MODEL = """
tables:
  - {name: calls, key: id, time: day, joins: [{to: agents, on: agent}]}
  - {name: months, key: "who, month", time: month, time_grain: month}
  - {name: visits, key: id, time: day}
  - {name: agents, key: agent}
dimensions:
  - {name: team, label: Team, table: agents, values: {A: [first], B: [second]}}
metrics:
  - {name: seconds, label: Seconds, type: average, definition: d, unit: seconds, owner: O,
     measure: {table: calls, agg: average, expr: seconds, where: kind <> 'bot'}}
  - {name: cost, label: Cost, type: simple, definition: d, unit: EUR, owner: O,
     measure: {table: calls, agg: sum, expr: cost}}
  - {name: solved, label: Solved, type: ratio, definition: d, unit: ratio, owner: O,
     numerator: {table: calls, agg: count, where: solved}, denominator: {table: calls, agg: count}}
  - {name: score, label: Score, type: average, definition: d, unit: ratio, owner: O,
     measure: {table: calls, agg: average, expr: score}}
  - {name: seats, label: Seats, type: semi_additive, definition: d, unit: count, owner: O,
     measure: {table: months, agg: count}}
  - {name: visits_made, label: Visits, type: simple, definition: d, unit: count, owner: O,
     measure: {table: visits, agg: count}}
"""
ROWS = """
CREATE TABLE agents AS SELECT i AS agent, CASE WHEN i < 3 THEN 'A' ELSE 'B' END AS team FROM range(5) r(i);
CREATE TABLE calls AS SELECT i AS id, DATE '2026-01-01' + (i % 120)::INT AS day, i % 5 AS agent,
  CASE WHEN i % 4 = 0 THEN 'bot' ELSE 'human' END AS kind, CASE WHEN i % 4 <> 0 THEN 60 END AS seconds,
  2.5 AS cost, i % 3 = 0 AS solved, 0.4::DOUBLE AS score FROM range(1200) r(i);
CREATE TABLE months AS SELECT i % 10 AS who, DATE '2026-01-01' + INTERVAL (i // 10) MONTH AS month FROM range(40) r(i);
CREATE TABLE visits AS SELECT i AS id, DATE '2026-01-01' + (i % 120)::INT AS day FROM range(1200) r(i);
"""
Checked = Callable[..., list[Problem]]


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """Check the model after statements were run on its rows and one replacement was made in its YAML."""

    def run(*statements: str, old: str = "", new: str = "") -> list[Problem]:
        folder = tmp_path / "metrics"
        folder.mkdir()
        (folder / "model.yml").write_text(MODEL.replace(old, new, 1) if old else MODEL, encoding="utf-8")
        with build_aside(tmp_path / "warehouse.duckdb") as connection:
            connection.execute(ROWS)
            for statement in statements:
                connection.execute(statement)
        engine = DuckDbEngine(tmp_path / "warehouse.duckdb")
        try:
            return list(check(load_catalogue(folder), engine))
        finally:
            engine.close()

    return run


def test_sound_rows_raise_no_doubt(checked):
    assert checked() == []


@pytest.mark.parametrize(
    ("statement", "severity", "code", "said"),
    [
        ("UPDATE agents SET team = NULL WHERE agent < 4", "warning", "null_share", "80.0% of 5 rows of agents"),
        ("UPDATE calls SET agent = NULL WHERE id % 3 > 0", "warning", "null_share", "66.7% of 1,200 rows of calls"),
        ("UPDATE calls SET seconds = NULL WHERE id % 2 = 1", "warning", "null_share", "66.7% of 900 rows of calls"),
        ("UPDATE calls SET seconds = -1 WHERE id = 7", "warning", "negative_values", "1 of 900 rows"),
        ("UPDATE calls SET cost = -cost", "warning", "negative_value", "unit is EUR"),
        ("UPDATE calls SET score = 40", "warning", "ratio_out_of_range", "is 40 in January 2026"),
        ("UPDATE calls SET id = NULL WHERE id = 7", "error", "key_missing", "1 of 1,200 rows have no id"),
        ("UPDATE calls SET id = 8 WHERE id = 7", "error", "key_not_unique", "1,200 rows, 1,199 keys"),
        ("UPDATE calls SET agent = 9 WHERE id < 12", "warning", "orphans", "(1.0%)"),
        (
            "UPDATE months SET month = month + INTERVAL 3 DAY WHERE who=1",
            "error",
            "wrong_grain",
            "4 rows are not dated",
        ),
        ("UPDATE visits SET day = date_trunc('month', day)", "warning", "looks_monthly", "first of a month"),
        ("DELETE FROM visits WHERE month(day) = 3", "warning", "missing_months", "1 month between"),
        ("DELETE FROM visits WHERE month(day) > 1", "warning", "stale_table", "ends on 2026-01-31"),
        ("UPDATE visits SET day = '2099-01-01' WHERE id = 3", "warning", "dated_ahead", "ends on 2099-01-01"),
    ],
)
def test_rows_that_contradict_a_definition_are_told(checked, statement, severity, code, said):
    (problem,) = [p for p in checked(statement) if p.code == code]
    assert (problem.severity, said in problem.message) == (severity, True)
    assert problem.file == "metrics/model.yml"
    assert problem.line > 1
    assert problem.hint


def test_a_wrong_date_is_not_held_against_the_other_tables(checked):
    found = checked("UPDATE visits SET day = '2099-01-01' WHERE id = 3")
    assert "stale_table" not in {p.code for p in found}


def test_a_share_of_more_than_all_is_told(checked):
    wrong = "denominator: {table: calls, agg: count, where: solved and kind = 'bot'}"
    (problem,) = checked(old="denominator: {table: calls, agg: count}", new=wrong)
    assert (problem.code, "between 0 and 1" in problem.message) == ("ratio_out_of_range", True)


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("unit: seconds", "unit: secs", "unknown_unit", "did you mean 'seconds'?"),
        ("unit: seconds", "unit: percent", "unknown_unit", "a percentage is a ratio"),
        ("unit: seconds", "unit: seconds, format: '%d'", "bad_format", "such as .1%"),
        ("B: [second]", "B: [second, First]", "ambiguous_word", "leave it to one"),
    ],
)
def test_a_unit_or_a_word_that_means_nothing_clear_is_told(checked, old, new, code, said):
    (problem,) = checked(old=old, new=new)
    assert (problem.code, said in problem.hint) == (code, True)
