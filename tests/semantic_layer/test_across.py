"""Cut by a table with many rows for each, a row counts once in each member; what would fan out is refused."""

from typing import Any

import pytest

from semantic_layer.compile import compile_cube, compile_query, sliceable
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, DimensionSpec, MetricSpec, TableSpec
from semantic_layer.query import CubeQuery, Filter, MetricQuery, TimeWindow

from datetime import date  # isort: skip

CONTACTS = "a row of customers counts once in each Channel that its rows in contacts have: the groups overlap"


def metric(name: str, **measure: Any) -> MetricSpec:
    return MetricSpec.model_validate(
        {"name": name, "label": name, "type": "simple", "definition": "d", "unit": "count", "owner": "O",
         "measure": {"table": "customers", **measure}}
    )  # fmt: skip


@pytest.fixture(scope="module")
def wider(catalogue: Catalogue) -> Catalogue:
    added = (metric("people", agg="count"), metric("tiers", agg="sum", expr="tier"),
             metric("mean_tier", agg="average", expr="tier", where="segment = 'Small'"))  # fmt: skip
    score = DimensionSpec(name="score", label="Score", table="surveys", column="csat", type="number")
    return catalogue.model_copy(
        update={"metrics": (*catalogue.metrics, *added), "dimensions": (*catalogue.dimensions, score)}
    ).indexed()


def rows(
    wider: Catalogue, engine: Any, *metrics: str, by: tuple[str, ...] = (), where: tuple[Filter, ...] = ()
) -> list:
    query = MetricQuery(metrics=metrics, by=by, filters=where)
    return sorted(engine.run(compile_query(query, wider)).rows())


def refused(wider: Catalogue, **query: Any) -> UserError:
    with pytest.raises(UserError) as caught:
        compile_query(MetricQuery(**query), wider)
    return caught.value


def test_a_customer_counts_once_in_each_channel(wider, engine, truth):
    by_hand = """
      SELECT coalesce(k.channel, '(none)'), count(*), sum(c.tier),
             avg(c.tier) FILTER (WHERE c.segment = 'Small')
      FROM customers c
      LEFT JOIN (SELECT DISTINCT customer_id, coalesce(channel, '(unknown)') AS channel FROM contacts) k
        USING (customer_id) GROUP BY 1 ORDER BY 1"""
    assert rows(wider, engine, "people", "tiers", "mean_tier", by=("channel",)) == truth(by_hand)


def test_a_filter_keeps_those_with_at_least_one_such_row(wider, engine, truth):
    by_hand = (
        "SELECT count(*) FROM customers WHERE customer_id IN (FROM contacts SELECT customer_id WHERE channel = 'Voice')"
    )
    assert rows(wider, engine, "people", where=(Filter(dimension="channel", values=("Voice",)),)) == truth(by_hand)


def test_cut_and_filter_speak_of_the_same_row(wider, engine, truth):
    chosen = (Filter(dimension="channel", values=("Voice", "Chat")), Filter(dimension="segment", values=("Small",)))
    by_hand = """
      SELECT c.vip::VARCHAR, k.channel, count(*)
      FROM customers c JOIN (SELECT DISTINCT customer_id, channel FROM contacts WHERE channel IN ('Voice', 'Chat')) k
        USING (customer_id) WHERE c.segment = 'Small' GROUP BY 1, 2 ORDER BY 1, 2"""
    assert rows(wider, engine, "people", by=("vip", "channel"), where=chosen) == truth(by_hand)


def test_many_rows_lie_several_hops_away(wider, engine, truth):
    by_hand = """
      SELECT coalesce(k.csat, '(none)'), count(*)
      FROM customers c LEFT JOIN (
        SELECT DISTINCT co.customer_id, coalesce(s.csat::VARCHAR, '(unknown)') AS csat
        FROM surveys s LEFT JOIN contacts co USING (contact_id) WHERE co.customer_id IS NOT NULL
      ) k USING (customer_id) GROUP BY 1 ORDER BY 1"""
    assert rows(wider, engine, "people", by=("score",)) == truth(by_hand)


def test_two_tables_with_many_rows_multiply_nothing(wider, engine, truth):
    by_hand = """
      WITH k AS (SELECT DISTINCT customer_id, coalesce(channel, '(unknown)') AS channel FROM contacts),
      m AS (SELECT DISTINCT customer_id, coalesce(reason, '(unknown)') AS reason FROM months)
      SELECT coalesce(channel, '(none)'), coalesce(reason, '(none)'), count(*)
      FROM customers c LEFT JOIN k USING (customer_id) LEFT JOIN m USING (customer_id) GROUP BY 1, 2 ORDER BY 1, 2"""
    assert rows(wider, engine, "people", by=("channel", "reason")) == truth(by_hand)


def test_that_groups_overlap_is_said(wider):
    (said,) = compile_query(MetricQuery(metrics=("people",), by=("channel",)), wider).notes
    assert said.startswith(CONTACTS)
    kept = (Filter(dimension="channel", values=("Voice",)),)
    (said,) = compile_query(MetricQuery(metrics=("people",), filters=kept), wider).notes
    assert said == "customers with at least one row in contacts of that Channel"


def test_only_rows_of_the_same_days_count_where_both_are_dated(wider, engine, truth):
    january = TimeWindow(start=date(2026, 1, 1), end=date(2026, 1, 31))
    query = MetricQuery(metrics=("volume",), by=("score",), window=january)
    by_hand = """
      SELECT coalesce(k.csat, '(none)'), count(*)
      FROM contacts c LEFT JOIN (
        SELECT DISTINCT contact_id, coalesce(csat::VARCHAR, '(unknown)') AS csat FROM surveys
        WHERE responded_at BETWEEN '2026-01-01' AND '2026-01-31') k USING (contact_id)
      WHERE c.started_at >= '2026-01-01' AND c.started_at < '2026-02-01' GROUP BY 1 ORDER BY 1"""
    sql = compile_query(query, wider)
    assert sorted(engine.run(sql).rows()) == truth(by_hand)
    assert "rows in surveys of the same days have" in sql.notes[0]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"metrics": ("leavers",), "by": ("channel",)}, "months and contacts meet only at customers"),
        ({"metrics": ("contacts_each",), "by": ("channel",)}, "months and contacts meet only at customers"),
        ({"metrics": ("people", "volume"), "by": ("channel",)}, "only a metric of one table can be cut by"),
        ({"metrics": ("volume",), "by": ("score",), "grain": "month"}, "as a whole and not by period"),
        ({"metrics": ("volume",), "by": ("group",)}, "no join leads from contacts to odd"),
    ],
)  # fmt: skip
def test_what_would_count_rows_again_is_refused_with_the_reason(wider, query, said):
    error = refused(wider, **query)
    assert (error.code, said in error.message) == ("cannot_cut", True)
    assert error.hint.startswith("it can be cut by")


def test_leaving_members_out_is_not_clear_among_many(wider):
    kept = (Filter(dimension="channel", operator="not in", values=("Bot",)),)
    assert refused(wider, metrics=("people",), filters=kept).code == "cannot_exclude"


def test_several_ways_to_many_rows_are_listed(wider):
    calls = TableSpec.model_validate({"name": "calls", "key": "id", "joins": [
        {"to": "customers", "on": "a"}, {"to": 'odd "big" table', "on": "b"}]})  # fmt: skip
    mails = calls.model_copy(update={"name": "mails"})
    two = wider.model_copy(update={"tables": (*wider.tables, calls, mails)}).indexed()
    error = refused(two, metrics=("people",), by=("group",))
    assert error.code == "ambiguous_join"
    assert error.message == 'several tables lead from customers to odd "big" table: calls, mails'


def test_causes_are_not_sought_among_overlapping_groups(wider):
    assert "channel" not in sliceable("people", wider)
    january = TimeWindow(start=date(2026, 1, 1), end=date(2026, 1, 31))
    february = TimeWindow(start=date(2026, 2, 1), end=date(2026, 2, 28))
    query = CubeQuery(metric="volume", dimensions=("score",), now=february, before=january)
    with pytest.raises(UserError) as caught:
        compile_cube(query, wider, members={"score": ("1",)})
    assert caught.value.code == "cannot_cut"
