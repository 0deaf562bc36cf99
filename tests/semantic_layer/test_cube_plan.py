"""A cube is read at its finest grain where that collapses, else in a few coarse ones: never more than it is worth."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semantic_layer.cube_plan import CubePlan, covering, covering_pairs, longest_fitting, plan_cube, sizes
from semantic_layer.query import Column, CubeQuery, Run, Sql, Table, TimeWindow

JANUARY = TimeWindow(start=date(2026, 1, 1), end=date(2026, 1, 31))
FEBRUARY = TimeWindow(start=date(2026, 2, 1), end=date(2026, 2, 28))
NAMES = ("segment", "tier", "vip", "since", "channel", "tenure")


def query(*dimensions: str) -> CubeQuery:
    return CubeQuery(metric="handle_time", dimensions=dimensions, now=FEBRUARY, before=JANUARY)


def ran(*values: float) -> Run:
    columns = tuple(Column(name=f"c{i}", kind="metric") for i in range(len(values)))
    table = Table(columns=columns, data=tuple((v,) for v in values))
    return Run(id="", purpose="", sql=Sql(text="", columns=columns), table=table, rows=1, ms=0)


def planned(catalogue, *found, rows=10_000_000, members=50, dimensions=NAMES) -> CubePlan:
    def ask(_sql):
        assert found, "nothing had to be asked"
        return ran(*found)

    held = dict.fromkeys(dimensions, ("x",) * members)
    return plan_cube(query(*dimensions), catalogue, ask, members=held, rows=rows)


@given(st.integers(3, 12))
def test_triples_hold_every_pair(count):
    names = tuple(f"d{i}" for i in range(count))
    triples = covering_pairs(names)
    assert {pair for triple in triples for pair in combinations(triple, 2)} == set(combinations(names, 2))
    assert all(len(set(triple)) == 3 for triple in triples)


@pytest.mark.parametrize(("count", "fewest"), [(3, 1), (4, 3), (5, 4), (6, 6), (7, 7), (8, 11), (9, 12), (10, 17)])
def test_no_cover_is_shorter(count, fewest):
    """The covering numbers C(v, 3, 2) (Fort and Hedlund 1958)."""
    assert len(covering_pairs(tuple(f"d{i}" for i in range(count)))) == fewest


def test_groups_hold_every_name_once():
    assert covering(("a", "b", "c", "d")) == (("a", "b", "c"), ("d",))


def test_what_is_small_is_read_whole_and_not_measured_first(catalogue):
    assert planned(catalogue, rows=500_000).is_finest
    assert planned(catalogue, members=3).is_finest
    assert planned(catalogue, dimensions=NAMES[:3]).is_finest


def test_the_finest_grain_is_read_where_it_collapses(catalogue):
    assert planned(catalogue, 10_000_000, 48_000).is_finest


def test_covering_triples_are_read_where_it_does_not(catalogue):
    assert planned(catalogue, 10_000_000, 6_000_000).groups == covering_pairs(NAMES)


def test_single_cuts_are_covered_where_pairs_would_cost_as_much(catalogue):
    many = ("segment", "tier", "vip", "since", "channel", "tenure")
    assert planned(catalogue, 10_000_000, 2_600_000, dimensions=many).groups == covering(many)


def test_rows_and_cells_are_estimated_in_one_statement(catalogue, engine, truth):
    asked = []

    def ask(sql):
        asked.append(sql)
        table = engine.run(sql)
        return Run(id="", purpose="", sql=sql, table=table, rows=1, ms=0)

    rows, cells = sizes(query("segment", "channel"), (("segment",), ("segment", "channel")), catalogue, ask)
    by_hand = """
      SELECT count(*), count(DISTINCT coalesce(segment, '-')), count(DISTINCT (coalesce(segment, '-'), channel))
      FROM contacts LEFT JOIN customers USING (customer_id)
      WHERE started_at >= '2026-01-01' AND started_at < '2026-03-01' AND channel <> 'Bot'"""
    assert [(rows, *cells)] == truth(by_hand)
    assert len(asked) == 1


def test_as_many_dimensions_are_combined_as_one_cube_can_hold(catalogue):
    def ask(_sql):
        return ran(1e7, 900, 60_000, 4_000_000)

    assert longest_fitting(query(*NAMES[:4]), NAMES[:4], catalogue, ask) == NAMES[:3]
