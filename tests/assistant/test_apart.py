"""The difference of two groups is as sure as the customers behind it, not as the rows that repeat them."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

import assistant
from assistant.pipeline import Assistant
from assistant.types import Answer

REPEATS = 8
CALLERS = 600
METRICS = """
tables:
  - {name: calls, key: call_id, time: called_on, entity: caller}
dimensions:
  - {name: line, label: Line, table: calls}
  - {name: pace, label: Pace, table: calls}
metrics:
  - {name: solved_rate, label: Solved rate, type: ratio, definition: Solved calls., unit: ratio, owner: Ops,
     numerator: {table: calls, agg: count, where: solved}, denominator: {table: calls, agg: count}}
"""


@pytest.fixture(scope="module")
def helper(tmp_path_factory) -> Iterator[Assistant]:
    """Callers who call eight times each on one line, and whose calls are all solved or none."""
    root: Path = tmp_path_factory.mktemp("apart")
    (root / "metrics").mkdir()
    (root / "because.yml").write_text("name: Apart\nengine: {path: warehouse.duckdb}\n", encoding="utf-8")
    (root / "metrics" / "all.yml").write_text(METRICS, encoding="utf-8")
    rng, rows = random.Random(7), []
    for caller in range(CALLERS):
        solved = rng.random() < 0.6
        line, pace = ("sales", "service")[caller % 2], ("calm", "busy")[caller % 3 == 0]
        for _ in range(REPEATS):
            day = date(2026, 6, 1) + timedelta(days=rng.randrange(30))
            rows.append((len(rows), day, caller, line, pace, solved))
    with duckdb.connect(str(root / "warehouse.duckdb")) as db:
        db.execute("CREATE TABLE calls (call_id INT, called_on DATE, caller INT, line TEXT, pace TEXT, solved BOOL)")
        columns = [list(column) for column in zip(*rows, strict=True)]
        db.execute("INSERT INTO calls SELECT unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), unnest(?)", columns)
    opened = assistant.build(root)
    yield opened
    opened.close()


HALVES, THIRDS = (CALLERS / 2, CALLERS / 2), (CALLERS / 3, 2 * CALLERS / 3)


@pytest.mark.parametrize(
    ("question", "sizes"),
    [
        ("Why is solved rate higher for sales than for service in June 2026?", HALVES),
        ("Compare solved rate of sales and service in June 2026", HALVES),
        ("Is solved rate higher for sales than for the others in June 2026?", HALVES),
        ("Does pace affect solved rate in June 2026?", THIRDS),
    ],
)
def test_eight_calls_of_a_caller_are_no_surer_than_one(helper, question, sizes):
    answer = helper.ask(question)
    assert isinstance(answer, Answer), answer
    figure = next(f for f in answer.figures if f.change_ci is not None)
    low, high = figure.change_ci
    error = (0.6 * 0.4 * sum(1 / size for size in sizes)) ** 0.5
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.15)
