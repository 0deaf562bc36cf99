"""The small languages of option values: filters, days, windows."""

import csv
from collections.abc import Sequence
from datetime import date

from semantic_layer.errors import UserError
from semantic_layer.query import Filter, TimeWindow


def parse_where(conditions: Sequence[str] | None) -> tuple[Filter, ...]:
    """Read `--where` conditions; raise UserError (bad_filter) that shows the form."""
    return tuple(_condition(text) for text in conditions or ())


def _condition(text: str) -> Filter:
    dimension, sign, values = text.partition("=")
    negated = dimension.endswith("!")
    name = dimension.removesuffix("!").strip()
    members = tuple(part.strip() for part in next(csv.reader([values], skipinitialspace=True), []))
    if not sign or not name or not any(members):
        raise UserError(
            f"--where '{text}' is not a filter",
            code="bad_filter",
            hint="write --where 'dimension=value', 'dimension=a,b' or 'dimension!=value'; quote a value with a comma",
        )
    return Filter(dimension=name, operator="not in" if negated else "in", values=members)


def parse_day(text: str, option: str) -> date:
    """Read an ISO day; raise UserError (bad_date)."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            f"{option} '{text}' is not a date", code="bad_date", hint=f"write {option} 2026-10-31 (year-month-day)"
        ) from error


def parse_window(start: str | None, end: str | None, *, first: date | None, last: date | None) -> TimeWindow | None:
    """Make a window of `--from` and `--to`, both inclusive; an open side takes the data's own end."""
    begin = parse_day(start, "--from") if start else None
    finish = parse_day(end, "--to") if end else None
    if begin is None and finish is None:
        return None
    begin, finish = begin or first, finish or last
    if begin is None or finish is None:
        raise UserError("this workspace has no dated data", code="no_time", hint="leave out --from and --to")
    if begin > finish:
        raise UserError(
            f"the window starts on {begin} and ends before that, on {finish}",
            code="bad_window",
            hint="give --from a day on or before --to",
        )
    return TimeWindow(start=begin, end=finish, label=f"{begin} to {finish}")
