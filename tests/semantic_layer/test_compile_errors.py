"""What cannot be asked gets an error that names the thing, what exists and what to try."""

from datetime import date
from typing import Any

import pytest

from semantic_layer.compile import compile_cube, compile_keys, compile_query, render, sliceable
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, DimensionSpec, Formula, Join, MeasureSpec, MetricSpec, TableSpec
from semantic_layer.query import CubeQuery, Filter, MetricQuery, Sql, TimeWindow

MARCH = TimeWindow(start=date(2026, 3, 1), end=date(2026, 3, 31))
FEBRUARY = TimeWindow(start=date(2026, 2, 1), end=date(2026, 2, 28))


def only(dimension: str, *values: Any) -> tuple[Filter, ...]:
    return (Filter(dimension=dimension, values=values),)


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"metrics": ()}, "no_metric", "name at least one"),
    ({"metrics": ("volum",)}, "unknown_metric", "did you mean 'volume'?"),
    ({"metrics": ("volume",), "by": ("chanel",)}, "unknown_dimension", "did you mean 'channel'?"),
    ({"metrics": ("volume",), "filters": only("segmnt", "x")}, "unknown_dimension", "did you mean 'segment'?"),
    ({"metrics": ("churn",), "by": ("channel",)}, "cannot_cut", "segment, tier, vip"),
    ({"metrics": ("contacts_each",), "filters": only("channel", "Voice")}, "cannot_cut", "segment"),
    ({"metrics": ("churn",), "by": ("reason",)}, "outcome_dimension", "leavers"),
    ({"metrics": ("churn",), "definition": (("churn", 7),)}, "unknown_version", "1, 2"),
    ({"metrics": ("volume",), "filters": only("tier", "many")}, "wrong_type", "a number like 42"),
    ({"metrics": ("volume",), "filters": only("tier", "nan")}, "wrong_type", "a number like 42"),
    ({"metrics": ("volume",), "filters": only("vip", "perhaps")}, "wrong_type", "true or false"),
    ({"metrics": ("volume",), "filters": only("since", "31/10/2026")}, "wrong_type", "an ISO date"),
    ({"metrics": ("volume",), "filters": only("segment")}, "empty_filter", "at least one"),
    ({"metrics": ("churn",), "grain": "week"}, "grain_too_fine", "month or a longer grain"),
    ({"metrics": ("volume",), "order_by": "volumes"}, "bad_order", "did you mean 'volume'?"),
    ({"metrics": ("volume",), "limit": 0}, "bad_limit", "1 or more"),
]


@pytest.mark.parametrize(("query", "code", "hint"), REFUSED)
def test_a_query_that_cannot_be_compiled_says_what_to_try(
    query: dict[str, Any], code: str, hint: str, catalogue: Catalogue
) -> None:
    with pytest.raises(UserError) as error:
        compile_query(MetricQuery(**query), catalogue)
    assert error.value.code == code
    assert hint in error.value.hint


@pytest.mark.parametrize("metric", ["customers_seen", "longest", "middle"])
def test_what_does_not_add_up_has_no_cube(metric: str, catalogue: Catalogue) -> None:
    with pytest.raises(UserError, match="does not add up") as error:
        compile_cube(CubeQuery(metric=metric, dimensions=(), now=MARCH, before=FEBRUARY), catalogue, members={})
    assert error.value.code == "not_decomposable"


def test_periods_of_a_cube_must_not_share_rows(catalogue: Catalogue) -> None:
    weeks = [TimeWindow(start=date(2026, 3, d), end=date(2026, 3, d + 6)) for d in (2, 9)]
    compile_cube(CubeQuery(metric="volume", dimensions=(), before=weeks[0], now=weeks[1]), catalogue, members={})
    with pytest.raises(UserError) as error:
        compile_cube(CubeQuery(metric="churn", dimensions=(), before=weeks[0], now=weeks[1]), catalogue, members={})
    assert error.value.code == "overlapping_windows"


def test_keys_are_filtered_only_by_what_their_table_reaches(catalogue: Catalogue) -> None:
    with pytest.raises(UserError) as error:
        compile_keys(catalogue, table="months", key="customer_id", filters=only("channel", "Voice"), window=None)
    assert error.value.code == "cannot_cut"


def test_a_table_without_dates_has_no_window(catalogue: Catalogue) -> None:
    with pytest.raises(UserError) as error:
        compile_keys(catalogue, table="customers", key="customer_id", filters=(), window=MARCH)
    assert error.value.code == "no_time"


def derived(name: str, expr: str) -> MetricSpec:
    return MetricSpec(name=name, label=name, type="derived", definition="-", unit="count", owner="-", expr=expr)


@pytest.mark.parametrize(
    ("metrics", "code"),
    [
        ((derived("a", "b + 1"), derived("b", "a * 2")), "cyclic_metric"),
        ((derived("a", "missing + 1"),), "unknown_name"),
        ((derived("a", "1 +"),), "bad_expression"),
        ((derived("a", "SELECT 1; DROP TABLE x"),), "bad_expression"),
        ((derived("a", ""),), "bad_metric"),
    ],
)
def test_a_formula_that_cannot_be_read_is_named(metrics: tuple[MetricSpec, ...], code: str) -> None:
    with pytest.raises(UserError) as error:
        compile_query(MetricQuery(metrics=("a",)), Catalogue(metrics=metrics))
    assert error.value.code == code
    assert "a" in error.value.message


def test_two_equally_short_joins_are_ambiguous_and_not_offered() -> None:
    calls = TableSpec(name="calls", joins=(Join(to="people", on="caller"), Join(to="people", on="agent")))
    count = Formula(measure=MeasureSpec(table="calls", agg="count"))
    catalogue = Catalogue(
        tables=(calls, TableSpec(name="people", key="id")),
        dimensions=(DimensionSpec(name="city", label="City", table="people"),),
        metrics=(
            MetricSpec(
                name="n", label="N", type="simple", definition="-", unit="count", owner="-", measure=count.measure
            ),
        ),
    )
    with pytest.raises(UserError) as error:
        compile_query(MetricQuery(metrics=("n",), by=("city",)), catalogue)
    assert error.value.code == "ambiguous_join"
    assert "caller" in error.value.message
    assert sliceable("n", catalogue) == ()


def test_joins_that_run_in_a_circle_are_walked_once() -> None:
    count = MeasureSpec(table="calls", agg="count")
    catalogue = Catalogue(
        tables=(
            TableSpec(name="calls", key="id", joins=(Join(to="people", on="caller"),)),
            TableSpec(name="people", key="id", joins=(Join(to="homes", on="home"), Join(to="people", on="boss"))),
            TableSpec(name="homes", key="id", joins=(Join(to="cities", on="city"), Join(to="people", on="owner"))),
            TableSpec(name="cities", key="id", joins=(Join(to="calls", on="first_call"),)),
        ),
        dimensions=(DimensionSpec(name="city", label="City", table="cities", column="name"),),
        metrics=(
            MetricSpec(name="n", label="N", type="simple", definition="-", unit="count", owner="-", measure=count),
        ),
    )
    text = compile_query(MetricQuery(metrics=("n",), by=("city",)), catalogue).text
    assert text.count("LEFT JOIN") == 3
    assert sliceable("n", catalogue) == ("city",)


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(UserError) as error:
        render(Sql(text="SELECT 1", columns=()), "postgress")
    assert error.value.code == "unknown_dialect"
    assert "postgres" in error.value.hint
