"""Starter semantic layers of several tables: rows called after tables, keys that name, names that are shared."""

import duckdb
import pytest

from assistant.onboarding import init_workspace
from semantic_layer.loader import load_catalogue
from semantic_layer.model import Catalogue

TABLES = """
    CREATE TABLE town (town_name VARCHAR, county VARCHAR);
    INSERT INTO town VALUES ('Great Malvern', 'Hill'), ('Lower Slaughter', 'Dale'), ('Upper Slaughter', 'Dale');
    CREATE TABLE cafe (id INTEGER, name VARCHAR, town_name VARCHAR, rating DOUBLE);
    INSERT INTO cafe SELECT i, 'Cafe ' || chr((65 + i)::INTEGER),
        ['Great Malvern', 'Lower Slaughter'][1 + i % 2], i / 2.0 FROM range(12) t(i);
    CREATE TABLE hotel (id INTEGER, name VARCHAR, town_name VARCHAR, rating DOUBLE);
    INSERT INTO hotel SELECT i, 'Hotel ' || chr((65 + i)::INTEGER),
        ['Great Malvern', 'Upper Slaughter'][1 + i % 2], i / 3.0 FROM range(12) t(i);
"""


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("schemas")
    with duckdb.connect(str(folder / "towns.duckdb")) as connection:
        connection.execute(TABLES)
    init_workspace(folder / "ws", [folder / "towns.duckdb"])
    return load_catalogue(folder / "ws" / "metrics").catalogue


def test_a_row_is_called_after_its_table(catalogue: Catalogue) -> None:
    assert {"Cafes", "Hotels", "Towns"} <= {m.label for m in catalogue.metrics}


def test_what_names_a_row_is_a_way_to_cut(catalogue: Catalogue) -> None:
    names = {d.name: (d.table, d.column) for d in catalogue.dimensions}
    assert names["cafe"] == ("cafe", "name")
    assert names["hotel"] == ("hotel", "name")


def test_only_what_is_shared_joins_and_a_key_of_words_cuts(catalogue: Catalogue) -> None:
    assert catalogue.table("town").key == "town_name"
    assert [(j.to, j.on) for j in catalogue.table("cafe").joins] == [("town", "town_name")]
    assert ("town", "town_name") in {(d.table, d.column) for d in catalogue.dimensions}


def test_a_name_that_two_tables_share_belongs_to_both(catalogue: Catalogue) -> None:
    ratings = {m.name: m for m in catalogue.metrics if "average" in m.name}
    assert ratings.keys() == {"cafe_average_rating", "hotel_average_rating"}
    assert all("rating" in m.synonyms for m in ratings.values())
