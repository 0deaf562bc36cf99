"""Data without dates: groups are set against each other, and one thing against another, over all rows."""

from pathlib import Path

import duckdb
import pytest

import assistant
from assistant.onboarding import init_workspace
from assistant.types import Answer


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undated")
    source = folder / "orders.csv"
    duckdb.sql(
        "SELECT 'o' || i AS order_id, CASE WHEN i % 2 = 0 THEN 'web' ELSE 'store' END AS shop,"
        " CASE WHEN i % 5 < 2 THEN 'express' ELSE 'normal' END AS speed, (i * 7919 % 97)::DOUBLE AS basket,"
        " CASE WHEN hash(i) % 100 < CASE WHEN i % 2 = 0 AND i % 5 < 2 THEN 60 ELSE 10 END THEN 'yes' ELSE 'no' END"
        " AS returned FROM range(4000) t(i)"
    ).write_csv(str(source))
    init_workspace(folder / "workspace", [source])
    return folder / "workspace"


def asked(shop: Path, question: str) -> Answer:
    answer = assistant.build(shop).ask(question)
    assert isinstance(answer, Answer), answer
    return answer


def test_a_gap_between_two_groups_is_split_without_dates(shop) -> None:
    answer = asked(shop, "why is the returned rate higher for web than for store")
    drivers = answer.drivers
    assert drivers is not None
    with duckdb.connect(str(shop / "warehouse.duckdb"), read_only=True) as warehouse:
        (gap,) = warehouse.execute(
            "SELECT avg((returned = 'yes')::INT) FILTER (shop = 'web')"
            " - avg((returned = 'yes')::INT) FILTER (shop = 'store') FROM orders"
        ).fetchone() or (None,)
    assert drivers.total_change == pytest.approx(gap)
    assert [f.values for f in drivers.segments[0].filters] == [("express",)]


def test_two_things_are_related_without_dates(shop) -> None:
    answer = asked(shop, "does basket relate to returned rate")
    assert answer.reading.intent == "relationship"
    assert not answer.figures[0].significant
