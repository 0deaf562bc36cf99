"""What a figure was called at its time: the part of a change that a new definition makes."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.findings import Findings
from assistant.measuring import Bench, scalar
from assistant.phrases import join_words, show, show_change, spoken_date, was
from assistant.types import Drivers, Figure, Segment
from assistant.windows import when
from semantic_layer.definitions import defined_on, versioned
from semantic_layer.errors import UserError
from semantic_layer.query import MetricQuery, TimeWindow

Versions = tuple[tuple[str, int], ...]


def restated(found: Findings, bench: Bench) -> Findings:
    """Add a note where figures of days before a change of definition are not those reported then."""
    asked = [f for f in found.figures[: len(found.reading.metrics)] if f.metric in found.reading.metrics]
    return replace(found, notes=(*found.notes, *(note for figure in asked for note in _note(figure, found, bench))))


def as_reported(found: Findings, bench: Bench) -> Findings:
    """Compare with the figure reported at the time; what the new definition makes of the change stands apart."""
    figure, before = next(iter(found.figures), None), found.reading.baseline
    if figure is None or before is None or figure.value is None or figure.baseline_value is None:
        return found
    old = _in_force(figure.metric, before, bench)
    then = _measured(figure, before, old, bench) if old else figure.baseline_value
    if then is None:
        return found
    part, total = figure.baseline_value - then, figure.value - then
    moved = replace(
        figure,
        baseline_value=then,
        change=total,
        change_pct=total / abs(then) if then else None,
        change_ci=(figure.change_ci[0] + part, figure.change_ci[1] + part) if figure.change_ci else None,
    )
    drivers = _with_definitional(found.drivers, part) if found.drivers else None
    notes = (*found.notes, _split(figure, part, total, old, bench))
    return replace(found, figures=(moved, *found.figures[1:]), drivers=drivers, notes=notes)


def _with_definitional(drivers: Drivers, part: float) -> Drivers:
    """Put the definitional part beside the others; every share is of the change as it was reported."""
    total = drivers.total_change + part
    scale = drivers.total_change / total if total else None

    def scaled(segment: Segment) -> Segment:
        share = segment.share_of_change
        return replace(segment, share_of_change=share * scale if share is not None and scale is not None else None)

    return replace(
        drivers,
        total_change=total,
        definitional_change=part,
        segments=tuple(map(scaled, drivers.segments)),
        by_dimension=tuple(replace(d, rows=tuple(map(scaled, d.rows))) for d in drivers.by_dimension),
    )


def _split(figure: Figure, part: float, total: float, old: Versions, bench: Bench) -> str:
    if not old:
        return f"The definition of {figure.label} was the same in both periods: none of the change is definitional."
    unit = figure.unit
    return (
        f"Of the change as reported, {show_change(total, unit)}, the definition of {_changed_on(old, bench)} makes "
        f"{show_change(part, unit)}; like for like it is {show_change(total - part, unit)}. The interval and the "
        "drivers are those of the change like for like."
    )


def _note(figure: Figure, found: Findings, bench: Bench) -> Iterator[str]:
    compared = found.comparison.before if found.comparison else None
    now, before = figure.window, found.reading.baseline or compared
    if now is None or figure.value is None:
        return
    then = _in_force(figure.metric, now, bench)
    earlier = _in_force(figure.metric, before, bench) if before and figure.baseline_value is not None else then
    if then:
        old = _measured(figure, now, then, bench)
        if old is not None:
            yield (
                f"By the definition in force {when(now)} ({_named(then, bench)}), {figure.label} {was(figure.label)} "
                f"{show(old, figure.unit)}; by the present one it is {show(figure.value, figure.unit)}."
            )
    elif earlier and before:
        yield from _straddling(figure, now, before, earlier, bench)


def _straddling(figure: Figure, now: TimeWindow, before: TimeWindow, old: Versions, bench: Bench) -> Iterator[str]:
    """Say what the change is by the old definition, and what was reported at the time."""
    value, baseline = (_measured(figure, window, old, bench) for window in (now, before))
    if value is None or baseline is None or figure.value is None or figure.baseline_value is None:
        return
    unit = figure.unit
    reported, like = figure.value - baseline, figure.value - figure.baseline_value
    by_old, by_new = show_change(value - baseline, unit), show_change(like, unit)
    same = f"Under {_named(old, bench)} the change would be {by_old if by_old != by_new else 'the same'}."
    whole = (
        ""
        if _in_force(figure.metric, replace(now, end=now.start), bench)
        else (
            f" As reported at the time it went from {show(baseline, unit)} to {show(figure.value, unit)}, "
            f"and {show_change(reported - like, unit)} of that is the new definition's doing."
        )
    )
    yield f"Both periods are shown by the definition of {_changed_on(old, bench)}. {same}{whole}"


def _in_force(metric: str, window: TimeWindow, bench: Bench) -> Versions:
    """Return the versions that were in force at the end of a window and no longer are."""
    first = max((v.versions[0].effective_on for v in versioned((metric,), bench.catalogue)), default=None)
    if first is None or window.end < first:
        return ()
    return defined_on((metric,), bench.catalogue, window.end)


def _measured(figure: Figure, window: TimeWindow, versions: Versions, bench: Bench) -> float | None:
    query = MetricQuery(metrics=(figure.metric,), filters=figure.filters, window=window, definition=versions)
    try:
        run = bench.recorder.measure(query, f"{figure.label} by {_named(versions, bench)}")
    except UserError:
        return None
    return scalar(run.table, figure.metric)


def _named(versions: Versions, bench: Bench) -> str:
    alone = len(versions) == 1
    labels = bench.catalogue.metric
    return join_words([f"version {v}" if alone else f"version {v} of {labels(name).label}" for name, v in versions])


def _changed_on(versions: Versions, bench: Bench) -> str:
    days = {
        min(v.effective_on for v in bench.catalogue.metric(name).versions if v.version > version)
        for name, version in versions
    }
    return join_words([spoken_date(day) for day in sorted(days)])
