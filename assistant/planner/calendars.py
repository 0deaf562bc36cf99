"""Years and months that the data hold as columns and not as dates."""

from calendar import month_abbr, month_name

from assistant.planner import facts
from assistant.planner.draft import Draft
from semantic_layer.calendar import period_end, period_start
from semantic_layer.model import DimensionSpec
from semantic_layer.query import Filter, Scalar

_MONTHS = {name.lower(): number for names in (month_name, month_abbr) for number, name in enumerate(names) if name}


def read_calendar(draft: Draft) -> None:
    """Read "in 2021" and "in April 2021" as members of year and month columns, where the metrics have no dates."""
    years = [d for d in _reached(draft) if _holds_years(draft, d)]
    months = [d for d in _reached(draft) if _holds_months(draft, d)]
    if draft.grain == "year" and len(years) == 1:
        draft.grain, draft.by_period = None, False
        draft.by = list(dict.fromkeys((*draft.by, years[0].name)))
    for i, item in enumerate(draft.items):
        period = item.time.period if item.time and item.time.role == "period" else None
        if period is None or str(period.start.year) not in item.text or len(years) != 1:
            continue
        if (period.start, period.end) == (period_start(period.start, "year"), period_end(period.end, "year")):
            _keep(draft, i, years[0], tuple(range(period.start.year, period.end.year + 1)))
        elif period.end == period_end(period.start, "month") and len(months) == 1:
            named = [m for m in _members(draft, months[0]) if _MONTHS.get(m.lower()) == period.start.month]
            if named:
                _keep(draft, i, years[0], (period.start.year,))
                _keep(draft, i, months[0], tuple(named))


def _keep(draft: Draft, i: int, dimension: DimensionSpec, values: tuple[Scalar, ...]) -> None:
    draft.used.add(i)
    draft.filters.append(Filter(dimension=dimension.name, values=values))
    draft.assumptions.append(f"'{draft.items[i].text}' read as {dimension.label}: there are no dates")


def _reached(draft: Draft) -> list[DimensionSpec]:
    """Return the ways to cut by a column of the metrics' own tables."""
    tables = {t.name for m in draft.metrics for t in facts.tables(draft.metric(m), draft.catalogue)}
    return [d for d in draft.catalogue.dimensions if not d.hidden and {d.table} == tables]


def _members(draft: Draft, dimension: DimensionSpec) -> tuple[str, ...]:
    return tuple(map(str, draft.context.vocabulary.values.get(dimension.name, ())))


def _holds_years(draft: Draft, dimension: DimensionSpec) -> bool:
    members = _members(draft, dimension)
    whole = all(m.isdigit() and 1900 <= int(m) <= 2100 for m in members)
    return dimension.type == "number" and bool(members) and whole


def _holds_months(draft: Draft, dimension: DimensionSpec) -> bool:
    members = _members(draft, dimension)
    return bool(members) and all(m.lower() in _MONTHS for m in members)
