"""A starter semantic layer is guessed from what columns hold, whatever they are called."""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from semantic_layer.errors import UserError
from semantic_layer.model import DimensionSpec, MetricSpec, TableSpec
from semantic_layer.starter import Guess, guess, load_tables, profile_warehouse


def write_csv(file: Path, rows: list[dict[str, Any]], *, seed: int = 1) -> Path:
    """Write rows with their columns in a shuffled order."""
    columns = list(rows[0])
    random.Random(seed).shuffle(columns)
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
    return file


def guessed(tmp_path: Path, *files: Path) -> Guess:
    warehouse = tmp_path / "warehouse.duckdb"
    load_tables(files, warehouse)
    return guess(profile_warehouse(warehouse))


def foreign_rows(n: int = 400) -> list[dict[str, Any]]:
    """Subscribers of a company that does not speak English."""
    rng = random.Random(3)
    return [
        {
            "Kundennummer": f"K-{i:06d}",
            "Tarif": rng.choice(["Klein", "Mittel", "Gross"]),
            "Monatsbetrag": round(rng.uniform(10, 90), 2),
            "gekündigt": rng.choice(["Ja", "Nein", "Nein"]),
            "Bemerkung": f"Der Anschluss Nummer {i} war an {rng.randint(2, 99)} Tagen gestört und wurde geprüft",
        }
        for i in range(n)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_foreign_names_in_any_order_give_key_outcome_dimension_measure_and_text(tmp_path: Path, seed: int) -> None:
    found = guessed(tmp_path, write_csv(tmp_path / "bestand.csv", foreign_rows(), seed=seed))
    assert found.tables[0]["key"] == "Kundennummer"
    assert {"tarif", "gekündigt"} == {d["name"] for d in found.dimensions}
    names = {m["name"] for m in found.metrics}
    assert {"gekündigt_rate", "average_monatsbetrag", "total_monatsbetrag"} <= names
    assert found.text is not None
    assert found.text.column == "Bemerkung"


def test_what_is_guessed_is_a_valid_semantic_layer(tmp_path: Path) -> None:
    found = guessed(tmp_path, write_csv(tmp_path / "bestand.csv", foreign_rows()))
    assert all(TableSpec.model_validate(t) for t in found.tables)
    assert all(DimensionSpec.model_validate(d) for d in found.dimensions)
    assert all(MetricSpec.model_validate(m) for m in found.metrics)


def test_rows_are_dated_by_the_time_that_comes_first_and_last_from_it(tmp_path: Path) -> None:
    begin = datetime(2025, 1, 1)
    rows = [
        {
            "nr": f"INC{i:05d}",
            "changed": begin + timedelta(hours=5 * i + 40),
            "finished": begin + timedelta(hours=5 * i + 30),
            "begun": begin + timedelta(hours=5 * i),
        }
        for i in range(300)
    ]
    found = guessed(tmp_path, write_csv(tmp_path / "work.csv", rows))
    assert found.tables[0]["time"] == "begun"
    assert "time_from_begun_to_finished" in {m["name"] for m in found.metrics}
    count = next(m for m in found.metrics if m["definition"].startswith("number of rows"))
    assert count["label"] == "Incidents"
    assert "tickets" in count["synonyms"]


def test_a_thin_table_answers_for_all_its_data_when_no_period_is_named(tmp_path: Path) -> None:
    rows = [{"id": i, "day": datetime(2025, 1, 1) + timedelta(days=i), "kind": "ab"[i % 2]} for i in range(300)]
    found = guessed(tmp_path, write_csv(tmp_path / "thin.csv", rows))
    assert {m["default_grain"] for m in found.metrics} == {"all"}


def test_a_column_that_holds_another_tables_key_becomes_a_join(tmp_path: Path) -> None:
    customers = [{"customer_id": f"C{i}", "country": "xyz"[i % 3]} for i in range(60)]
    orders = [{"order_id": i, "customer_id": f"C{i % 60}", "amount": i * 1.5} for i in range(500)]
    found = guessed(
        tmp_path, write_csv(tmp_path / "orders.csv", orders), write_csv(tmp_path / "customers.csv", customers)
    )
    table = next(t for t in found.tables if t["name"] == "orders")
    assert table["joins"] == [{"to": "customers", "on": "customer_id"}]


def test_an_id_or_a_number_of_words_is_never_averaged(tmp_path: Path) -> None:
    rows = [{"id": i, "account_id": 10_000 + i // 2, "value": i * 0.5} for i in range(200)]
    found = guessed(tmp_path, write_csv(tmp_path / "values.csv", rows))
    assert {m["name"] for m in found.metrics if m["name"].startswith("average")} == {"average_value"}


def test_broken_lines_are_counted_and_the_good_ones_kept(tmp_path: Path) -> None:
    file = tmp_path / "broken.csv"
    lines = ["a,b", *(f"{i},{i * 2}" for i in range(50)), "51,102,extra,fields", *(f"{i},{i}" for i in range(60, 90))]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    loaded = load_tables([file], tmp_path / "w.duckdb")[0]
    assert (loaded.rows, loaded.rejected) == (80, 1)
    assert loaded.first_rejection is not None
    assert "52" in loaded.first_rejection


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_spreadsheets_of_other_countries_are_read_with_their_letters_commas_and_dates(
    tmp_path: Path, encoding: str
) -> None:
    lines = [
        "Ort;Betrag;Datum",
        *(f"{'München' if i % 2 else 'Köln'};1.{i:03d},50;{1 + i % 28:02d}.03.2025" for i in range(60)),
    ]
    file = tmp_path / "umsatz.csv"
    file.write_text("\n".join(lines) + "\n", encoding=encoding)
    load_tables([file], tmp_path / "w.duckdb")
    columns = {c.name: c for c in profile_warehouse(tmp_path / "w.duckdb")[0].columns}
    assert set(columns["Ort"].members) == {"München", "Köln"}
    assert (columns["Betrag"].kind, columns["Betrag"].low, columns["Betrag"].high) == ("number", 1000.5, 1059.5)
    assert columns["Datum"].kind == "time"


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.parquet"
    file.write_bytes(b"not parquet at all")
    with pytest.raises(UserError, match=r"broken\.parquet"):
        load_tables([file], tmp_path / "w.duckdb")
    assert not (tmp_path / "w.duckdb").exists()
