"""Groups that overlap, lists of names and years held as columns, over tables that nobody wrote a dictionary for."""

from collections.abc import Iterator

import duckdb
import pytest

import assistant
from assistant.onboarding import init_workspace
from assistant.pipeline import Assistant
from assistant.types import Answer, Refusal

TABLES = """
    CREATE TABLE technician (tech_id INTEGER, name VARCHAR, depot VARCHAR);
    INSERT INTO technician VALUES (1, 'Ada', 'North'), (2, 'Bo', 'North'), (3, 'Cy', 'South'), (4, 'Di', 'South');
    CREATE TABLE repair (repair_id INTEGER, title VARCHAR, part_num INTEGER, minutes DOUBLE, year INTEGER);
    INSERT INTO repair VALUES (1, 'Boiler', 2, 30, 2020), (2, 'Lift', 5, 90, 2021), (3, 'Router', 1, 15, 2021),
        (4, 'Pump', 4, 60, 2021), (5, 'Fan', 3, 20, 2019);
    CREATE TABLE crew (tech_id INTEGER, repair_id INTEGER);
    INSERT INTO crew VALUES (1, 1), (1, 2), (2, 2), (3, 2), (3, 3), (2, 4), (3, 4);
    CREATE TABLE visit (tech_id INTEGER, day VARCHAR, count INTEGER);
    INSERT INTO visit SELECT 1 + i % 4, ['Monday', 'Tuesday', 'Friday'][1 + i % 3], 2 + i FROM range(12) t(i);
"""


@pytest.fixture(scope="module")
def repairs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("repairs")
    with duckdb.connect(str(folder / "repairs.duckdb")) as connection:
        connection.execute(TABLES)
    init_workspace(folder / "ws", [folder / "repairs.duckdb"])
    asked = assistant.build(folder / "ws")
    yield asked
    asked.close()


def answered(asked: Assistant, question: str) -> Answer:
    outcome = asked.ask(question)
    assert isinstance(outcome, Answer), outcome
    return outcome


def rows(answer: Answer) -> set[tuple[object, ...]]:
    assert answer.table is not None
    return set(answer.table.rows)


def test_a_repair_counts_once_for_each_technician_it_had(repairs: Assistant) -> None:
    found = answered(repairs, "How many repairs were there for each technician?")
    assert rows(found) == {("Ada", 2.0), ("Bo", 2.0), ("Cy", 3.0)}
    assert any("overlap" in note for note in found.notes)
    assert any("without Technician are not in the table: 1" in note for note in found.notes)


def test_sums_are_cut_by_groups_that_overlap(repairs: Assistant) -> None:
    found = answered(repairs, "What is the total number of parts by technician")
    assert rows(found) == {("Ada", 7.0), ("Bo", 9.0), ("Cy", 10.0)}


def test_rows_are_filtered_by_a_group_of_which_they_have_several(repairs: Assistant) -> None:
    found = answered(repairs, "How many repairs are there for technician Cy?")
    assert found.figures[0].value == 3.0


def test_some_or_all_of_several_members_is_asked_back(repairs: Assistant) -> None:
    outcome = repairs.ask("How many repairs had Ada and Bo?")
    assert isinstance(outcome, Refusal)
    assert "One of Ada and Bo, or all of them?" in outcome.message


def test_a_share_of_groups_that_overlap_is_refused(repairs: Assistant) -> None:
    assert isinstance(repairs.ask("What percentage of repairs did each technician have?"), Refusal)


def test_who_there_is_is_named_without_a_number(repairs: Assistant) -> None:
    found = answered(repairs, "Which technicians are in the South depot?")
    assert rows(found) == {("Cy",), ("Di",)}
    assert found.headline == "Technician for South: Cy and Di."


def test_names_beside_a_number_are_what_it_is_cut_by(repairs: Assistant) -> None:
    found = answered(repairs, "What are the titles and minutes of the repairs in 2021?")
    assert rows(found) == {("Lift", 90.0), ("Router", 15.0), ("Pump", 60.0)}


def test_a_year_is_a_column_where_there_are_no_dates(repairs: Assistant) -> None:
    found = answered(repairs, "How many repairs were there in 2021?")
    assert found.figures[0].value == 3.0
    assert any("there are no dates" in said for said in found.reading.assumptions)


def test_a_period_that_no_column_holds_is_still_refused(repairs: Assistant) -> None:
    assert isinstance(repairs.ask("How many repairs were there last month?"), Refusal)


def test_an_id_cuts_where_it_is_asked_for(repairs: Assistant) -> None:
    found = answered(repairs, "How many repairs for each technician id?")
    assert rows(found) == {("1", 2.0), ("2", 2.0), ("3", 3.0)}


def test_a_column_of_counts_says_how_many_rows_stand_for(repairs: Assistant) -> None:
    assert answered(repairs, "How many visits were there?").figures[0].value == sum(2 + i for i in range(12))
    by_day = answered(repairs, "How many visits on each day of the week?")
    assert dict(rows(by_day)) == {
        "Monday": float(2 + 5 + 8 + 11), "Tuesday": float(3 + 6 + 9 + 12), "Friday": float(4 + 7 + 10 + 13)
    }  # fmt: skip


def test_things_counted_by_themselves_are_refused(repairs: Assistant) -> None:
    assert isinstance(repairs.ask("How many repairs for each repair?"), Refusal)


def test_the_ratio_of_two_things_is_no_share(repairs: Assistant) -> None:
    outcome = repairs.ask("What is the ratio of repairs to technicians?")
    assert isinstance(outcome, Refusal)
    assert "ratio" in outcome.message


def test_an_average_and_a_total_of_one_column_are_told_apart(repairs: Assistant) -> None:
    assert answered(repairs, "average minutes of repairs").figures[0].value == 43.0
    assert answered(repairs, "total minutes of repairs").figures[0].value == 215.0
