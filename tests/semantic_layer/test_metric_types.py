"""Percentiles, offsets, running totals, opening stocks and conversions give what SQL written by hand gives."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from semantic_layer.compile import compile_cube, compile_query
from semantic_layer.engine import DuckDbEngine
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue
from semantic_layer.query import CubeQuery, Filter, MetricQuery, TimeWindow

Truth = Callable[[str], list[tuple[Any, ...]]]
Golden = Callable[[str, str], None]
AS_OF = date(2026, 3, 31)
QUARTER = TimeWindow(start=date(2026, 1, 1), end=date(2026, 3, 31))
FEBRUARY = TimeWindow(start=date(2026, 2, 1), end=date(2026, 2, 28))
MARCH = TimeWindow(start=date(2026, 3, 1), end=date(2026, 3, 31))
LATE = TimeWindow(start=date(2026, 2, 1), end=date(2026, 3, 31))
SMALL = (Filter(dimension="segment", values=("Small",)),)

CASES: list[tuple[str, dict[str, Any], str]] = [
    (
        "percentile",
        {"metrics": ("slow_end",), "by": ("channel",), "window": QUARTER},
        """SELECT coalesce(channel, '(unknown)') c, percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) FROM contacts
           GROUP BY 1 ORDER BY list_position(['Voice', 'Chat', '(unknown)', 'Bot'], c)""",
    ),
    (
        "ratio whose sides have conditions of their own",
        {"metrics": ("voice_per_chat",), "window": QUARTER},
        """SELECT (SELECT sum(seconds) FROM contacts WHERE channel = 'Voice')
                / (SELECT count(*) FROM contacts WHERE channel = 'Chat')""",
    ),
    (
        "offset",
        {"metrics": ("volume_growth",), "window": MARCH},
        """SELECT (SELECT count(*) FROM contacts WHERE month(started_at) = 3)
                / (SELECT count(*) FROM contacts WHERE month(started_at) = 2) - 1""",
    ),
    (
        "offset by month",
        {"metrics": ("volume", "volume_growth"), "grain": "month", "window": LATE},
        """SELECT m::DATE, n, n / lag(n) OVER (ORDER BY m) - 1 FROM (
             SELECT date_trunc('month', started_at) m, count(*) n FROM contacts GROUP BY 1)
           QUALIFY m >= DATE '2026-02-01' ORDER BY 1""",
    ),
    (
        "offset of a stock",
        {"metrics": ("active_before",), "by": ("segment",), "window": MARCH},
        """SELECT coalesce(segment, '(unknown)'), count(*) FROM months LEFT JOIN customers USING (customer_id)
           WHERE month = DATE '2026-02-01' GROUP BY 1 ORDER BY 1""",
    ),
    (
        "rolling window at its end",
        {"metrics": ("recent_volume",), "window": FEBRUARY},
        """SELECT count(*) FROM contacts
           WHERE started_at >= TIMESTAMP '2026-01-30' AND started_at < TIMESTAMP '2026-03-01'""",
    ),
    (
        "rolling window by month",
        {"metrics": ("recent_volume",), "grain": "month", "window": QUARTER},
        """SELECT (e - INTERVAL 1 MONTH)::DATE, count(*) FROM contacts, (
             SELECT unnest([DATE '2026-02-01', DATE '2026-03-01', DATE '2026-04-01']) e)
           WHERE started_at < e AND started_at >= e - INTERVAL 30 DAY GROUP BY 1 ORDER BY 1""",
    ),
    (
        "rolling distinct count, which never adds up months",
        {"metrics": ("recent_customers",), "grain": "month", "window": LATE, "filters": SMALL},
        """SELECT * FROM (SELECT DATE '2026-02-01', count(DISTINCT customer_id) FROM contacts
             JOIN customers USING (customer_id) WHERE segment = 'Small' AND month(started_at) IN (1, 2)
           UNION ALL SELECT DATE '2026-03-01', count(DISTINCT customer_id) FROM contacts
             JOIN customers USING (customer_id) WHERE segment = 'Small' AND month(started_at) IN (2, 3)) ORDER BY 1""",
    ),
    (
        "fiscal year to date",
        {"metrics": ("fiscal_mrr",), "grain": "month", "window": QUARTER},
        """SELECT month, sum(sum(mrr)) OVER (PARTITION BY month >= DATE '2026-02-01' ORDER BY month) FROM months
           GROUP BY 1 ORDER BY 1""",
    ),
    (
        "everything so far",
        {"metrics": ("all_surveys",), "by": ("channel",), "window": FEBRUARY},
        """SELECT coalesce(channel, '(unknown)') c, count(*) FROM surveys LEFT JOIN contacts USING (contact_id)
           WHERE responded_at < DATE '2026-03-01' GROUP BY 1 ORDER BY c DESC""",
    ),
    (
        "first over time",
        {"metrics": ("opening", "active"), "window": QUARTER},
        """SELECT (SELECT count(*) FROM months WHERE month = DATE '2026-01-01'),
                  (SELECT count(*) FROM months WHERE month = DATE '2026-03-01')""",
    ),
    (
        "first over time by fiscal quarter",
        {"metrics": ("opening",), "grain": "fiscal_quarter"},
        """SELECT (date_trunc('quarter', month - INTERVAL 1 MONTH) + INTERVAL 1 MONTH)::DATE q,
             count(*) FILTER (WHERE month IN (DATE '2026-01-01', DATE '2026-02-01'))
           FROM months GROUP BY 1 ORDER BY 1""",
    ),
    (
        "conversion to an event of another table",
        {"metrics": ("contact_to_survey",), "by": ("segment",), "window": QUARTER},
        """SELECT coalesce(segment, '(unknown)'), avg((EXISTS (SELECT 1 FROM surveys s WHERE s.asked = c.customer_id
             AND csat IS NOT NULL AND responded_at >= started_at AND responded_at < started_at + INTERVAL 5 DAY))::INT)
           FROM contacts c LEFT JOIN customers USING (customer_id)
           WHERE channel <> 'Bot' AND started_at < DATE '2026-03-27' GROUP BY 1 ORDER BY 1""",
    ),
    (
        "conversion within one table, no event being its own successor",
        {"metrics": ("comes_back",), "grain": "month", "window": QUARTER},
        """SELECT date_trunc('month', started_at)::DATE, avg((EXISTS (SELECT 1 FROM contacts s
             WHERE s.customer_id = c.customer_id AND s.started_at > c.started_at
             AND s.started_at < c.started_at + INTERVAL 30 DAY))::INT)
           FROM contacts c WHERE started_at < DATE '2026-03-02' GROUP BY 1 ORDER BY 1""",
    ),
]
GOLDENS = (
    "percentile",
    "offset by month",
    "rolling window by month",
    "fiscal year to date",
    "everything so far",
    "first over time",
    "conversion to an event of another table",
)


@pytest.mark.parametrize(("query", "by_hand"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_metric_gives_what_sql_by_hand_gives(
    query: dict[str, Any], by_hand: str, catalogue: Catalogue, engine: DuckDbEngine, truth: Truth
) -> None:
    rows = engine.run(compile_query(MetricQuery(**query), catalogue, as_of=AS_OF)).rows()
    expected = truth(by_hand)
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=True):
        assert row == pytest.approx(tuple(float(v) if hasattr(v, "as_tuple") else v for v in wanted))


@pytest.mark.parametrize("name", GOLDENS)
def test_its_sql_reads_well(name: str, catalogue: Catalogue, golden: Golden) -> None:
    query = next(q for case, q, _ in CASES if case == name)
    text = compile_query(MetricQuery(**query), catalogue, as_of=AS_OF).text
    golden(f"type_{name.replace(' ', '_')}.sql", text)


@pytest.mark.parametrize(
    ("metric", "query", "code"),
    [
        ("recent_volume", {}, "needs_window"),
        ("volume_growth", {"grain": "month"}, "needs_window"),
        ("all_surveys", {"grain": "month"}, "needs_window"),
        ("volume_growth", {"grain": "quarter", "window": QUARTER}, "bad_offset"),
        ("volume_growth", {"grain": "day", "window": QUARTER}, "bad_offset"),
    ],
)
def test_a_frame_that_cannot_be_filled_is_refused(
    metric: str, query: dict[str, Any], code: str, catalogue: Catalogue
) -> None:
    with pytest.raises(UserError) as error:
        compile_query(MetricQuery(metrics=(metric,), **query), catalogue, as_of=AS_OF)
    assert error.value.code == code
    assert error.value.hint


@pytest.mark.parametrize("metric", ["slow_end", "recent_volume", "volume_growth", "fiscal_mrr", "customers_seen"])
def test_what_does_not_add_up_over_parts_is_never_put_into_a_cube(metric: str, catalogue: Catalogue) -> None:
    query = CubeQuery(metric=metric, dimensions=("segment",), now=MARCH, before=FEBRUARY)
    with pytest.raises(UserError) as error:
        compile_cube(query, catalogue, members={"segment": ("Small",)}, as_of=AS_OF)
    assert error.value.code == "not_decomposable"


def test_a_query_says_which_days_a_running_total_reads(catalogue: Catalogue) -> None:
    query = MetricQuery(metrics=("recent_volume", "volume_growth"), window=MARCH)
    said = " ".join(compile_query(query, catalogue, as_of=AS_OF).notes)
    assert "the 30 days up to the end of each period" in said
    assert "the same period 1 month earlier" in said
