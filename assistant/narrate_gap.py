"""Sentences about why one group differs from another."""

from collections.abc import Iterator

from assistant.findings import Findings
from assistant.narrate_change import certainty
from assistant.narrate_segments import lead, ranked, rest_of
from assistant.narrate_words import about_themes, labels_of
from assistant.phrases import capital, show, show_change, show_size, spoken_members, was
from assistant.types import Claim, Segment
from assistant.windows import when

NAMED = 3


def tell_gap(found: Findings) -> tuple[Claim, ...]:
    """Tell the difference, which parts carry it, and whether it is in their levels or in the mix."""
    return (_headline(found), *certainty(found, 0, over_time=False), *_parts(found), *about_themes(found))


def _headline(found: Findings) -> Claim:
    figure, label = found.figures[0], found.catalogue.metric(found.reading.metrics[0]).label
    one, other = (_side(found, i) for i in (0, 1))
    verb, time = was(label, present=False), f" {when(figure.window)}" if figure.window else ""
    then = show(figure.baseline_value, figure.unit)
    pointers = (
        "/figures/0/value",
        "/figures/0/baseline_value",
        "/figures/0/change",
        "/reading/window",
        "/reading/filters",
    )
    if figure.significant is False or not figure.change:
        text = f"{label} {verb} about the same for {one} ({figure.text}) and {other} ({then}){time}."
        return Claim(text=text, figures=pointers)
    way = "higher" if figure.change > 0 else "lower"
    contrary = {"up": "lower", "down": "higher"}.get(found.plan.direction or "") == way
    text = (
        f"{label} {verb} {'actually ' if contrary else ''}{show_size(figure.change, figure.unit)} {way} for {one} "
        f"({figure.text}) than for {other} ({then}){time}"
    )
    cause, more = lead(found)
    return Claim(text=f"{text}{cause}.", figures=(*pointers, *more))


def _side(found: Findings, i: int) -> str:
    own = tuple(f for f in found.figures[i].filters if f.dimension in found.reading.by)
    return spoken_members(own, labels_of(found))


def _parts(found: Findings) -> Iterator[Claim]:
    unit = found.figures[0].unit
    one, other = (_side(found, i) for i in (0, 1))
    for i, segment in ranked(found)[:NAMED]:
        at = f"/drivers/segments/{i}"
        name = capital(spoken_members(segment.filters, labels_of(found)))
        text = f"{name} contributes {show_change(segment.contribution, unit)}"
        pointers = [f"{at}/contribution", "/reading/filters"]
        if segment.value_now is not None and segment.value_before is not None:
            text += f": {show(segment.value_now, unit)} in {one} against {show(segment.value_before, unit)} in {other}"
            pointers += [f"{at}/value_now", f"{at}/value_before"]
        yield Claim(text=f"{text}{_kind(segment)}.", figures=tuple(pointers))
    yield from rest_of(found, NAMED)


def _kind(segment: Segment) -> str:
    rate, mix = abs(segment.rate_effect or 0), abs(segment.mix_effect or 0)
    if max(rate, mix) == 0 or segment.rate_effect is None:
        return ""
    if mix > 2 * rate:
        return ", mostly by its share of the whole"
    return ", mostly by its level" if rate > 2 * mix else ", by its level and by its share"
