"""What answers must have to do with each other, whatever the truth is."""

from collections.abc import Callable, Sequence
from typing import Any

from assistant.types import Answer, Outcome
from evals.cases import Relation
from evals.figures import close
from evals.score import Score


def relation(expected: Relation, answer: Answer, ask: Callable[[str], Outcome]) -> Score:
    """Judge an answer by those to the questions of its relation."""
    others = [ask(question) for question in expected.questions]
    mute = [q for q, other in zip(expected.questions, others, strict=True) if not isinstance(other, Answer)]
    if mute:
        return _wrong("no_answer", f"“{mute[0]}” has no answer to compare with")
    answers = [other for other in others if isinstance(other, Answer)]
    if expected.kind == "same":
        return _same(_values(answer), _values(answers[0]))
    if expected.kind == "sum":
        return _equal(_value(answer), sum(_total(other) for other in answers), "the parts")
    return _equal(_value(answer), _row(answers[0], expected.key), f"the row of {expected.key}")


def _values(answer: Answer) -> dict[str, Any]:
    """Return the rows by their keys, or the one value."""
    width = _width(answer)
    if answer.table is None or not width:
        return {"": _value(answer)}
    return {str(row[:width]): row[width] for row in answer.table.rows}


def _width(answer: Answer) -> int:
    return sum(column.unit is None for column in answer.table.columns) if answer.table else 0


def _value(answer: Answer) -> float | None:
    return answer.figures[0].value if answer.figures else None


def _total(answer: Answer) -> float:
    """Return the sum over an answer's rows where it has some, else its value."""
    width = _width(answer)
    rows: Sequence[Sequence[Any]] = answer.table.rows if answer.table else ()
    return sum(float(row[width] or 0) for row in rows) if width else float(_value(answer) or 0)


def _row(answer: Answer, key: str) -> float | None:
    rows = answer.table.rows if answer.table else ()
    found = [row[_width(answer)] for row in rows if any(str(part)[: len(key)] == key for part in row[: _width(answer)])]
    return float(found[0]) if len(found) == 1 and found[0] is not None else None


def _same(found: dict[str, Any], other: dict[str, Any]) -> Score:
    if found.keys() != other.keys():
        return _wrong("other_rows", "the two wordings have other rows")
    apart = [
        k for k, v in found.items() if (v is None) != (other[k] is None) or (v is not None and not close(v, other[k]))
    ]
    return _wrong("other_value", f"{found[apart[0]]} and {other[apart[0]]}") if apart else _right()


def _equal(found: float | None, other: float | None, name: str) -> Score:
    if found is not None and other is not None and close(found, other):
        return _right()
    return _wrong("not_equal", f"{found}, but {name} came to {other}")


def _right() -> Score:
    return Score(scorer="relation", right=True)


def _wrong(code: str, reason: str) -> Score:
    return Score(scorer="relation", right=False, code=code, reason=reason)
