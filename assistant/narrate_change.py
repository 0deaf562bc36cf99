"""Sentences about one number and how it moved."""

from collections.abc import Iterator

from assistant.findings import Findings
from assistant.narrate_factors import about_factors
from assistant.narrate_mix import against_parts, although, is_against_parts
from assistant.narrate_segments import ranked, rest_of
from assistant.narrate_when import asked_spike, comparison, drift, recorded, since, spikes
from assistant.narrate_words import about_themes, labels_of
from assistant.phrases import (
    add_up,
    capital,
    is_plural,
    sentence_case,
    show,
    show_bound,
    show_change,
    show_size,
    spoken_members,
    was,
)
from assistant.types import Claim, Drivers, Figure, Segment
from assistant.windows import name_of, when
from semantic_layer.model import MetricSpec
from semantic_layer.query import TimeWindow

NAMED_SEGMENTS = 3


def tell_value(found: Findings) -> tuple[Claim, ...]:
    """Tell each asked metric, then those to be read with it."""
    asked = found.reading.metrics
    claims = [claim for i in range(len(asked)) for claim in (_value(found, i), *certainty(found, i))]
    beside = (i for i, figure in enumerate(found.figures) if figure.metric not in asked)
    return (*claims, *(_companion(found, i) for i in beside))


def tell_why(found: Findings) -> tuple[Claim, ...]:
    """Tell the change, where it comes from, why this comparison, and what customers said."""
    return (
        _why_headline(found),
        *certainty(found, 0),
        *_usual(found),
        *spikes(found),
        *drift(found),
        *comparison(found),
        *_per_day(found),
        *against_parts(found),
        *_segments(found),
        *about_factors(found),
        *recorded(found),
        *about_themes(found),
        *(_companion(found, i) for i in _beside(found)),
    )


def subject(found: Findings, figure: Figure) -> str:
    """Name a metric and its slice: churn rate for SMB / DACH."""
    members = spoken_members(figure.filters, labels_of(found))
    return f"{figure.label} for {members}" if members else figure.label


def _value(found: Findings, i: int) -> Claim:
    figure = found.figures[i]
    at = f"/figures/{i}"
    if figure.value is None:
        return Claim(text=f"{capital(subject(found, figure))} has no value{_when(figure.window)}.", figures=(at,))
    verb = was(figure.label, present=figure.window is None)
    head = f"{capital(subject(found, figure))} {verb} {figure.text}{_when(figure.window)}"
    before = found.reading.baseline
    if figure.change is None or figure.baseline_value is None or before is None:
        return Claim(text=f"{head}.", figures=(f"{at}/value", f"{at}/window"))
    pointers = (f"{at}/value", f"{at}/window", f"{at}/baseline_value", f"{at}/change", "/reading/baseline")
    then = show(figure.baseline_value, figure.unit)
    if figure.significant is False:
        return Claim(text=f"{head}, little changed from {then} {when(before)}.", figures=pointers)
    if figure.change == 0:
        return Claim(text=f"{head}, the same as {when(before)}.", figures=pointers)
    way = "up" if figure.change > 0 else "down"
    moved = show_size(figure.change, figure.unit)
    return Claim(text=f"{head}, {way} {moved} from {then} {when(before)}.", figures=pointers)


def _when(window: TimeWindow | None) -> str:
    return f" {when(window)}" if window else ""


def certainty(found: Findings, i: int, *, over_time: bool = True) -> Iterator[Claim]:
    """Say whether a difference is more than noise and, of a change over time, whether it is welcome."""
    figure = found.figures[i]
    if figure.change is None or figure.change_ci is None or figure.significant is None:
        return
    low, high = (show_bound(bound, figure.unit) for bound in figure.change_ci)
    pointers: tuple[str, ...] = (f"/figures/{i}/change_ci/0", f"/figures/{i}/change_ci/1")
    if figure.significant == (figure.change_ci[0] <= 0 <= figure.change_ci[1]):
        # The test of a total is per day, its interval is not: the two differ where months differ in length.
        beyond = "more than normal variation would explain" if figure.significant else "within normal variation"
        text, pointers = f"The periods differ in length; taken per day, the difference is {beyond}.", ()
    elif not figure.significant:
        text = f"The difference is within normal variation: anywhere from {low} to {high} would fit the data."
    else:
        verdict = _verdict(found.catalogue.metric(figure.metric), figure.change) if over_time else ""
        reach = f" (between {low} and {high})" if low != high else ""
        text = f"That is more than normal variation would explain{reach}{verdict}."
    yield Claim(text=text, figures=pointers)


def _verdict(spec: MetricSpec, change: float) -> str:
    worse = is_worse(spec, change)
    return "" if worse is None else ", and it is for the worse" if worse else ", and it is an improvement"


def is_worse(spec: MetricSpec, change: float) -> bool | None:
    """Tell whether a change is unwelcome; None where the dictionary does not say."""
    if spec.good == "neutral" or change == 0:
        return None
    return (change > 0) != (spec.good == "up")


def _usual(found: Findings) -> Iterator[Claim]:
    """Set a month against what the metric's own history and season would have it be."""
    if found.usual is None:
        return
    figure, at = found.figures[found.usual], f"/figures/{found.usual}"
    expected, change = show(figure.baseline_value, figure.unit), figure.change or 0.0
    own = "their" if is_plural(found.figures[0].label) else "its"
    basis = figure.label.rsplit(", against ", 1)[-1].replace("its", own, 1)
    pointers = (f"{at}/value", f"{at}/baseline_value", f"{at}/change", f"{at}/window")
    size, way = show_size(change, figure.unit), "more" if change > 0 else "less"
    if figure.significant and found.figures[0].significant is False:
        text = f"Against {basis} it is unusual, though: {size} {way} than the {expected} to be expected."
    elif figure.significant:
        text = f"{capital(basis)} would have had {expected}: {size} {way} is unusual."
    else:
        text = f"{capital(basis)} would have had {expected}, and {figure.text} is within {own} usual swings."
    yield Claim(text=text, figures=pointers)


def _companion(found: Findings, i: int) -> Claim:
    figure = found.figures[i]
    at = f"/figures/{i}"
    if figure.value is None:
        return Claim(text=f"Read it with {sentence_case(figure.label)}, which has no value here.", figures=(at,))
    text = f"Read it with {sentence_case(figure.label)}: {figure.text}"
    pointers = [f"{at}/value"]
    if figure.baseline_value is not None:
        text += f", against {show(figure.baseline_value, figure.unit)} before"
        pointers.append(f"{at}/baseline_value")
    return Claim(text=f"{text}.", figures=tuple(pointers))


def _beside(found: Findings) -> Iterator[int]:
    """Yield the places of the figures that are only to be read with the one asked for."""
    asked = 2 if found.comparison and found.comparison.reason == "shift" else 1
    return (i for i in range(asked, len(found.figures)) if i not in (found.usual, *found.spikes))


def _why_headline(found: Findings) -> Claim:
    figure = found.figures[0]
    before = found.reading.baseline
    if figure.change is None or before is None or figure.window is None or figure.baseline_value is None:
        return Claim(text=f"{capital(subject(found, figure))} cannot be compared.", figures=("/figures/0",))
    pointers = ["/figures/0/value", "/figures/0/baseline_value", "/figures/0/change"]
    pointers += ["/reading/window", "/reading/baseline"]
    name = capital(subject(found, figure))
    then = show(figure.baseline_value, figure.unit)
    if figure.significant is False or figure.change == 0:
        verb = "did not change meaningfully"
        if found.plan.direction:
            verb = f"{was(figure.label, present=True)} not meaningfully {found.plan.direction}"
        text = f"{name} {verb}: {figure.text} {when(figure.window)} against {then} {when(before)}."
        return Claim(text=text, figures=tuple(pointers))
    way = "up" if figure.change > 0 else "down"
    contrary = found.plan.direction not in (None, way)
    led = asked_spike(found) if contrary else None
    if led is not None:
        return _spike_headline(found, led)
    verb = {"up": "rose", "down": "fell"}[way]
    size = show_size(figure.change, figure.unit)
    actually = f"actually {verb}" if contrary else verb
    began = since(found.shift) if found.shift else ""
    text = f"{name} {actually} by {size}{began}, {_from_to(figure, before, told=found.shift is not None)}"
    cause, more = _cause(found, figure)
    return Claim(text=f"{text}{cause}.", figures=(*pointers, *more))


def _spike_headline(found: Findings, i: int) -> Claim:
    """Lead with the week that the question speaks of, then tell the period as a whole."""
    week, figure = found.figures[i], found.figures[0]
    assert week.window is not None
    assert figure.window is not None
    verb, whole = ("peaked at", "fell") if (week.change or 0.0) > 0 else ("dipped to", "rose")
    text = (
        f"{capital(subject(found, figure))} {verb} {week.text} {when(week.window)}, where the weeks around it had "
        f"{show(week.baseline_value, week.unit)}; over {name_of(figure.window)} as a whole it {whole} by "
        f"{show_size(figure.change or 0.0, figure.unit)}, to {figure.text}"
    )
    cause, more = _inside(found, 1 if (week.change or 0.0) > 0 else -1)
    at = (f"/figures/{i}/value", f"/figures/{i}/baseline_value", f"/figures/{i}/window")
    pointers = ("/figures/0/value", "/figures/0/baseline_value", "/figures/0/change", "/reading/window")
    return Claim(text=f"{text}{cause}.", figures=(*at, *pointers, *more))


def _from_to(figure: Figure, before: TimeWindow, *, told: bool) -> str:
    """Say both values, each with its period unless that is told elsewhere."""
    rounded = "" if add_up(figure.baseline_value, figure.change, figure.value, figure.unit) else " (rounded)"
    ends = ((show(figure.baseline_value, figure.unit), before), (figure.text, figure.window))
    first, last = (text if told or window is None else f"{text}{_in(window)}" for text, window in ends)
    return f"from {first} to {last}{rounded}"


def _in(window: TimeWindow) -> str:
    """Say a period behind a value; one with an end of its own in brackets."""
    said = when(window)
    return f" ({name_of(window)})" if said.startswith("from ") else f" {said}"


def _inside(found: Findings, way: int) -> tuple[str, tuple[str, ...]]:
    """Name the segment that moved most the way of a spike over the whole period."""
    segments = [
        (i, s) for i, s in enumerate(found.drivers.segments if found.drivers else ()) if s.contribution * way > 0
    ]
    if not segments:
        return "", ()
    i, segment = max(segments, key=lambda pair: abs(pair[1].contribution))
    size = show_size(segment.contribution, found.figures[0].unit)
    return f", though {_members(found, segment)} {'rose' if way > 0 else 'fell'} by {size}", (
        f"/drivers/segments/{i}/contribution",
    )


def _cause(found: Findings, figure: Figure) -> tuple[str, tuple[str, ...]]:
    """Name the segments that carry a change, most first."""
    if found.drivers is None:
        return "", ()
    if is_against_parts(found):
        return f", {although(found)}: the mix changed", ("/drivers/paradox",)
    segments = _along(found.drivers) or list(enumerate(found.drivers.segments))
    if not segments:
        return "; no single group stands out", ()
    i, segment = segments[0]
    size, name = show_size(segment.contribution, figure.unit), _members(found, segment)
    pointers = (f"/drivers/segments/{i}/contribution",)
    if segment.contribution * found.drivers.total_change < 0:
        return f"; {name} went the other way, by {size}", pointers
    if abs(segment.contribution) > abs(found.drivers.total_change):
        return f"; {name} accounts for all of it ({show_change(segment.contribution, figure.unit)})", pointers
    return f"; {name} accounts for {size} of it", pointers


def _along(drivers: Drivers) -> list[tuple[int, Segment]]:
    """Segments that moved with the total, largest first, with their positions."""
    along = [(i, s) for i, s in enumerate(drivers.segments) if s.contribution * drivers.total_change > 0]
    return sorted(along, key=lambda item: -abs(item[1].contribution))


def _per_day(found: Findings) -> Iterator[Claim]:
    """Say when a sum moved one way only because one period has more days."""
    figure, before = found.figures[0], found.reading.baseline
    if figure.window is None or before is None or not figure.value or not figure.baseline_value:
        return
    if found.catalogue.metric(figure.metric).type != "simple" or figure.window.days == before.days:
        return
    daily = figure.value / figure.window.days - figure.baseline_value / before.days
    if daily * (figure.change or 0.0) < 0:
        way, length = ("rose", "shorter") if daily > 0 else ("fell", "longer")
        text = f"Per day it {way}: the later period is {length} than the one it is compared with."
        yield Claim(text=text, figures=("/reading/window", "/reading/baseline"))


def _segments(found: Findings) -> Iterator[Claim]:
    for i, segment in ranked(found)[:NAMED_SEGMENTS]:
        yield _segment(found, i, segment, found.figures[0].unit)
    yield from rest_of(found, NAMED_SEGMENTS)


def _segment(found: Findings, i: int, segment: Segment, unit: str) -> Claim:
    at = f"/drivers/segments/{i}"
    name = capital(_members(found, segment))
    text = f"{name} contributes {show_change(segment.contribution, unit)}"
    pointers = [f"{at}/contribution"]
    if segment.value_now is not None and segment.value_before is not None:
        text += f": there it went from {show(segment.value_before, unit)} to {show(segment.value_now, unit)}"
        pointers += [f"{at}/value_before", f"{at}/value_now"]
    effect = _effect(segment, level=not is_against_parts(found))
    return Claim(text=f"{text}{effect}.", figures=tuple(pointers))


def _effect(segment: Segment, *, level: bool) -> str:
    """Tell a change inside a segment from a change of its weight.

    Without `level`, what moved inside the segment is itself a mix and nothing is said of it.
    """
    rate, mix = abs(segment.rate_effect or 0), abs(segment.mix_effect or 0)
    if segment.rate_effect is None or segment.mix_effect is None or max(rate, mix) == 0:
        return ""
    if mix > 2 * rate:
        return ", and what counts is that its share of the whole changed"
    if not level:
        return ""
    if rate > 2 * mix:
        return ", and it is the level inside the group that moved, not its size"
    return ", both the level inside the group and its size having moved"


def _members(found: Findings, segment: Segment) -> str:
    return spoken_members(segment.filters, labels_of(found))
