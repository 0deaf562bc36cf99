"""What stands above the line of a share is a metric of its own, without being written."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from semantic_layer.compile import compile_query
from semantic_layer.engine import DuckDbEngine
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue
from semantic_layer.policy import RolePolicy, restrict
from semantic_layer.query import MetricQuery, TimeWindow

Truth = Callable[[str], list[tuple[Any, ...]]]
QUARTER = TimeWindow(start=date(2026, 1, 1), end=date(2026, 3, 31))


@pytest.mark.parametrize(
    ("version", "condition"), [((), "churned AND mrr > 10"), ((("churn_count", 1),), "churned")], ids=["now", "first"]
)
def test_the_count_behind_a_share_is_counted_by_each_of_its_definitions(
    version: tuple[tuple[str, int], ...], condition: str, catalogue: Catalogue, engine: DuckDbEngine, truth: Truth
) -> None:
    asked = MetricQuery(metrics=("churn_count",), window=QUARTER, definition=version)
    counted = engine.run(compile_query(asked, catalogue)).rows()
    assert list(counted) == truth(f"SELECT count(*) FILTER (WHERE {condition}) FROM months")


@pytest.mark.parametrize("name", ["handle_time_count", "volume_count", "mean_csat_count", "no_such_count"])
def test_nothing_is_counted_behind_what_is_no_share(name: str, catalogue: Catalogue) -> None:
    with pytest.raises(UserError):
        catalogue.metric(name)


def test_the_count_is_as_closed_as_the_share(catalogue: Catalogue) -> None:
    seen = restrict(catalogue, RolePolicy(label="No churn", hidden=("churn",)))
    with pytest.raises(UserError):
        seen.metric("churn_count")
    with pytest.raises(UserError):
        seen.permit(("churn_count",))
