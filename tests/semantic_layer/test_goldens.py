"""The SQL a person would sign; read the files under goldens/ when they change."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from semantic_layer.compile import compile_cube, compile_keys, compile_query, render
from semantic_layer.model import Catalogue
from semantic_layer.query import CubeQuery, Filter, Having, MetricQuery, TimeWindow

Golden = Callable[[str, str], None]
AS_OF = date(2026, 3, 31)
MARCH = TimeWindow(start=date(2026, 3, 1), end=date(2026, 3, 31))
FEBRUARY = TimeWindow(start=date(2026, 2, 1), end=date(2026, 2, 28))
SMALL = Filter(dimension="segment", values=("Small",))

QUERIES: dict[str, dict[str, Any]] = {
    "count": {"metrics": ("volume",)},
    "ratio_by_joined_dimension": {"metrics": ("churn",), "by": ("segment",), "window": MARCH},
    "filters": {
        "metrics": ("handle_time",),
        "window": MARCH,
        "filters": (SMALL, Filter(dimension="vip", operator="not in", values=(True,))),
    },
    "ratio_of_two_facts": {"metrics": ("response_rate",), "by": ("segment",), "window": MARCH},
    "ratio_of_two_facts_in_all": {"metrics": ("contacts_each",), "window": MARCH},
    "derived": {"metrics": ("net",), "by": ("channel",), "window": MARCH},
    "semi_additive_by_quarter": {"metrics": ("active",), "by": ("segment",), "grain": "fiscal_quarter"},
    "settled_rows_only": {"metrics": ("resolution",), "grain": "week", "window": MARCH},
    "top_n_with_threshold": {
        "metrics": ("volume", "handle_time"),
        "by": ("channel", "tier"),
        "having": (Having(metric="volume", operator=">=", value=2),),
        "order_by": "handle_time",
        "order": "desc",
        "limit": 3,
    },
    "names_that_need_quoting": {"metrics": ("odd",), "by": ("group",), "grain": "year"},
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_well(name: str, catalogue: Catalogue, golden: Golden) -> None:
    golden(f"{name}.sql", compile_query(MetricQuery(**QUERIES[name]), catalogue, as_of=AS_OF).text)


@pytest.mark.parametrize("metric", ["churn", "response_rate"])
def test_a_cube_reads_well(metric: str, catalogue: Catalogue, golden: Golden) -> None:
    query = CubeQuery(metric=metric, dimensions=("segment",), now=MARCH, before=FEBRUARY)
    statements = compile_cube(query, catalogue, members={"segment": ("Large", "Small", "(unknown)")}, as_of=AS_OF)
    golden(f"cube_of_{metric}.sql", ";\n\n".join(sql.text for sql in statements))


def test_keys_read_well(catalogue: Catalogue, golden: Golden) -> None:
    sql = compile_keys(catalogue, table="contacts", key="contact_id", filters=(SMALL,), window=MARCH, limit=9)
    golden("keys.sql", sql.text)


def test_another_dialect_reads_well(catalogue: Catalogue, golden: Golden) -> None:
    sql = compile_query(MetricQuery(**QUERIES["ratio_by_joined_dimension"]), catalogue, as_of=AS_OF)
    golden("snowflake.sql", render(sql, "snowflake").text)
