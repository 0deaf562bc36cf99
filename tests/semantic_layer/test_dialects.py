"""A statement means the same in every engine it is written for, and each render parses back."""

from datetime import date
from typing import Any

import pytest
import sqlglot

from semantic_layer.compile import compile_query, render
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue
from semantic_layer.query import Column, MetricQuery, Sql, TimeWindow

DIALECTS = ("duckdb", "postgres", "spark", "snowflake", "bigquery", "trino")
QUARTER = TimeWindow(start=date(2026, 1, 1), end=date(2026, 3, 31))
SHAPES: dict[str, dict[str, Any]] = {
    "weeks": {"metrics": ("volume",), "grain": "week", "window": QUARTER},
    "fiscal quarters": {"metrics": ("volume",), "grain": "fiscal_quarter", "window": QUARTER},
    "two hops": {"metrics": ("answered_share",), "by": ("segment", "tier"), "window": QUARTER},
    "bands": {"metrics": ("volume",), "by": ("tenure", "vip", "since"), "window": QUARTER},
    "offset": {"metrics": ("volume_growth",), "grain": "month", "window": QUARTER},
    "running total": {"metrics": ("recent_volume",), "grain": "month", "window": QUARTER},
    "conversion": {"metrics": ("contact_to_survey",), "window": QUARTER},
    "settled rows": {"metrics": ("resolution",)},
    "hard names": {"metrics": ("odd",), "by": ("group",), "grain": "year"},
    "several facts": {"metrics": ("net", "contacts_each", "active", "opening"), "window": QUARTER},
    "ordered": {"metrics": ("volume",), "by": ("channel",), "order_by": "volume", "order": "desc", "limit": 3},
}


def written(expression: str, dialect: str) -> str:
    sql = Sql(text=f"SELECT {expression} AS x FROM t ORDER BY x", columns=(Column(name="x", kind="metric"),))
    text = " ".join(render(sql, dialect).text.split()).replace("( ", "(").replace(" )", ")")
    return text.removeprefix("SELECT ").partition(" AS x FROM")[0]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_render_parses_back(shape: str, dialect: str, catalogue: Catalogue) -> None:
    sql = compile_query(MetricQuery(**SHAPES[shape]), catalogue)
    rendered = render(sql, dialect)
    tree = sqlglot.parse_one(rendered.text, dialect=dialect)
    assert [e.alias_or_name for e in tree.selects] == [c.name for c in sql.columns]
    assert rendered.dialect == dialect


@pytest.mark.parametrize(
    ("expression", "dialect", "expected"),
    [
        ("extract(dow FROM d)", "postgres", "EXTRACT(DOW FROM d)"),
        ("extract(dow FROM d)", "spark", "(DAYOFWEEK(d) - 1)"),
        ("dayofweek(d)", "spark", "(DAYOFWEEK(d) - 1)"),
        ("extract(dow FROM d)", "snowflake", "(DAYOFWEEKISO(d) % 7)"),
        ("extract(dow FROM d)", "bigquery", "(EXTRACT(DAYOFWEEK FROM d) - 1)"),
        ("extract(dow FROM d)", "trino", "(DAY_OF_WEEK(d) % 7)"),
        ("isodow(d)", "spark", "((DAYOFWEEK(d) + 5) % 7 + 1)"),
        ("isodow(d)", "postgres", "EXTRACT(ISODOW FROM d)"),
        ("date_trunc('week', d)", "bigquery", "DATE_TRUNC(CAST(d AS DATE), ISOWEEK)"),
        ("date_trunc('month', d)", "bigquery", "DATE_TRUNC(CAST(d AS DATE), MONTH)"),
        ("date_trunc('week', d)", "snowflake", "DATEADD(DAY, 1 - DAYOFWEEKISO(d), CAST(d AS DATE))"),
        ("a / nullif(b, 0)", "postgres", "CAST(a AS DOUBLE PRECISION) / NULLIF(b, 0)"),
        ("a / nullif(b, 0)", "trino", "CAST(a AS DOUBLE) / NULLIF(b, 0)"),
        ("a / nullif(b, 0)", "snowflake", "CAST(a AS DOUBLE) / NULLIF(b, 0)"),
        ("a // b", "postgres", "DIV(a, b)"),
        ("quantile_cont(a, 0.9)", "postgres", "PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY a)"),
        ("quantile_cont(a, 0.9)", "spark", "PERCENTILE(a, 0.9)"),
        ("median(a)", "spark", "MEDIAN(a)"),
        (
            "datediff('month', a, b)",
            "spark",
            "DATEDIFF(MONTH, DATE_TRUNC('MONTH', a), DATE_TRUNC('MONTH', b))",
        ),
        ("datediff('month', a, b)", "trino", "DATE_DIFF('MONTH', DATE_TRUNC('MONTH', a), DATE_TRUNC('MONTH', b))"),
        ("d >= DATE '2026-01-01'", "bigquery", "CAST(d AS DATE) >= CAST('2026-01-01' AS DATE)"),
    ],
)
def test_what_engines_read_differently_is_written_out(expression: str, dialect: str, expected: str) -> None:
    assert written(expression, dialect) == expected


@pytest.mark.parametrize(
    ("dialect", "ending"),
    [
        ("spark", "ORDER BY volume DESC"),
        ("postgres", "ORDER BY volume DESC NULLS LAST"),
        ("snowflake", "ORDER BY volume DESC NULLS LAST"),
        ("bigquery", "ORDER BY volume DESC"),
        ("trino", "ORDER BY volume DESC"),
    ],
)
def test_what_is_missing_comes_last_whichever_way_the_order_runs(
    dialect: str, ending: str, catalogue: Catalogue
) -> None:
    query = MetricQuery(metrics=("volume",), by=("segment",), order_by="volume", order="desc")
    text = " ".join(render(compile_query(query, catalogue), dialect).text.split())
    assert ending in text
    assert "NULLS FIRST" not in text


@pytest.mark.parametrize("dialect", ["bigquery", "trino"])
@pytest.mark.parametrize("metric", ["middle", "slow_end"])
def test_an_engine_without_exact_percentiles_is_refused(metric: str, dialect: str, catalogue: Catalogue) -> None:
    with pytest.raises(UserError) as error:
        render(compile_query(MetricQuery(metrics=(metric,)), catalogue), dialect)
    assert error.value.code == "unsupported"
    assert "percentile" in error.value.message
