"""Definitions in force on a day, and the dictionary as it stood."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from semantic_layer.compile import compile_query
from semantic_layer.definitions import as_defined, defined_on
from semantic_layer.engine import DuckDbEngine
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue
from semantic_layer.query import MetricQuery, TimeWindow

Truth = Callable[[str], list[tuple[Any, ...]]]
QUARTER = TimeWindow(start=date(2026, 1, 1), end=date(2026, 3, 31))


@pytest.mark.parametrize(("day", "versions"), [(date(2025, 6, 1), (("churn", 1),)), (date(2026, 1, 1), ())])
def test_the_version_of_a_day_is_the_latest_that_took_effect(
    day: date, versions: tuple[tuple[str, int], ...], catalogue: Catalogue
) -> None:
    assert defined_on(("churn", "volume"), catalogue, day) == versions


def test_a_day_before_the_first_version_is_an_error_that_names_it(catalogue: Catalogue) -> None:
    with pytest.raises(UserError) as error:
        defined_on(("churn",), catalogue, date(2020, 1, 1))
    assert error.value.code == "no_definition"
    assert "2025-01-01" in error.value.hint


def test_a_derived_metric_is_defined_by_the_versions_of_its_parts(
    catalogue: Catalogue, engine: DuckDbEngine, truth: Truth
) -> None:
    stays = catalogue.metric("fair_share").model_copy(update={"name": "stays", "expr": "1 - churn"})
    wider = Catalogue(
        tables=catalogue.tables, dimensions=catalogue.dimensions, metrics=(*catalogue.metrics, stays),
        parameters=catalogue.parameters,
    )  # fmt: skip
    versions = defined_on(("stays",), wider, date(2025, 6, 1))
    assert versions == (("churn", 1),)
    query = MetricQuery(metrics=("stays",), window=QUARTER)
    by_hand = truth("SELECT 1 - count(*) FILTER (WHERE churned) / count(*) FROM months")
    for sql in (
        compile_query(MetricQuery(metrics=("stays",), window=QUARTER, definition=versions), wider),
        compile_query(query, as_defined(wider, dict(versions))),
    ):
        assert engine.run(sql).rows()[0] == pytest.approx(by_hand[0])


def test_the_dictionary_as_it_stood_knows_no_later_version(catalogue: Catalogue) -> None:
    old = as_defined(catalogue, {"churn": 1})
    assert old.metric("churn").version == 1
    assert catalogue.metric("churn").version == 2
    with pytest.raises(UserError):
        as_defined(catalogue, {"churn": 9})
