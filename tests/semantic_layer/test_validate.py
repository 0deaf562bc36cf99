"""`because check` names each fault with its file, its line and what to try."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from semantic_layer.engine import DuckDbEngine
from semantic_layer.loader import Loaded, load_catalogue
from semantic_layer.problems import Problem
from semantic_layer.storage import build_aside
from semantic_layer.validate import check

HERE = Path(__file__).parent
Checked = Callable[[str, str], tuple[Problem, ...]]


@pytest.fixture
def checked(tmp_path: Path, engine: DuckDbEngine) -> Checked:
    """Check the small semantic layer after one replacement in its YAML."""

    def run(old: str, new: str) -> tuple[Problem, ...]:
        folder = tmp_path / "metrics"
        folder.mkdir()
        text = (HERE / "small.yml").read_text(encoding="utf-8")
        assert text.count(old) >= 1
        (folder / "small.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
        return check(load_catalogue(folder), engine)

    return run


def errors(problems: tuple[Problem, ...]) -> list[Problem]:
    return [p for p in problems if p.severity == "error"]


def test_a_sound_layer_has_no_errors(small: Loaded, engine: DuckDbEngine) -> None:
    assert errors(check(small, engine)) == []


def test_rows_that_joins_miss_are_warned_of(small: Loaded, engine: DuckDbEngine) -> None:
    orphans = [p for p in check(small, engine) if p.code == "orphans"]
    assert [p.message for p in orphans] == [
        "table 'contacts': 1 of 9 rows (11.1%) have a customer_id that customers does not hold",
        "table 'surveys': 1 of 7 rows (14.3%) have a contact_id that contacts does not hold",
    ]
    assert all(p.line for p in orphans)


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("to: customers, on", "to: custmers, on", "unknown_table", "did you mean 'customers'?"),
        ("- name: surveys", "- name: survey", "missing_table", "did you mean 'surveys'?"),
        ("time: started_at", "time: startd_at", "missing_column", "did you mean 'started_at'?"),
        ("time: responded_at", "time: csat", "wrong_type", "neither a date nor a timestamp"),
        ("key: survey_id", "key: contact_id", "key_not_unique", "7 rows, 5 keys"),
        ("to: contacts, on: contact_id", "to: months, on: contact_id", "no_key", "no single key"),
        ("label: Segment, table: customers", "label: Segment, table: clients", "unknown_table", "known:"),
        ("{name: vip,", "{name: vipp,", "missing_column", "did you mean 'vip'?"),
        ("{name: tier, label: Tier, table: customers, type: number}", "{name: tier, label: Tier, table: customers}",
         "wrong_type", "set `type: number`"),
        ("datediff('month', signed_up", "datediff('month', signd_up", "missing_column", "did you mean 'signed_up'?"),
        ("case when datediff(", "case when", "bad_expression", "cannot read"),
        ("measure: {table: contacts, agg: count}", "measure: {table: calls, agg: count}", "unknown_table", "calls"),
        ("agg: max, expr: seconds", "agg: max, expr: secnds", "missing_column", "did you mean 'seconds'?"),
        ("agg: max, expr: seconds", "agg: max", "bad_metric", "max of *"),
        ("agg: sum, expr: seconds, where: channel = 'Voice'", "agg: sum, expr: channel", "bad_sql", "voice_seconds"),
        ("100 * (answered_share - bad_share)", "100 * (answerd_share - bad_share)", "unknown_name", "answered_share"),
        ("100 * (answered_share - bad_share)", "net + 1", "cyclic_metric", "defined by itself"),
        ("read_with: active", "read_with: actve", "unknown_metric", "did you mean 'active'?"),
        ("{name: longest, label: Longest, type: simple", "{name: longest, label: Longest, type: ratio", "bad_metric",
         "numerator"),
        ("{version: 1, effective_on: 2025-01-01", "{version: 1, effective_on: 2027-01-01", "change_log", "later date"),
        ("reason: Small ones do not count.}", "reason: Small., numerator: {table: months, agg: count}}", "two_formulas",
         "different `numerator`"),
        ("  margin: 0.5", "  volume: 0.5", "name_clash", "the metric 'volume'"),
        ("time: contacts.started_at", "time: contacts.begun_at", "missing_column", "started_at"),
    ],
)  # fmt: skip
def test_an_error_is_named_once_with_its_line(old: str, new: str, code: str, said: str, checked: Checked) -> None:
    found = [p for p in errors(checked(old, new)) if p.code == code]
    assert found, f"no {code}"
    assert any(said in f"{p.message} {p.hint}" for p in found)
    assert all(p.file == "metrics/small.yml" and p.line > 0 for p in found)


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("owner: Finance", "owner: unassigned", "no_owner", "'revenue' has no owner"),
        ("label: Longest", "label: contacts", "ambiguous_word", "'contacts' means both"),
        ("order: [Voice, Chat]", "order: [Vioce, Chat]", "unknown_member", "did you mean 'Voice'?"),
    ],
)
def test_a_doubt_is_a_warning(old: str, new: str, code: str, said: str, checked: Checked) -> None:
    problems = checked(old, new)
    assert errors(problems) == []
    assert any(p.code == code and said in f"{p.message} {p.hint}" for p in problems)


def test_problems_of_the_loader_come_along(checked: Checked) -> None:
    assert "bad_yaml" in {p.code for p in checked("tables:", "tables: [")}


def test_an_empty_and_an_undated_table_are_warned_of(tmp_path: Path, warehouse: Path, small: Loaded) -> None:
    file = tmp_path / "warehouse.duckdb"
    shutil.copy(warehouse, tmp_path / "old.duckdb")
    with build_aside(file) as connection:
        connection.execute(f"ATTACH '{tmp_path / 'old.duckdb'}' AS old (READ_ONLY)")
        for table in ("customers", "contacts", "surveys", "months", '"odd ""big"" table"'):
            connection.execute(f"CREATE TABLE {table} AS FROM old.{table}")
        connection.execute("DETACH old")
        connection.execute("DELETE FROM surveys; UPDATE contacts SET started_at = NULL WHERE contact_id = 1")
        connection.execute("UPDATE months SET month = month - INTERVAL 1 YEAR")
    engine = DuckDbEngine(file)
    said = {(p.code, p.message) for p in check(small, engine)}
    engine.close()
    assert ("empty_table", "table 'surveys' holds no rows") in said
    assert ("undated_rows", "table 'contacts': 10.0% of rows have no 'started_at' and are in no period") in said
    assert ("stale_table", "table 'months' ends on 2025-03-01, while others reach 2026-03-30") in said
