"""The small languages of option values: filters, days, windows."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date

from assistant.windows import name_of
from semantic_layer.calendar import period_end
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.model import Catalogue
from semantic_layer.query import Filter, TimeWindow


def parse_where(conditions: Sequence[str] | None) -> tuple[Filter, ...]:
    """Read `--where` conditions; raise UserError (bad_filter) that shows the form."""
    return tuple(_condition(text) for text in conditions or ())


def check_filters(filters: Sequence[Filter], catalogue: Catalogue, members: Mapping[str, Sequence[str]]) -> None:
    """Raise UserError (unknown_dimension, unknown_value) for what no row has."""
    for f in filters:
        catalogue.dimension(f.dimension)
        known = members.get(f.dimension)
        for value in f.values:
            if known is not None and str(value) not in known:
                raise UserError(
                    f"no row has {f.dimension} = '{value}'",
                    code="unknown_value",
                    hint=did_you_mean(str(value), known),
                )


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


def parse_span(text: str, option: str) -> TimeWindow:
    """Read a day, month, quarter or year, or two of them with two dots between, both inclusive."""
    first, dots, last = text.partition("..")
    start, end = _edges(first, option)[0], _edges(last if dots else first, option)[1]
    if start > end:
        raise UserError(f"{option} {text} ends before it starts", code="bad_window", hint="put the earlier one first")
    return TimeWindow(start=start, end=end, label=name_of(TimeWindow(start=start, end=end)))


def _edges(text: str, option: str) -> tuple[date, date]:
    """Return the first and last day of one period; raise UserError (bad_date)."""
    year, _, rest = text.strip().partition("-")
    try:
        if not rest:
            return date(int(year), 1, 1), date(int(year), 12, 31)
        if rest[:1] in "Qq":
            start = date(int(year), 3 * int(rest[1:]) - 2, 1)
            return start, period_end(start, "quarter")
        if "-" not in rest:
            start = date(int(year), int(rest), 1)
            return start, period_end(start, "month")
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        hint = f"write {option} 2026-10, 2026-Q3, 2026, 2026-10-05 or two of them: 2026-08..2026-10"
        raise UserError(f"{option} '{text}' is no period", code="bad_date", hint=hint) from error
    return day, day


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
