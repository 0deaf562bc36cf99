"""Sentences about what may come: forecasts, and what would be if something were otherwise."""

from collections.abc import Iterator

from assistant.findings import Findings, Outlook
from assistant.narrate_when import when_shifted
from assistant.narrate_words import labels_of
from assistant.phrases import (
    capital,
    join_words,
    sentence_case,
    show,
    show_size,
    spoken_members,
    was,
)
from assistant.types import Claim, Figure
from assistant.windows import labelled, name_of, when
from semantic_layer.query import TimeWindow


def tell_forecast(found: Findings) -> tuple[Claim, ...]:
    """Tell the forecast with its bounds, how it was made and how such forecasts did."""
    detail = found.detail
    assert isinstance(detail, Outlook)
    return (_forecast(found, detail), *_against_last(found, detail), *_record(found, detail))


def _forecast(found: Findings, detail: Outlook) -> Claim:
    last = (detail.total if detail.total is not None else (detail.error or 1)) - 1
    name = capital(_named(found))
    verb = was(found.catalogue.metric(found.reading.metrics[0]).label, present=True)
    if detail.total is not None:
        i, figure = detail.total, found.figures[detail.total]
        said = [_step(f) for f in found.figures[: detail.total]]
        text = f"{name} {verb} forecast at {figure.text} {_at(figure)}: {join_words(said)}."
        steps = range(i)
        return Claim(
            text=text, figures=tuple(p for j in (*steps, i) for p in (f"/figures/{j}/value", f"/figures/{j}/window"))
        )
    figure, row = found.figures[last], _row(found, last)
    bounds = f"likely between {_bound(found, row, 2)} and {_bound(found, row, 3)}"
    first = found.figures[0]
    steady = last > 0 and first.text == figure.text
    time = f"throughout {name_of(_span(first, figure))}" if steady else _at(figure)
    text = f"{name} {verb} forecast at {figure.text} {time}, {bounds}{' at its end' if steady else ''}"
    pointers = [f"/figures/{last}/value", f"/figures/{last}/window", f"/table/rows/{row}/2", f"/table/rows/{row}/3"]
    if steady:
        pointers.append("/reading/horizon")
    if last and not steady:
        text += f", by way of {first.text} {_at(first)}"
        pointers += ["/figures/0/value", "/figures/0/window"]
    return Claim(text=f"{text}.", figures=(*pointers, "/reading/filters"))


def _named(found: Findings) -> str:
    label = found.catalogue.metric(found.reading.metrics[0]).label
    members = spoken_members(found.reading.filters, labels_of(found))
    return f"{label} for {members}" if members else label


def _step(figure: Figure) -> str:
    return f"{figure.text} {_at(figure)}"


def _span(first: Figure, last: Figure) -> TimeWindow:
    assert first.window is not None
    assert last.window is not None
    return labelled(first.window.start, last.window.end)


def _at(figure: Figure) -> str:
    return when(figure.window) if figure.window else ""


def _row(found: Findings, i: int) -> int:
    """Return the table's row of a forecast figure."""
    assert found.table is not None
    start = found.figures[i].window
    return next(n for n, row in enumerate(found.table.rows) if start and row[0] == start.start)


def _bound(found: Findings, row: int, column: int) -> str:
    assert found.table is not None
    return show(found.table.rows[row][column], found.table.columns[column].unit or "count")


def _against_last(found: Findings, detail: Outlook) -> Iterator[Claim]:
    steps = detail.total if detail.total is not None else detail.error or 1
    last = steps - 1
    figure = found.figures[last]
    if figure.change is None:
        return
    then = show(figure.baseline_value, figure.unit)
    pointers = (f"/figures/{last}/baseline_value", f"/figures/{last}/window", "/reading/window")
    history = found.reading.window
    end = f" at the end of the history ({name_of(history)})" if history else ""
    if figure.significant:
        way = "above" if figure.change > 0 else "below"
        text = f"That is {way} the {then}{end} by more than past forecasts were wrong."
    else:
        text = f"The last value known is {then}; the two differ by less than past forecasts were wrong."
    yield Claim(text=text, figures=pointers)


def _record(found: Findings, detail: Outlook) -> Iterator[Claim]:
    if detail.error is None:
        return
    figure = found.figures[detail.error]
    size = show_size(figure.value or 0.0, figure.unit)
    yield Claim(
        text=(
            f"It takes {detail.method}: of five plain methods it did best on the past, "
            f"and was off by {size} on average."
        ),
        figures=(f"/figures/{detail.error}/value",),
    )
    if detail.shift is not None:
        text = f"The level shifted {when_shifted(detail.shift)}; the forecast takes the new level to last."
        days = (detail.shift.first, detail.shift.month, detail.shift.last)
        rows = found.table.rows if found.table else ()
        yield Claim(text=text, figures=tuple(f"/table/rows/{i}/0" for i, row in enumerate(rows) if row[0] in days))


def tell_supposition(found: Findings) -> tuple[Claim, ...]:
    """Tell what the whole would come to, and what is taken to stay as it is."""
    return (_supposed(found), *_consequences(found), *_unchanged(found))


def _supposed(found: Findings) -> Claim:
    part = found.figures[0]
    label = sentence_case(found.catalogue.metric(part.metric).label)
    members = spoken_members(found.reading.filters, labels_of(found))
    whose = f"{label} for {members}" if members else label
    time = f" {when(found.reading.window)}" if found.reading.window else ""
    pointers = ["/figures/0/value", "/figures/0/baseline_value", "/reading/window", "/reading/filters"]
    head = f"Had {whose} been {part.text} instead of {show(part.baseline_value, part.unit)}{time}"
    overall = _overall(found)
    if overall is None:
        size = show_size(part.change or 0.0, part.unit)
        way = "higher" if (part.change or 0.0) > 0 else "lower"
        pointers.append("/figures/0/change")
        follows = next(((i, f) for i, f in enumerate(found.figures) if i and f.change is not None), None)
        if follows is None:
            return Claim(
                text=f"{head}, that is {size} {way}: no other figure here is computed from it, "
                "so what else would have changed cannot be worked out.",
                figures=tuple(pointers),
            )
        i, figure = follows
        name, then = (
            sentence_case(found.catalogue.metric(figure.metric).label),
            show(figure.baseline_value, figure.unit),
        )
        return Claim(
            text=f"{head}, {name} would have been {figure.text} instead of {then}.",
            figures=(*pointers, f"/figures/{i}/value", f"/figures/{i}/baseline_value"),
        )
    i, figure = overall
    pointers += [f"/figures/{i}/value", f"/figures/{i}/baseline_value"]
    then = show(figure.baseline_value, figure.unit)
    text = f"{head}, {label} overall would have been {figure.text} instead of {then}."
    return Claim(text=text, figures=tuple(pointers))


def _overall(found: Findings) -> tuple[int, Figure] | None:
    same = [(i, f) for i, f in enumerate(found.figures) if i and f.metric == found.figures[0].metric]
    return same[0] if same else None


def _follows(i: int, figure: Figure, label: str) -> Claim:
    way, size = "higher" if (figure.change or 0.0) > 0 else "lower", show_size(figure.change or 0.0, figure.unit)
    return Claim(
        text=f"{label} would have been {size} {way}: {figure.text} instead of "
        f"{show(figure.baseline_value, figure.unit)}, everything else in its formula as it was.",
        figures=(f"/figures/{i}/change", f"/figures/{i}/value", f"/figures/{i}/baseline_value"),
    )


def _consequences(found: Findings) -> Iterator[Claim]:
    told = 0 if _overall(found) else 1
    for i, figure in enumerate(found.figures):
        if figure.metric == found.figures[0].metric or figure.change is None:
            continue
        if i == told and figure.unit != "count":
            continue
        label = sentence_case(found.catalogue.metric(figure.metric).label)
        if figure.unit != "count":
            yield _follows(i, figure, capital(label))
            continue
        more = "more" if figure.change > 0 else "fewer"
        count = show(round(abs(figure.change)), "count")
        now, then = show(round(figure.value or 0.0), "count"), show(figure.baseline_value, "count")
        yield Claim(
            text=f"That is {count} {more} {label}: {now} instead of {then}.",
            figures=(
                f"/figures/{i}/change",
                f"/figures/{i}/value",
                f"/figures/{i}/baseline_value",
                f"/figures/{i}/text",
            ),
        )


def _unchanged(found: Findings) -> Iterator[Claim]:
    if found.reading.filters and _overall(found):
        yield Claim(text="Everyone else, and the size of the group, are taken as they were.")
