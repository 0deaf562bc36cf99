"""Sentences about tables: trends, members, periods side by side."""

from collections.abc import Iterator
from datetime import date

from assistant.findings import Findings
from assistant.narrate_change import certainty, subject, tell_value
from assistant.narrate_when import when_shifted
from assistant.narrate_words import labels_of
from assistant.phrases import capital, is_plural, join_words, sentence_case, show, show_size, spoken_members, was
from assistant.types import Claim, ResultTable
from assistant.windows import when
from semantic_layer.calendar import period_end, period_start
from semantic_layer.query import UNKNOWN, Having, TimeWindow

NAMED = 3
LISTED = 12
_OPERATORS = {">": "above", ">=": "at least", "<": "below", "<=": "at most", "=": "exactly", "!=": "other than"}


def tell_trend(found: Findings) -> tuple[Claim, ...]:
    """Tell first against last, the extremes and a lasting step."""
    table = found.table
    if table is None or not found.figures:
        return tuple(_movers(found)) or _listed(found)
    head = [_from_first_to_last(found, i) for i in range(len(found.reading.metrics))]
    return (*head, *certainty(found, 0), *_extremes(found, table), *_step(found))


def tell_compare(found: Findings) -> tuple[Claim, ...]:
    """Tell two periods, or members side by side."""
    if found.comparison is not None and found.figures:
        return (*tell_value(found), *_each_member(found))
    if not found.figures or not any(f.filters != found.reading.filters for f in found.figures):
        return tell_members(found)
    return (_side_by_side(found), *certainty(found, 0, over_time=False))


def tell_members(found: Findings) -> tuple[Claim, ...]:
    """Tell the largest and the smallest member, and the whole."""
    table = found.table
    if table is None or not table.rows:
        return (_none_pass(found),)
    if not found.reading.by:
        return (_best_period(found, table), *_whole(found))
    names_only = len(table.columns) == len(found.reading.by)
    if found.plan.listed and (names_only or found.reading.intent == "breakdown"):
        return (_names(found, table),)
    asked = found.reading.intent == "rank" or found.reading.limit == 1
    head, *others = found.reading.metrics
    first = _first_member(found, table) if asked else _spread(found, table, head)
    rest = () if asked else tuple(_spread(found, table, name) for name in others)
    return (*_against_rest(found), first, *_leader(found), *_alike(found), *rest, *_whole(found))


def _names(found: Findings, table: ResultTable) -> Claim:
    """Name who there is, where that is asked and no number."""
    width, count, spec = len(found.reading.by), len(table.rows), found.catalogue.metric(found.reading.metrics[0])
    each = len(table.columns) == width
    sizes = ["" if each else f" ({show(row[width], spec.unit)})" for row in table.rows[:LISTED]]
    shown = [f"{_row(table, i, width)}{sizes[i]}" for i in range(min(count, LISTED))]
    more = [f"{count - LISTED:,} more"] if count > LISTED else []
    label = join_words([found.catalogue.dimension(d).label for d in found.reading.by])
    head = label if each else f"{label}, with {sentence_case(spec.label)}"
    text = f"{head}{_slice(found)}{_time(found)}: {join_words([*shown, *more])}."
    cells = [f"/table/rows/{i}/{c}" for i in range(len(shown)) for c in range(width + (not each))]
    return Claim(text=text, figures=(*cells, "/table/rows", "/reading/window", "/reading/filters"))


def _against_rest(found: Findings) -> Iterator[Claim]:
    """Set the group that was asked about against everyone else."""
    group = found.plan.against_rest
    at = next((i for i, f in enumerate(found.figures) if group in f.filters and f.baseline_value is not None), None)
    if group is None or at is None:
        return
    figure = found.figures[at]
    spec, name = found.catalogue.metric(figure.metric), spoken_members((group,), labels_of(found))
    label, then = found.catalogue.dimension(group.dimension).label, show(figure.baseline_value, figure.unit)
    rest = f"every other {sentence_case(label)}"
    verb, time = was(spec.label, present=figure.window is None), _time(found)
    if figure.significant is False or not figure.change:
        text = f"{spec.label} {verb} about the same for {name} ({figure.text}) and for {rest} ({then}){time}"
        text += ": the difference is within noise" if figure.change else ""
    else:
        way = "higher" if figure.change > 0 else "lower"
        size = show_size(figure.change, figure.unit)
        text = f"{spec.label} {verb} {size} {way} for {name} ({figure.text}) than for {rest} ({then}){time}"
    pointers = tuple(f"/figures/{at}/{key}" for key in ("value", "baseline_value", "change", "filters", "window"))
    yield Claim(text=f"{text}.", figures=pointers)


def _from_first_to_last(found: Findings, i: int) -> Claim:
    figure, chosen = found.figures[i], found.comparison
    at = f"/figures/{i}"
    name = capital(subject(found, figure))
    if chosen is None or figure.change is None or figure.baseline_value is None:
        text = f"{name} {was(figure.label)} {figure.text} {when(figure.window) if figure.window else 'in all'}."
        return Claim(text=text, figures=(f"{at}/value", f"{at}/window"))
    then, pointers = show(figure.baseline_value, figure.unit), (f"{at}/value", f"{at}/baseline_value", f"{at}/window")
    first, last = _period(found, chosen.before.start), _period(found, chosen.now.start)
    if figure.significant is False or figure.change == 0:
        verb = "are about where they were" if is_plural(figure.label) else "is about where it was"
        text = f"{name} {verb}: {then} {first}, {figure.text} {last}."
        return Claim(text=text, figures=(*pointers, "/table"))
    verb = "rose" if figure.change > 0 else "fell"
    size = show_size(figure.change, figure.unit)
    text = f"{name} {verb} by {size}, from {then} {first} to {figure.text} {last}."
    return Claim(text=text, figures=(*pointers, f"{at}/change", "/table"))


def _movers(found: Findings) -> Iterator[Claim]:
    """Tell which members moved most between their first and their last period."""
    table, reading = found.table, found.reading
    if table is None or not reading.by or not reading.metrics:
        return
    names, width = [c.name for c in table.columns], len(reading.by)
    column, period = names.index(reading.metrics[0]), names.index("period")
    series: dict[tuple[object, ...], list[int]] = {}
    for i in sorted(range(len(table.rows)), key=lambda i: table.rows[i][period]):
        if table.rows[i][column] is not None and UNKNOWN not in table.rows[i][:width]:
            series.setdefault(table.rows[i][:width], []).append(i)
    ends = [(known[0], known[-1]) for known in series.values() if len(known) > 1]
    ends.sort(key=lambda pair: -abs(table.rows[pair[1]][column] - table.rows[pair[0]][column]))
    for place, pair in enumerate(ends[:NAMED]):
        yield _mover(found, table, pair, lead=place == 0)


def _mover(found: Findings, table: ResultTable, ends: tuple[int, int], *, lead: bool) -> Claim:
    names, width = [c.name for c in table.columns], len(found.reading.by)
    column, period = names.index(found.reading.metrics[0]), names.index("period")
    spec = found.catalogue.metric(found.reading.metrics[0])
    first, last = (f"{show(table.rows[i][column], spec.unit)} {_period(found, table.rows[i][period])}" for i in ends)
    name = _row(table, ends[0], width)
    head = f"{spec.label} moved most for {name}" if lead else capital(name)
    cells = tuple(f"/table/rows/{i}/{c}" for i in ends for c in (*range(width), period, column))
    return Claim(text=f"{head}: from {first} to {last}.", figures=cells)


def _extremes(found: Findings, table: ResultTable) -> Iterator[Claim]:
    metric = found.reading.metrics[0]
    names = [c.name for c in table.columns]
    column, period = names.index(metric), names.index("period")
    known = [i for i, row in enumerate(table.rows) if row[column] is not None]
    if len(known) < 3:
        return
    high = max(known, key=lambda i: table.rows[i][column])
    low = min(known, key=lambda i: table.rows[i][column])
    unit = table.columns[column].unit or "count"

    def said(i: int) -> str:
        return f"{_period(found, table.rows[i][period])} ({show(table.rows[i][column], unit)})"

    cells = tuple(f"/table/rows/{i}/{c}" for i in (high, low) for c in (period, column))
    yield Claim(text=f"It was highest {said(high)} and lowest {said(low)}.", figures=cells)


def _period(found: Findings, day: date) -> str:
    grain = found.reading.grain or "month"
    start = period_start(day, grain, found.catalogue.fiscal_year_start)
    if grain in ("quarter", "year"):
        return when(TimeWindow(start=start, end=period_end(start, grain)))
    if grain == "month":
        return f"in {start:%B %Y}"
    if grain == "day":
        return f"on {start:%-d %B %Y}"
    return f"in the {grain.replace('_', ' ')} from {start:%-d %B %Y}"


def _step(found: Findings) -> Iterator[Claim]:
    at = len(found.reading.metrics)
    if found.shift is None or len(found.figures) <= at:
        return
    figure = found.figures[at]
    text = (
        f"The level shifted {when_shifted(found.shift)}: {show(figure.baseline_value, figure.unit)} before, "
        f"{figure.text} since."
    )
    periods = tuple(
        f"/table/rows/{i}/0"
        for i, row in enumerate(found.table.rows if found.table else ())
        if row[0] in (found.shift.first, found.shift.month, found.shift.last)
    )
    yield Claim(text=text, figures=(f"/figures/{at}/baseline_value", f"/figures/{at}/value", *periods))


def _listed(found: Findings) -> tuple[Claim, ...]:
    metrics = join_words([found.catalogue.metric(m).label for m in found.reading.metrics])
    by = join_words([found.catalogue.dimension(d).label for d in found.reading.by])
    grain = f" by {found.reading.grain.replace('_', ' ')}" if found.reading.grain else ""
    cut = f" and {sentence_case(by)}" if by else ""
    time = f" {when(found.reading.window)}" if found.reading.window else ""
    return (Claim(text=f"{metrics}{grain}{cut}{time}, in the table below.", figures=("/table", "/reading/window")),)


def _each_member(found: Findings) -> Iterator[Claim]:
    for i, figure in enumerate(found.figures[len(found.reading.metrics) :], start=len(found.reading.metrics)):
        if figure.filters == found.reading.filters or figure.baseline_value is None:
            continue
        at = f"/figures/{i}"
        members = spoken_members(figure.filters, labels_of(found))
        text = f"{members}: {show(figure.baseline_value, figure.unit)} before, {figure.text} after."
        yield Claim(text=text, figures=(f"{at}/baseline_value", f"{at}/value"))


def _side_by_side(found: Findings) -> Claim:
    spec = found.catalogue.metric(found.reading.metrics[0])
    time = f" {when(found.reading.window)}" if found.reading.window else ""
    said = [f"{_member(found, i)} ({figure.text})" for i, figure in enumerate(found.figures)]
    pointers = [f"/figures/{i}/value" for i in range(len(found.figures))]
    first = found.figures[0]
    verb = was(spec.label, present=first.window is None)
    if first.change is None:
        text = f"{spec.label}{time}: {join_words(said)}"
    elif first.significant is False or not first.change:
        text = f"{spec.label}{time} {verb} about the same for {join_words(said)}"
    else:
        way = "higher" if first.change > 0 else "lower"
        text = f"{spec.label}{time} {verb} {show_size(first.change, first.unit)} {way} for {said[0]} than for {said[1]}"
        pointers.append("/figures/0/change")
    return Claim(text=f"{text}.", figures=(*pointers, "/reading/window"))


def _member(found: Findings, i: int) -> str:
    dimension = found.reading.by[0]
    only = tuple(f for f in found.figures[i].filters if f.dimension == dimension)
    return spoken_members(only, labels_of(found))


def _first_member(found: Findings, table: ResultTable) -> Claim:
    reading = found.reading
    names = [c.name for c in table.columns]
    column = names.index(reading.order_by if reading.order_by in reading.metrics else reading.metrics[0])
    spec = found.catalogue.metric(table.columns[column].name)
    most = "lowest" if reading.order == "asc" else "highest"
    said = f"{_row(table, 0, len(reading.by))} has the {most} {sentence_case(spec.label)}"
    value = show(table.rows[0][column], spec.unit)
    cells = [f"/table/rows/0/{c}" for c in range(len(reading.by))] + [f"/table/rows/0/{column}"]
    text = f"{said}{_slice(found)}{_time(found)}: {value}"
    equal = sum(row[column] == table.rows[0][column] for row in table.rows)
    if equal > 1 or (found.tied and len(table.rows) == 1):
        others = [_row(table, i, len(reading.by)) for i in range(equal)]
        several = f"{join_words(others)} share" if equal > 1 else f"{others[0]} and others share"
        text = f"{several} the {most} {sentence_case(spec.label)}{_slice(found)}{_time(found)}: {value}"
        cells += [f"/table/rows/{i}/{c}" for i in range(1, equal) for c in range(len(reading.by))]
    elif len(table.rows) > 1:
        second = f"{_row(table, 1, len(reading.by))} ({show(table.rows[1][column], spec.unit)})"
        text += f", followed by {second}"
        cells += [f"/table/rows/1/{c}" for c in range(len(reading.by))] + [f"/table/rows/1/{column}"]
    text += ", but on few data" if 0 in found.thin else ""
    return Claim(text=f"{text}.", figures=(*cells, "/reading/window", "/reading/filters"))


def _best_period(found: Findings, table: ResultTable) -> Claim:
    """Name the periods that lead a ranking of periods."""
    spec = found.catalogue.metric(found.reading.order_by or found.reading.metrics[0])
    names = [c.name for c in table.columns]
    period, column = names.index("period"), names.index(spec.name)
    first, *others = [f"{_period(found, row[period])} ({show(row[column], spec.unit)})" for row in table.rows[:2]]
    most = "lowest" if found.reading.order == "asc" else "highest"
    text = f"{spec.label}{_slice(found)} {was(spec.label)} {most} {first}"
    text += f", then {others[0]}" if others else ""
    cells = [f"/table/rows/{i}/{c}" for i in range(len(table.rows[:2])) for c in (period, column)]
    return Claim(text=f"{text}.", figures=(*cells, "/reading/window", "/reading/filters"))


def _leader(found: Findings) -> Iterator[Claim]:
    """Name who leads among those with enough data, where the first of the ranking has too few."""
    if found.leader is None:
        return
    figure, at = found.figures[found.leader], f"/figures/{found.leader}"
    by = set(found.reading.by)
    name = " / ".join(str(f.values[0]) for f in figure.filters if f.dimension in by)
    most = "lowest" if found.reading.order == "asc" else "highest"
    text = f"Among those with enough data, {name} is {most}: {figure.text}."
    yield Claim(text=text, figures=(f"{at}/value", f"{at}/filters"))


def _alike(found: Findings) -> Iterator[Claim]:
    if found.alike:
        yield Claim(text="The groups differ no more than chance alone would make them.", figures=("/table",))


def _spread(found: Findings, table: ResultTable, metric: str) -> Claim:
    reading = found.reading
    spec = found.catalogue.metric(metric)
    thin = found.thin if metric == reading.metrics[0] else frozenset()
    column = [c.name for c in table.columns].index(spec.name)
    known = [i for i, row in enumerate(table.rows) if row[column] is not None]
    named = [i for i in known if UNKNOWN not in table.rows[i][: len(reading.by)]]
    known = named if len(named) > 1 else known
    time = f"{_slice(found)}{_time(found)}"
    if not known:
        return Claim(text=f"{spec.label} has no value in any group{time}.", figures=("/table", "/reading/window"))
    if reading.having:
        return _passing(found, table, known, column)
    firm = [i for i in known if i not in thin] or known
    high = max(firm, key=lambda i: table.rows[i][column])
    low = min(firm, key=lambda i: table.rows[i][column])
    width = len(reading.by)
    cells = [f"/table/rows/{i}/{c}" for i in dict.fromkeys((high, low)) for c in (*range(width), column)]
    top = f"{_row(table, high, width)} ({show(table.rows[high][column], spec.unit)})"
    if high == low and len(known) > 1:
        verb = was(spec.label, present=True)
        text = f"{spec.label}{time} {verb} the same in every group: {show(table.rows[high][column], spec.unit)}."
    elif high == low:
        text = f"{spec.label}{time}: {top}."
    else:
        bottom = f"{_row(table, low, width)} ({show(table.rows[low][column], spec.unit)})"
        text = f"{spec.label}{time} {was(spec.label, present=True)} highest for {top} and lowest for {bottom}"
        few = "on few data" if firm[0] in thin else "leaving groups of few data aside"
        text += f", {few}." if thin else "."
    return Claim(text=text, figures=(*cells, "/reading/window", "/reading/filters"))


def _passing(found: Findings, table: ResultTable, known: list[int], column: int) -> Claim:
    """Say how many groups pass the threshold, and name the first of them."""
    width, spec = len(found.reading.by), found.catalogue.metric(found.reading.metrics[0])
    unit, named, count = spec.unit, known[:NAMED], len(table.rows)
    said = join_words([f"{_row(table, i, width)} ({show(table.rows[i][column], unit)})" for i in named])
    limits = join_words([_limit(found, h, spec.name) for h in found.reading.having])
    cells = [f"/table/rows/{i}/{c}" for i in named for c in (*range(width), column)]
    groups = "" if count <= NAMED else f"{count:,} groups, first among them "
    text = f"{spec.label} {was(spec.label)} {limits}{_slice(found)}{_time(found)} for {groups}{said}."
    return Claim(text=text, figures=(*cells, "/table/rows", "/reading/having", "/reading/window", "/reading/filters"))


def _row(table: ResultTable, i: int, width: int) -> str:
    return " / ".join(str(value) for value in table.rows[i][:width])


def _slice(found: Findings) -> str:
    members = spoken_members(found.reading.filters, labels_of(found))
    return f" for {members}" if members else ""


def _time(found: Findings) -> str:
    return f" {when(found.reading.window)}" if found.reading.window else ""


def _whole(found: Findings) -> Iterator[Claim]:
    for i, figure in enumerate(found.figures):
        if figure.value is not None and figure.filters == found.reading.filters:
            verb = was(figure.label, present=figure.window is None)
            text = f"Overall, {sentence_case(subject(found, figure))} {verb} {figure.text}."
            yield Claim(text=text, figures=(f"/figures/{i}/value",))


def _none_pass(found: Findings) -> Claim:
    by = join_words([sentence_case(found.catalogue.dimension(d).label) for d in found.reading.by])
    limits = join_words([_threshold(found, h) for h in found.reading.having])
    whole = f"; as a whole it is {found.figures[0].text}" if found.figures else ""
    pointers = ["/reading/having", "/reading/window", *(["/figures/0/value"] if found.figures else [])]
    text = f"No {by} has {limits or 'a value'}{_slice(found)}{_time(found)}{whole}."
    return Claim(text=text, figures=tuple(pointers))


def _limit(found: Findings, limit: Having, named: str) -> str:
    """Say a threshold; the metric only where it is not the one just named."""
    if limit.metric != named:
        return f"with {_threshold(found, limit)}"
    return f"{_OPERATORS[limit.operator]} {show(limit.value, found.catalogue.metric(named).unit)}"


def _threshold(found: Findings, limit: Having) -> str:
    spec = found.catalogue.metric(limit.metric)
    return f"{sentence_case(spec.label)} {_OPERATORS[limit.operator]} {show(limit.value, spec.unit)}"
