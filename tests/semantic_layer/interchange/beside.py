"""Rows of a metric here and compiled by MetricFlow, in one shape."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from semantic_layer.compile import compile_query
from semantic_layer.engine import DuckDbEngine
from semantic_layer.model import Catalogue
from semantic_layer.query import MetricQuery

Rows = dict[tuple[str, ...], float]


def _word(value: Any) -> str:
    if isinstance(value, datetime):
        value = value.date()
    return "(unknown)" if value is None else str(value).lower()


def ours(query: MetricQuery, catalogue: Catalogue, engine: DuckDbEngine) -> Rows:
    found = engine.run(compile_query(query, catalogue, as_of=date(2027, 1, 1))).rows()
    return {tuple(map(_word, row[:-1])): float(row[-1]) for row in found if row[-1] is not None}


def theirs(sql: str, metric: str, cuts: Sequence[str], connection: duckdb.DuckDBPyConnection) -> Rows:
    """Run MetricFlow's statement; a metric's name stands last, a period's begins with `metric_time`."""
    result = connection.execute(sql)
    names = [column[0] for column in result.description or ()]
    keys = [next(i for i, n in enumerate(names) if n.endswith(f"__{cut}")) for cut in cuts]
    keys += [i for i, n in enumerate(names) if n.startswith("metric_time__")]
    value = names.index(metric)
    return {tuple(_word(r[k]) for k in keys): float(r[value]) for r in result.fetchall() if r[value] is not None}


def agree(here: Rows, there: Rows) -> None:
    """Hold both equal; where no row meets a filter there is no row there and a zero here."""
    extra = {key: value for key, value in here.items() if key not in there}
    assert not any(extra.values()), extra
    assert {key: here.get(key) for key in there} == pytest.approx(there, rel=1e-9)
