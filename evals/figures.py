"""The numbers of an answer beside those of hand-written SQL; every difference has a code and its cells."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from assistant.types import Answer, ResultTable
from evals.cases import Expected
from evals.score import Cell, RunSql, Score

RELATIVE = 1e-6
SHOWN_CELLS = 5
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_Rows = list[tuple[tuple[str, ...], Any]]


def figures(expected: Expected, answer: Answer, run_sql: RunSql) -> Score:
    """Compare the answer's numbers with those of the hand-written SQL, to 1e-6 relative."""
    assert expected.sql is not None
    wanted = [tuple(row) for row in run_sql(expected.sql)]
    if len(wanted) == 1 and len(wanted[0]) == 1:
        return _single(wanted[0][0], expected, answer)
    return _rows(wanted, answer, ordered=expected.ordered)


def close(a: float, b: float) -> bool:
    """Tell whether two numbers are equal to 1e-6 relative."""
    return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=1e-12)


def same(a: float | None, b: float | None) -> bool:
    """Tell whether two cells are equal; no value equals only no value."""
    return a is b if a is None or b is None else close(a, b)


def _single(wanted: Any, expected: Expected, answer: Answer) -> Score:
    found = answer.figures[0].value if answer.figures else None
    if wanted is not None and found is not None and close(float(wanted), found):
        return Score(scorer="figures", right=True)
    code = "no_value" if found is None else _code_of([(wanted, found)]) or _period(expected, answer) or "other_value"
    reason = f"{code.replace('_', ' ')}: {found} instead of {wanted}"
    return Score(scorer="figures", right=False, code=code, reason=reason, cells=(_cell((), wanted, found),))


def _period(expected: Expected, answer: Answer) -> str:
    """Return the code of a wrong period where another one than the case names was read."""
    wanted = expected.reading.window if expected.reading else None
    window = answer.reading.window
    return "wrong_period" if wanted and window and wanted != (window.start, window.end) else ""


def _code_of(pairs: Sequence[tuple[Any, Any]]) -> str:
    """Return the code that all pairs of (wanted, found) share: a factor of a hundred."""
    hundred = bool(pairs) and all(_off_by_hundred(wanted, found) for wanted, found in pairs)
    return "percent_versus_fraction" if hundred else ""


def _off_by_hundred(wanted: Any, found: Any) -> bool:
    return bool(wanted) and bool(found) and any(close(float(wanted) * x, float(found)) for x in (100, 0.01))


def _rows(wanted: list[tuple[Any, ...]], answer: Answer, *, ordered: bool) -> Score:
    """Compare rows of keys followed by one value, as a multiset or, where ordered, one by one.

    A group without a value is no row: whether a statement lists it depends on how it was written.
    """
    if answer.table is None:
        return _wrong("no_table", "there is no table to compare")
    width = len(wanted[0]) if wanted else 1
    cuts = _cuts(answer.table)
    if wanted and len(cuts) != width - 1:
        code = "extra_columns" if len(cuts) >= width else "missing_columns"
        return _wrong(code, f"rows are cut by {', '.join(cuts) or 'nothing'}, and {width - 1} cuts were due")
    want: _Rows = [(_key(row[:-1]), row[-1]) for row in wanted if row[-1] is not None]
    rows = [row for row in answer.table.rows if len(row) >= width and row[width - 1] is not None]
    return _compared(want, [(_key(row[: width - 1]), row[width - 1]) for row in rows], ordered=ordered)


def _cuts(table: ResultTable) -> list[str]:
    """Return the columns before the first that holds numbers: members and periods."""
    cuts = []
    for column in table.columns:
        if column.unit is not None:
            break
        cuts.append(column.name)
    return cuts


def _compared(want: _Rows, got: _Rows, *, ordered: bool) -> Score:
    keys = [key for key, _ in want], [key for key, _ in got]
    if Counter(keys[0]) != Counter(keys[1]):
        return _other_rows(Counter(keys[0]), Counter(keys[1]))
    if ordered and keys[0] != keys[1]:
        return _wrong("wrong_order", f"{_said(keys[1][0])} comes first, not {_said(keys[0][0])}")
    want, got = (sorted(rows, key=lambda row: row[0]) for rows in (want, got))
    wrong = [(key, a, b) for (key, a), (_, b) in zip(want, got, strict=True) if not close(float(a), float(b))]
    if not wrong:
        return Score(scorer="figures", right=True)
    code = _code_of([(a, b) for _, a, b in wrong]) or "differing_cells"
    cells = tuple(_cell(*item) for item in wrong[:SHOWN_CELLS])
    first = "; ".join(f"{label}: {found} instead of {due}" for label, due, found in cells[:3])
    return _wrong(code, f"{len(wrong)} of {len(want)} cells differ: {first}", cells)


def _other_rows(want: "Counter[tuple[str, ...]]", got: "Counter[tuple[str, ...]]") -> Score:
    missing, extra = want - got, got - want
    dated = all(any(_DAY.fullmatch(part) for part in key) for key in (*missing, *extra))
    code = "wrong_period" if dated else "missing_rows" if missing else "extra_rows"
    words = [
        f"{name}: {', '.join(map(_said, list(keys)[:3]))}"
        for name, keys in (("rows missing", missing), ("not expected", extra))
        if keys
    ]
    return _wrong(code, "; ".join(words))


def _wrong(code: str, reason: str, cells: tuple[Cell, ...] = ()) -> Score:
    return Score(scorer="figures", right=False, code=code, reason=f"{code.replace('_', ' ')}: {reason}", cells=cells)


def _cell(key: Sequence[str], wanted: Any, found: Any) -> Cell:
    return _said(key), None if wanted is None else float(wanted), None if found is None else float(found)


def _said(key: Sequence[str]) -> str:
    return " / ".join(key) or "the figure"


def _key(values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(v)[:10] if hasattr(v, "isoformat") else str(v) for v in values)
