"""A role's figures are those of a warehouse that holds only its rows, whatever is asked."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic_layer.compile import compile_keys, compile_query
from semantic_layer.cube import run_cube
from semantic_layer.engine import DuckDbEngine
from semantic_layer.errors import UserError
from semantic_layer.guard import Guard
from semantic_layer.guarded import GuardedEngine, permitted_values
from semantic_layer.model import Catalogue
from semantic_layer.policy import RolePolicy, restrict, with_members
from semantic_layer.query import CubeQuery, Filter, Having, MetricQuery, Sql, Table, TimeWindow

SMALL_ONLY = RolePolicy(label="Small business", rows=(Filter(dimension="segment", values=("Small",)),))
# Written by hand, in the order of the joins: what is left of each table is what the role may see.
TRIM = """
DELETE FROM customers WHERE segment IS DISTINCT FROM 'Small';
DELETE FROM contacts WHERE customer_id IS NULL OR customer_id NOT IN (SELECT customer_id FROM customers);
DELETE FROM surveys WHERE contact_id NOT IN (SELECT contact_id FROM contacts);
DELETE FROM months WHERE customer_id NOT IN (SELECT customer_id FROM customers);
"""
WINDOW = TimeWindow(start=date(2026, 1, 1), end=date(2026, 3, 31))


@pytest.fixture(scope="module")
def trimmed(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDbEngine]:
    copy = shutil.copy(warehouse, tmp_path_factory.mktemp("trimmed") / "warehouse.duckdb")
    with duckdb.connect(str(copy)) as connection:
        connection.execute(TRIM)
    opened = DuckDbEngine(Path(copy))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def guarded(catalogue: Catalogue, engine: DuckDbEngine) -> GuardedEngine:
    return GuardedEngine(engine, Guard(catalogue, SMALL_ONLY))


@pytest.fixture(scope="module")
def mine(catalogue: Catalogue) -> Catalogue:
    return restrict(catalogue, SMALL_ONLY)


def outcome(run: Callable[[], Table]) -> object:
    """Return the rows, or the code of the error."""
    try:
        return run().rows()
    except UserError as error:
        return error.code


METRICS = (
    "volume", "customers_seen", "voice_seconds", "middle", "handle_time", "resolution", "answered_share", "net",
    "touches", "response_rate", "contacts_each", "churn", "leavers", "active", "revenue",
)  # fmt: skip
DIMENSIONS = ("segment", "tier", "vip", "channel", "tenure")
values = st.sampled_from(["Small", "Large", "(unknown)", "Voice", "Chat", "nowhere"])
filters = st.builds(
    Filter,
    dimension=st.sampled_from(["segment", "channel"]),
    operator=st.sampled_from(["in", "not in"]),
    values=st.lists(values, min_size=1, max_size=3, unique=True).map(tuple),
)
queries = st.builds(
    MetricQuery,
    metrics=st.lists(st.sampled_from(METRICS), min_size=1, max_size=3, unique=True).map(tuple),
    by=st.lists(st.sampled_from(DIMENSIONS), max_size=2, unique=True).map(tuple),
    filters=st.lists(filters, max_size=2).map(tuple),
    window=st.sampled_from([None, WINDOW, TimeWindow(start=date(2026, 2, 1), end=date(2026, 2, 28))]),
    grain=st.sampled_from([None, "month", "quarter"]),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries)
def test_no_query_sees_a_row_outside_the_policy(query, catalogue, mine, guarded, trimmed):
    wanted = outcome(lambda: trimmed.run(compile_query(query, catalogue, as_of=date(2026, 3, 31))))
    assert outcome(lambda: guarded.run(compile_query(query, mine, as_of=date(2026, 3, 31)))) == wanted


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    metric=st.sampled_from(["volume", "handle_time", "churn", "contacts_each", "answered_share"]),
    by=st.lists(st.sampled_from(["segment", "tier", "vip"]), max_size=3, unique=True).map(tuple),
)
def test_no_cube_sees_a_row_outside_the_policy(metric, by, catalogue, mine, guarded, trimmed):
    before = TimeWindow(start=date(2026, 1, 1), end=date(2026, 1, 31))
    now = TimeWindow(start=date(2026, 2, 1), end=date(2026, 3, 31))
    query = CubeQuery(metric=metric, dimensions=by, now=now, before=before)
    members = {"segment": ("Large", "Small"), "tier": ("1", "2", "3", "10"), "vip": ("false", "true")}
    found, runs = run_cube(query, mine, guarded, members=members)
    wanted, _ = run_cube(query, catalogue, trimmed, members=members)
    assert all("'Small'" in run.sql.text for run in runs)
    for name in ("rows", "n", "d", "nn", "nd", "dd"):
        assert sorted(getattr(found, name)) == pytest.approx(sorted(getattr(wanted, name)))


def test_ids_of_a_slice_are_the_roles_own(mine, guarded, trimmed, catalogue):
    args = {"table": "contacts", "key": "contact_id", "filters": (), "window": None}
    assert guarded.run(compile_keys(mine, **args)).data == trimmed.run(compile_keys(catalogue, **args)).data
    assert set(guarded.run(compile_keys(mine, **args)).data[0]) == {1, 2, 3, 9}


def test_member_lists_hold_what_the_roles_rows_have(mine, guarded):
    members = permitted_values(mine, guarded, SMALL_ONLY)
    assert members["segment"] == ("Small",)
    assert members["tier"] == ("1", "2")
    assert members["channel"] == ("Voice", "Chat")


def test_synonyms_of_other_members_are_not_in_the_dictionary(catalogue):
    segment = catalogue.dimension("segment").model_copy(update={"values": {"Large": ("ent",), "Small": ("smb",)}})
    others = tuple(d for d in catalogue.dimensions if d.name != "segment")
    wider = catalogue.model_copy(update={"dimensions": (segment, *others)}).indexed()
    known = with_members(restrict(wider, SMALL_ONLY), {"segment": ("Small",)})
    assert known.dimension("segment").values == {"Small": ("smb",)}


def test_a_table_that_the_policy_cannot_narrow_is_refused(catalogue, guarded, mine):
    assert mine.metric("odd").hidden
    with pytest.raises(UserError, match="not open") as caught:
        compile_query(MetricQuery(metrics=("odd",)), mine)
    assert caught.value.code == "not_permitted"
    with pytest.raises(UserError, match="cannot be narrowed") as caught:
        guarded.run(compile_query(MetricQuery(metrics=("odd",)), catalogue))
    assert caught.value.code == "not_permitted"


def test_an_open_table_is_shown_whole(catalogue, engine):
    policy = replace(SMALL_ONLY, open_tables=('odd "big" table',))
    sql = compile_query(MetricQuery(metrics=("odd",)), restrict(catalogue, policy))
    assert GuardedEngine(engine, Guard(catalogue, policy)).run(sql).rows() == ((1,),)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT table_name FROM information_schema.tables",
        "SELECT * FROM main.contacts",
        "SELECT * FROM sqlite_master",
        "SELECT 1 FROM customers JOIN duckdb_tables() ON true",
        'SELECT "from" FROM "odd ""big"" table"',
        'WITH part AS (SELECT "from" FROM "odd ""big"" table") SELECT * FROM part',
        "SHOW TABLES",
        "SELECT * FROM query_table('months')",
        'SELECT o."from" FROM contacts LEFT JOIN "odd ""big"" table" AS o ON true',
        'SELECT (SELECT max("from") FROM "odd ""big"" table")',
        'SELECT o."from" FROM contacts JOIN "odd ""big"" table" AS o ON true',
    ],
)
def test_what_is_no_narrowed_table_is_not_read(guarded, text):
    with pytest.raises(UserError):
        guarded.run(Sql(text=text, columns=()))


def test_hand_written_statements_are_narrowed_too(guarded):
    ids = guarded.run(Sql(text="SELECT c.contact_id FROM CONTACTS AS c ORDER BY 1", columns=())).data[0]
    assert ids == (1, 2, 3, 9)


def test_a_statement_is_shown_as_it_is_run_and_narrowed_once(guarded, mine):
    sql = guarded.prepared(compile_query(MetricQuery(metrics=("volume",)), mine))
    assert sql.text.count("'Small'") == 1
    assert guarded.prepared(sql) == sql


def test_a_masked_column_never_leaves_its_scan(catalogue, engine):
    policy = RolePolicy(label="Clerk", masked=("vip", "channel"))
    own = GuardedEngine(engine, Guard(catalogue, policy))
    rows = own.run(Sql(text="SELECT DISTINCT vip FROM customers", columns=())).rows()
    assert rows == ((None,),)


def test_a_masked_column_that_a_formula_reads_keeps_the_numbers_right(catalogue, engine):
    policy = RolePolicy(label="Clerk", masked=("channel",))
    own = GuardedEngine(engine, Guard(catalogue, policy))
    sql = compile_query(MetricQuery(metrics=("voice_seconds",)), restrict(catalogue, policy))
    assert own.run(sql).rows() == ((1020.0,),)


@pytest.mark.parametrize("query", [{"by": ("channel",)}, {"filters": (Filter(dimension="channel", values=("Bot",)),)}])
def test_a_masked_dimension_neither_groups_nor_filters(catalogue, query):
    own = restrict(catalogue, RolePolicy(label="Clerk", masked=("channel",)))
    with pytest.raises(UserError) as caught:
        compile_query(MetricQuery(metrics=("volume",), **query), own)
    assert caught.value.code == "not_permitted"


def test_a_hidden_metric_can_be_computed_with_but_not_asked_for(catalogue, engine):
    own = restrict(catalogue, RolePolicy(label="Clerk", hidden=("bad_share",)))
    assert engine.run(compile_query(MetricQuery(metrics=("fair_share",)), own)).rows()
    for query in (
        MetricQuery(metrics=("bad_share",)),
        MetricQuery(metrics=("fair_share",), having=(Having(metric="bad_share", operator=">", value=0),)),
    ):
        with pytest.raises(UserError, match="not open"):
            compile_query(query, own)


def test_a_policy_with_a_typo_opens_nothing(catalogue):
    with pytest.raises(UserError, match="segmnt") as caught:
        restrict(catalogue, RolePolicy(label="Clerk", rows=(Filter(dimension="segmnt", values=("Small",)),)))
    assert (caught.value.code, caught.value.hint) == ("bad_policy", "did you mean 'segment'?")
