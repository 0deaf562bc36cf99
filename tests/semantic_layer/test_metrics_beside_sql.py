"""Every metric type gives what SQL written by hand gives, gaps, orphans and unknown members included."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from semantic_layer.compile import compile_query
from semantic_layer.engine import DuckDbEngine
from semantic_layer.model import Catalogue
from semantic_layer.query import Filter, Having, MetricQuery, TimeWindow

Truth = Callable[[str], list[tuple[Any, ...]]]
AS_OF = date(2026, 3, 31)
QUARTER = TimeWindow(start=date(2026, 1, 1), end=date(2026, 3, 31))
JANUARY = TimeWindow(start=date(2026, 1, 1), end=date(2026, 1, 31))
FEBRUARY = TimeWindow(start=date(2026, 2, 1), end=date(2026, 2, 28))
EMPTY = TimeWindow(start=date(2020, 1, 1), end=date(2020, 1, 31))


def where(dimension: str, *values: Any, operator: Any = "in") -> dict[str, Any]:
    return {"filters": (Filter(dimension=dimension, operator=operator, values=values),)}


def plain(rows: Any) -> list[tuple[Any, ...]]:
    return [tuple(float(v) if hasattr(v, "as_tuple") else v for v in row) for row in rows]


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("simple", {"metrics": ("volume",), "window": FEBRUARY}, "SELECT 4"),
    ("the last second of a month belongs to it", {"metrics": ("volume",), "window": JANUARY}, "SELECT 2"),
    (
        "distinct count keeps orphans and drops NULL",
        {"metrics": ("customers_seen",)},
        "SELECT count(DISTINCT customer_id) FROM contacts",
    ),
    (
        "filtered sum",
        {"metrics": ("voice_seconds",), "by": ("segment",)},
        """SELECT coalesce(segment, '(unknown)') s, sum(CASE WHEN channel = 'Voice' THEN seconds ELSE 0 END)
           FROM contacts LEFT JOIN customers USING (customer_id) GROUP BY 1 ORDER BY 1""",
    ),
    ("max and median", {"metrics": ("longest", "middle")}, "SELECT max(seconds), median(seconds) FROM contacts"),
    (
        "a ratio's own condition",
        {"metrics": ("handle_time",), "by": ("channel",)},
        """SELECT channel, sum(seconds) / count(*) FROM contacts WHERE channel <> 'Bot' GROUP BY 1
           ORDER BY CASE channel WHEN 'Voice' THEN 0 ELSE 1 END""",
    ),
    (
        "rows too young to have settled are left out",
        {"metrics": ("resolution",), "window": QUARTER},
        """SELECT count(*) FILTER (WHERE resolved) / count(*) FROM contacts
           WHERE channel <> 'Bot' AND started_at < DATE '2026-03-25'""",
    ),
    ("average skips NULL", {"metrics": ("mean_csat",)}, "SELECT avg(csat) FROM surveys"),
    (
        "filtered average",
        {"metrics": ("mean_voice",), "grain": "month"},
        """SELECT date_trunc('month', started_at)::DATE, avg(seconds) FROM contacts WHERE channel = 'Voice'
           GROUP BY 1 ORDER BY 1""",
    ),
    (
        "derived",
        {"metrics": ("net",), "window": QUARTER},
        """SELECT 100 * (count(*) FILTER (WHERE csat >= 4) - count(*) FILTER (WHERE csat <= 2)) / count(csat)
           FROM surveys""",
    ),
    (
        "derived with a constant",
        {"metrics": ("fair_share",), "window": QUARTER},
        "SELECT 1 - count(*) FILTER (WHERE csat <= 2) / count(csat) FROM surveys",
    ),
    (
        "derived over two facts",
        {"metrics": ("touches",), "by": ("channel",)},
        """SELECT coalesce(channel, '(unknown)') c, count(DISTINCT contact_id) + count(survey_id) FROM (
             SELECT c.contact_id, channel, NULL survey_id FROM contacts c
             UNION ALL SELECT NULL, channel, survey_id FROM surveys s LEFT JOIN contacts USING (contact_id))
           GROUP BY 1 ORDER BY CASE c WHEN 'Voice' THEN 0 WHEN 'Chat' THEN 1 ELSE 2 END, c""",
    ),
    (
        "a contact with three surveys counts once, in a ratio of two facts by the contact's date",
        {"metrics": ("response_rate",), "window": JANUARY},
        "SELECT 3 / 2",
    ),
    (
        "a ratio of two facts by a dimension of both",
        {"metrics": ("contacts_each",), "by": ("segment",), "window": QUARTER},
        """WITH a AS (SELECT coalesce(segment, '(unknown)') s, count(*) n FROM contacts
                      LEFT JOIN customers USING (customer_id) GROUP BY 1),
                b AS (SELECT coalesce(segment, '(unknown)') s, count(*) d FROM months
                      LEFT JOIN customers USING (customer_id) GROUP BY 1)
           SELECT coalesce(a.s, b.s) s, coalesce(n, 0) / d FROM a FULL JOIN b ON a.s = b.s ORDER BY 1""",
    ),
    (
        "the version in force",
        {"metrics": ("churn",)},
        "SELECT count(*) FILTER (WHERE churned AND mrr > 10) / count(*) FROM months",
    ),
    (
        "an earlier version",
        {"metrics": ("churn",), "definition": (("churn", 1),)},
        "SELECT count(*) FILTER (WHERE churned) / count(*) FROM months",
    ),
    (
        "a snapshot is never summed over months",
        {"metrics": ("active", "revenue"), "window": QUARTER},
        "SELECT 2, 120.0",
    ),
    ("a snapshot without a window is the last", {"metrics": ("active",)}, "SELECT 2"),
    (
        "a snapshot's trend has each month's",
        {"metrics": ("active",), "grain": "month"},
        "SELECT month, count(*) FROM months GROUP BY 1 ORDER BY 1",
    ),
    (
        "a snapshot's quarters have their last month's",
        {"metrics": ("revenue",), "grain": "quarter"},
        "SELECT DATE '2026-01-01', 120.0",
    ),
    (
        "a parameter",
        {"metrics": ("earned",), "window": FEBRUARY},
        "SELECT sum(mrr) * 0.5 FROM months WHERE month = '2026-02-01'",
    ),
    (
        "an outcome splits a count",
        {"metrics": ("leavers",), "by": ("reason",), "order_by": "leavers", "order": "desc", "limit": 1},
        "SELECT '(unknown)', 1 WHERE false UNION ALL SELECT 'price', 2",
    ),
    (
        "weeks begin on Monday",
        {"metrics": ("volume",), "grain": "week", "window": FEBRUARY},
        """SELECT * FROM (VALUES (DATE '2026-01-26', 1), (DATE '2026-02-02', 1), (DATE '2026-02-09', 1),
           (DATE '2026-02-23', 1))""",
    ),
    (
        "the fiscal year begins in February",
        {"metrics": ("volume",), "grain": "fiscal_year"},
        "SELECT * FROM (VALUES (DATE '2025-02-01', 2), (DATE '2026-02-01', 8))",
    ),
    (
        "fiscal quarters",
        {"metrics": ("volume",), "grain": "fiscal_quarter"},
        "SELECT * FROM (VALUES (DATE '2025-11-01', 2), (DATE '2026-02-01', 8))",
    ),
    (
        "days",
        {"metrics": ("volume",), "grain": "day", "window": JANUARY},
        "SELECT started_at::DATE, 1 FROM contacts WHERE contact_id < 3",
    ),
    ("a filter", {"metrics": ("volume",), **where("segment", "Small")}, "SELECT 4"),
    ("unknown includes NULL and orphans", {"metrics": ("volume",), **where("segment", "(unknown)")}, "SELECT 3"),
    ("unknown or one", {"metrics": ("volume",), **where("segment", "(unknown)", "Large")}, "SELECT 5"),
    ("not in keeps unknown", {"metrics": ("volume",), **where("segment", "Small", operator="not in")}, "SELECT 6"),
    (
        "not in with unknown drops it",
        {"metrics": ("volume",), **where("segment", "Small", "(unknown)", operator="not in")},
        "SELECT 3",
    ),
    ("a boolean", {"metrics": ("volume",), **where("vip", "yes")}, "SELECT 3"),
    ("no boolean is not false", {"metrics": ("volume",), **where("vip", False)}, "SELECT 3"),
    ("a number", {"metrics": ("volume",), **where("tier", "10", 2)}, "SELECT 4"),
    ("a date", {"metrics": ("volume",), **where("since", "2025-01-01")}, "SELECT 2"),
    (
        "numbers rank as numbers",
        {"metrics": ("volume",), "by": ("tier",)},
        """SELECT coalesce(tier::VARCHAR, '(unknown)'), count(*) FROM contacts LEFT JOIN customers USING (customer_id)
           GROUP BY tier ORDER BY tier NULLS LAST""",
    ),
    (
        "a dimension at the row's own date",
        {"metrics": ("volume",), "by": ("tenure",), **where("segment", "Small")},
        "SELECT * FROM (VALUES ('new', 2), ('old', 2))",
    ),
    (
        "having keeps groups",
        {
            "metrics": ("volume",),
            "by": ("channel",),
            "having": (Having(metric="handle_time", operator=">", value=100),),
        },
        "SELECT 'Voice', 5 UNION ALL SELECT 'Chat', 3",
    ),
    (
        "order and limit",
        {"metrics": ("volume",), "by": ("channel",), "order_by": "volume", "order": "desc", "limit": 2},
        "SELECT * FROM (VALUES ('Voice', 5), ('Chat', 3))",
    ),
    (
        "hostile text is only text",
        {"metrics": ("volume",), **where("segment", "'; DROP TABLE contacts; --")},
        "SELECT 0",
    ),
    ("quotes and unicode", {"metrics": ("volume",), **where("segment", 'O\'Hara "x" – ü')}, "SELECT 1"),
    ("a backslash", {"metrics": ("volume",), **where("segment", "\\' OR 1=1 --", "\\")}, "SELECT 0"),
    ("an empty window counts none", {"metrics": ("volume",), "window": EMPTY}, "SELECT 0"),
    ("a ratio of none is unknown", {"metrics": ("handle_time", "net"), "window": EMPTY}, "SELECT NULL, NULL"),
    ("a ratio of two facts of none is unknown", {"metrics": ("contacts_each",), "window": EMPTY}, "SELECT NULL"),
    (
        "a breakdown of none is empty",
        {"metrics": ("churn",), "by": ("segment",), "window": EMPTY},
        "SELECT 1 WHERE false",
    ),
    (
        "names that need quoting",
        {"metrics": ("odd",), "by": ("group",), "grain": "month"},
        "SELECT 'a;--', DATE '2026-01-01', 1 UNION ALL SELECT 'b', DATE '2026-02-01', 0",
    ),
    (
        "three facts side by side",
        {"metrics": ("volume", "responses", "leavers"), "grain": "month", "window": QUARTER},
        """SELECT * FROM (VALUES (DATE '2026-01-01', 2, 1, 1), (DATE '2026-02-01', 4, 3, 2),
           (DATE '2026-03-01', 4, 3, 1))""",
    ),
]


@pytest.mark.parametrize(("query", "by_hand"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_metric_equals_the_sql_written_by_hand(
    query: dict[str, Any], by_hand: str, catalogue: Catalogue, engine: DuckDbEngine, truth: Truth
) -> None:
    compiled = compile_query(MetricQuery(**query), catalogue, as_of=AS_OF)
    found, expected = plain(engine.run(compiled).rows()), plain(truth(by_hand))
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert row == pytest.approx(wanted) if all(isinstance(v, int | float) for v in wanted) else row == wanted


def test_what_was_left_out_or_read_at_the_end_is_said(catalogue: Catalogue) -> None:
    query = MetricQuery(metrics=("resolution", "active"), window=QUARTER)
    young, last = compile_query(query, catalogue, as_of=AS_OF).notes
    assert young.startswith("Resolution: rows after 24 March 2026 are left out")
    assert last.startswith("Active: the figure at the end")
