"""What can mislead in a change is said in the answer to a why: each trap planted in the rows of a small workspace."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

import assistant
from assistant.types import Answer, Outcome
from assistant.wire import to_json

SETTINGS = "name: Traps\nengine: {path: warehouse.duckdb}\n"
METRICS = """
tables:
  - {name: calls, key: call_id, time: called_on, entity: caller, joins: [{to: callers, on: caller}]}
  - {name: callers, key: caller}
dimensions:
  - {name: line, label: Line, table: calls}
  - {name: office, label: Office, table: calls}
  - {name: size, label: Size, table: callers}
metrics:
  - {name: calls, label: Call volume, type: simple, definition: Calls., unit: count, owner: Ops,
     measure: {table: calls, agg: count}}
  - {name: solved_rate, label: Solved rate, type: ratio, definition: Solved calls., unit: ratio, owner: Ops,
     numerator: {table: calls, agg: count, where: solved}, denominator: {table: calls, agg: count}}
  - {name: middle, label: Middle, type: simple, definition: A median., unit: score, owner: Ops,
     measure: {table: calls, agg: median, expr: MIDDLE}}
"""
Row = tuple[int, date, int, str, str | None, bool | None]
Change = Callable[[random.Random, list[Row]], list[Row]]
RATES = {"sales": 0.9, "service": 0.4}


def steady(rng: random.Random, *, share: Callable[[date], float] = lambda _: 0.5, lift: float = 0.0) -> list[Row]:
    """Ninety calls a day in May and June 2026; `share` of them to sales, `lift` is added to the rates of June."""
    rows: list[Row] = []
    for day in (date(2026, 5, 1) + timedelta(days=i) for i in range(61)):
        for _ in range(90):
            line = "sales" if rng.random() < share(day) else "service"
            solved = rng.random() < RATES[line] + (lift if day.month == 6 else 0)
            rows.append((len(rows), day, rng.randrange(400), line, rng.choice(["north", "south"]), solved))
    return rows


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    connection.execute(f"INSERT INTO {table} SELECT {', '.join('unnest(?)' for _ in columns)}", columns)


@pytest.fixture
def why(tmp_path: Path) -> Iterator[Callable[..., Outcome]]:
    """Load rows, ask why a metric moved in June, and return the answer."""
    opened = []

    def ask(
        rows: list[Row],
        metric: str = "solved rate",
        callers: list[tuple[int, str]] | None = None,
        middle: str = "call_id",
    ) -> Outcome:
        (tmp_path / "metrics").mkdir()
        (tmp_path / "because.yml").write_text(SETTINGS, encoding="utf-8")
        (tmp_path / "metrics" / "all.yml").write_text(METRICS.replace("MIDDLE", middle), encoding="utf-8")
        with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
            connection.execute(
                "CREATE TABLE calls (call_id INT, called_on DATE, caller INT, line TEXT, office TEXT, solved BOOL)"
            )
            insert(connection, "calls", rows)
            connection.execute("CREATE TABLE callers (caller INT, size TEXT)")
            held = callers or [(i, "small" if i % 2 else "large") for i in range(400)]
            insert(connection, "callers", held)
        opened.append(assistant.build(tmp_path))
        outcome = opened[-1].ask(f"why did {metric} change in june 2026 compared with may 2026?")
        assert isinstance(outcome, Answer) or metric == "middle", to_json(outcome)
        return outcome

    yield ask
    for helper in opened:
        helper.close()


def said(answer: Answer) -> str:
    return " | ".join((answer.headline, *(c.text for c in answer.claims), *answer.notes, *answer.caveats))


def test_steady_rows_warn_of_nothing(why) -> None:
    answer = why(steady(random.Random(1)))
    assert "within normal variation" in said(answer)
    assert answer.notes == ()


def test_a_total_that_moves_against_every_part_is_said(why) -> None:
    rows = steady(random.Random(2), share=lambda d: 0.3 if d.month == 5 else 0.6, lift=-0.06)
    answer = why(rows)
    assert "although it fell within every line" in answer.headline


def test_parts_that_a_shift_of_mix_hides_in_a_flat_total_are_said(why) -> None:
    rows = steady(random.Random(3), share=lambda d: 0.4 if d.month == 5 else 0.56, lift=-0.08)
    answer = why(rows)
    assert answer.figures[0].significant is False
    assert "a shift in the mix hides it" in said(answer)


def test_a_new_channel_is_said(why) -> None:
    rows = [
        (*row[:3], "chat", *row[4:]) if row[1].month == 6 and row[0] % 4 == 0 else row
        for row in steady(random.Random(4))
    ]
    assert "chat has rows in the later period only" in said(why(rows))


def test_lost_tracking_is_said(why) -> None:
    rows = [
        (*row[:4], None, row[5]) if row[1].month == 6 and row[0] % 5 == 0 else row for row in steady(random.Random(5))
    ]
    assert "office is unknown for 20% of the rows, up from 0%" in said(why(rows)).casefold()


def test_outcomes_that_are_not_recorded_yet_are_said(why) -> None:
    rows = [(*row[:5], None) if row[1] > date(2026, 6, 20) and row[0] % 2 else row for row in steady(random.Random(6))]
    assert "solved is empty in 17% of the later period's rows, up from 0%" in said(why(rows))


def test_cases_that_fall_off_towards_the_end_of_the_data_are_said(why) -> None:
    rng = random.Random(7)
    rows = []
    for row in steady(rng):
        left = (date(2026, 7, 1) - row[1]).days
        rows.append((*row[:5], bool(row[5]) and rng.random() < min(1.0, left / 9)))
    assert "the latest cases may not be finished yet" in said(why(rows))


def test_a_rate_that_fell_for_good_in_the_middle_is_not_called_unfinished(why) -> None:
    rng = random.Random(8)
    rows = [(*row[:5], bool(row[5]) and (row[1] < date(2026, 6, 10) or rng.random() < 0.5)) for row in steady(rng)]
    assert "finished" not in said(why(rows))


def test_rows_that_were_loaded_twice_are_said(why) -> None:
    rows = steady(random.Random(9))
    again = [row for row in rows if date(2026, 6, 5) <= row[1] <= date(2026, 6, 11)]
    answer = why(rows + again, metric="call volume")
    assert "repeat a call_id that is already there: they are counted twice" in said(answer)
    assert "the earlier period repeat" not in said(answer)


def test_a_segment_that_callers_are_in_twice_is_said_and_not_split_by(why) -> None:
    callers = [(i, "small" if i % 2 else "large") for i in range(400)] + [(i, "key account") for i in range(40)]
    answer = why(steady(random.Random(10), lift=0.08), callers=callers)
    assert "counted more than once, so the change is not split by size" in said(answer).casefold()
    assert answer.drivers is not None
    assert [split.dimension for split in answer.drivers.by_dimension] == ["line", "office"]
    assert answer.drivers.total_change == pytest.approx(answer.figures[0].change)


@pytest.mark.parametrize(("expr", "word"), [("1e308 * (call_id % 2)", "infinite"), ("'NULL'", "No rows were found")])
def test_a_median_of_bad_values_is_no_crash_and_has_no_driver(why, expr: str, word: str) -> None:
    outcome = why(steady(random.Random(12)), metric="middle", middle=expr)
    assert word in to_json(outcome)
    assert getattr(outcome, "drivers", None) is None


def test_a_median_where_nearly_all_rows_are_alike_did_not_change(why) -> None:
    answer = why(steady(random.Random(13)), metric="middle", middle="CASE WHEN call_id % 9 = 0 THEN 5 ELSE 2 END")
    assert isinstance(answer, Answer)
    assert (answer.figures[0].change, answer.figures[0].change_ci) == (0.0, (0.0, 0.0))
    assert answer.drivers is not None
    assert answer.drivers.segments == ()


def test_a_handful_of_events_is_said(why) -> None:
    rows = [(*row[:5], row[0] % (1_000 if row[1].month == 6 else 2_000) == 0) for row in steady(random.Random(11))]
    assert "a single one moves the figure" in said(why(rows))
