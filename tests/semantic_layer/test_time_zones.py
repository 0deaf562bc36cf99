"""Timestamps in UTC count on the day, in the month and at the hour that the workspace's clock shows."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlglot

from semantic_layer.compile import compile_query, render
from semantic_layer.compile.dialects import DIALECTS
from semantic_layer.engine import DuckDbEngine
from semantic_layer.loader import load_catalogue
from semantic_layer.model import Catalogue
from semantic_layer.query import MetricQuery, TimeWindow
from semantic_layer.storage import build_aside
from semantic_layer.validate import check
from semantic_layer.values import data_range

MODEL = """
tables:
  - {name: calls, key: id, time: began, timezone: UTC, entity: who, joins: [{to: people, on: who}]}
  - {name: marked, key: id, time: began}
  - {name: people, key: who}
dimensions:
  - {name: hour, label: Hour, table: calls, expr: "strftime(began, '%H')"}
  - {name: month_of, label: Month, table: people, expr: "strftime(@row_date, '%Y-%m')"}
metrics:
  - {name: made, label: Calls, type: simple, definition: d, unit: count, owner: O, measure: {table: calls, agg: count}}
  - {name: settled, label: Settled, type: simple, definition: d, unit: count, owner: O,
     measure: {table: calls, agg: count, matures_after: 2d}}
  - {name: so_far, label: Calls so far, type: cumulative, definition: d, unit: count, owner: O, window: 7 days,
     measure: {table: calls, agg: count}}
  - {name: at_end, label: Calls of the last day, type: semi_additive, definition: d, unit: count, owner: O,
     measure: {table: calls, agg: count}}
  - {name: with_zone, label: With zone, type: simple, definition: d, unit: count, owner: O,
     measure: {table: marked, agg: count}}
"""
# Every 37 minutes over the turns of both clocks in March, in Europe and in America.
MOMENTS = [datetime(2026, 2, 27, tzinfo=UTC) + i * timedelta(minutes=37) for i in range(1400)]
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("zones")
    (root / "metrics").mkdir()
    (root / "metrics" / "model.yml").write_text(MODEL, encoding="utf-8")
    with build_aside(root / "warehouse.duckdb") as connection:
        connection.execute("CREATE TABLE people AS SELECT i AS who FROM range(7) r(i)")
        connection.execute("CREATE TABLE calls (id INT, who INT, began TIMESTAMP)")
        rows = [(i, i % 7, at.replace(tzinfo=None)) for i, at in enumerate(MOMENTS)]
        connection.executemany("INSERT INTO calls VALUES (?, ?, ?)", rows)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TABLE marked AS SELECT id, began::TIMESTAMPTZ AS began FROM calls")
    return root


@pytest.fixture(scope="module", params=ZONES)
def here(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[Catalogue, DuckDbEngine, ZoneInfo]]:
    engine = DuckDbEngine(folder / "warehouse.duckdb", timezone=request.param)
    catalogue = load_catalogue(folder / "metrics", timezone=request.param).catalogue
    yield catalogue, engine, ZoneInfo(request.param)
    engine.close()


def local(zone: ZoneInfo) -> list[datetime]:
    return [moment.astimezone(zone) for moment in MOMENTS]


def rows(here: tuple[Catalogue, DuckDbEngine, ZoneInfo], **query: object) -> dict[object, object]:
    catalogue, engine, _ = here
    found = engine.run(compile_query(MetricQuery(**query), catalogue)).rows()  # type: ignore[arg-type]
    return {row[0]: row[-1] for row in found}


MARCH = TimeWindow(start=date(2026, 3, 1), end=date(2026, 3, 31))


@pytest.mark.parametrize("metric", ["made", "with_zone"])
def test_days_and_months_are_those_of_the_clock(here, metric):
    days = Counter(at.date() for at in local(here[2]) if at.month == 3)
    assert rows(here, metrics=(metric,), grain="day", window=MARCH) == days
    assert list(rows(here, metrics=(metric,), window=MARCH)) == [days.total()]
    months = Counter(at.date().replace(day=1) for at in local(here[2]))
    assert rows(here, metrics=(metric,), grain="month") == months


def test_the_time_column_is_read_by_the_clock_in_every_expression(here):
    assert rows(here, metrics=("made",), by=("hour",)) == Counter(f"{at:%H}" for at in local(here[2]))
    assert rows(here, metrics=("made",), by=("month_of",)) == Counter(f"{at:%Y-%m}" for at in local(here[2]))


def test_rows_settle_by_the_clock(here):
    last = max(local(here[2])).date()
    settled = sum(at.date() <= last - timedelta(days=2) for at in local(here[2]))
    assert list(rows(here, metrics=("settled",))) == [settled]


def test_a_running_total_ends_with_the_day_of_the_clock(here):
    week = TimeWindow(start=date(2026, 3, 8), end=date(2026, 3, 10))
    for day, total in rows(here, metrics=("so_far",), grain="day", window=week).items():
        assert total == sum(day - timedelta(days=6) <= at.date() <= day for at in local(here[2]))


def test_the_last_day_of_a_period_is_the_last_of_the_clock(here):
    last = max(at.date() for at in local(here[2]) if at.month == 3)
    assert list(rows(here, metrics=("at_end",), window=MARCH)) == [sum(at.date() == last for at in local(here[2]))]


def test_the_data_cover_the_days_of_the_clock(here):
    catalogue, engine, zone = here
    found = data_range(catalogue, engine)
    assert found is not None
    assert (found.first, found.as_of) == (min(local(zone)).date(), max(local(zone)).date())


@pytest.mark.parametrize("machine", ["Asia/Tokyo", "America/Los_Angeles"])
def test_the_clock_of_the_machine_does_not_matter(folder, machine, monkeypatch):
    monkeypatch.setenv("TZ", machine)
    engine = DuckDbEngine(folder / "warehouse.duckdb")
    catalogue = load_catalogue(folder / "metrics").catalogue
    (found,) = rows((catalogue, engine, ZoneInfo("UTC")), metrics=("with_zone",), window=MARCH)
    engine.close()
    assert found == sum(at.month == 3 for at in MOMENTS)


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("postgres", "calls.began AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin'"),
        ("snowflake", "CONVERT_TIMEZONE('UTC', 'Europe/Berlin', calls.began)"),
        ("spark", "FROM_UTC_TIMESTAMP(TO_UTC_TIMESTAMP(calls.began, 'UTC'), 'Europe/Berlin')"),
        ("bigquery", "DATETIME(TIMESTAMP(calls.began, 'UTC'), 'Europe/Berlin')"),
        ("trino", "AT_TIMEZONE(WITH_TIMEZONE(calls.began, 'UTC'), 'Europe/Berlin')"),
    ],
)
def test_other_engines_turn_the_same_clock(folder, dialect, expected):
    assert dialect in DIALECTS
    catalogue = load_catalogue(folder / "metrics", timezone="Europe/Berlin").catalogue
    written = render(compile_query(MetricQuery(metrics=("made",), grain="month"), catalogue), dialect).text
    assert expected in " ".join(written.split()).replace("( ", "(").replace(" )", ")")
    assert sqlglot.parse_one(written, dialect=dialect)


def problems(tmp_path: Path, folder: Path, old: str, new: str) -> list[tuple[str, str]]:
    (tmp_path / "model.yml").write_text(MODEL.replace(old, new, 1), encoding="utf-8")
    engine = DuckDbEngine(folder / "warehouse.duckdb")
    found = check(load_catalogue(tmp_path), engine)
    engine.close()
    return [(p.code, f"{p.message} {p.hint}") for p in found if p.severity == "error"]


def test_a_zone_nobody_knows_is_an_error_with_the_one_that_is_meant(tmp_path, folder):
    (problem, *_) = problems(tmp_path, folder, "timezone: UTC", "timezone: Europe/Berlni")
    assert problem[0] == "wrong_value"
    assert "did you mean 'Europe/Berlin'?" in problem[1]


def test_a_timestamp_that_carries_its_zone_is_given_no_other(tmp_path, folder):
    ((code, said),) = problems(tmp_path, folder, "{name: marked, key: id, time: began}",
                               "{name: marked, key: id, time: began, timezone: UTC}")  # fmt: skip
    assert (code, "leave out `timezone`" in said) == ("wrong_type", True)
