"""Rank, then look: narrows a reading to the few members that lead by another metric."""

from dataclasses import replace

from assistant.measuring import Bench, to_table
from assistant.phrases import join_words
from assistant.types import Plan
from semantic_layer.query import UNKNOWN, Filter, MetricQuery


def narrowed(plan: Plan, bench: Bench) -> Plan:
    """Return the plan with its `within` measured and turned into a filter; the plan itself without one."""
    inner = plan.reading.within
    if inner is None:
        return plan
    label = bench.catalogue.metric(inner.metric).label
    query = MetricQuery(
        metrics=(inner.metric,), by=(inner.dimension,), filters=plan.reading.filters, window=plan.reading.window,
        order_by=inner.metric, order=inner.order, limit=inner.limit + 1,
    )  # fmt: skip
    rows = to_table(bench.recorder.measure(query, f"{label}, to find the first {inner.limit}")).rows
    members = tuple(row[0] for row in rows if row[0] != UNKNOWN)[: inner.limit]
    if not members:
        return plan
    most = "highest" if inner.order == "desc" else "lowest"
    said = f"the first {inner.limit} by {label} ({most} first): {join_words([str(m) for m in members])}"
    reading = replace(
        plan.reading,
        filters=(*plan.reading.filters, Filter(dimension=inner.dimension, values=members)),
        assumptions=(*plan.reading.assumptions, said),
    )
    return replace(plan, reading=reading)
