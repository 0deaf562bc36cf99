"""Sentences about how far a metric is from its target, and where."""

from collections.abc import Iterator

from assistant.findings import Findings
from assistant.narrate_change import certainty, subject
from assistant.narrate_words import labels_of
from assistant.phrases import capital, show, show_change, show_size, spoken_members, was
from assistant.types import Claim, Segment
from assistant.windows import when

NAMED = 3
AT = "/figures/0"


def tell_target(found: Findings) -> tuple[Claim, ...]:
    """Tell the distance from the target, and which parts carry it."""
    return (_headline(found), *certainty(found, 0, over_time=False), *_parts(found))


def _headline(found: Findings) -> Claim:
    figure = found.figures[0]
    time = f" {when(figure.window)}" if figure.window else ""
    verb, target = was(figure.label, present=figure.window is None), show(figure.baseline_value, figure.unit)
    head = f"{capital(subject(found, figure))} {verb} {figure.text}{time}"
    pointers = (f"{AT}/value", f"{AT}/baseline_value", f"{AT}/change", "/reading/window", "/reading/filters")
    if figure.significant is False or not figure.change:
        return Claim(text=f"{head}, on its target of {target} as far as can be told.", figures=pointers)
    way = "above" if figure.change > 0 else "below"
    cause, more = _lead(found)
    text = f"{head}, {show_size(figure.change, figure.unit)} {way} its target of {target}{cause}."
    return Claim(text=text, figures=(*pointers, *more))


def _ranked(found: Findings) -> list[tuple[int, Segment]]:
    segments = found.drivers.segments if found.drivers else ()
    return sorted(enumerate(segments), key=lambda pair: -abs(pair[1].contribution))


def _lead(found: Findings) -> tuple[str, tuple[str, ...]]:
    if found.drivers is None:
        return "", ()
    total = found.drivers.total_change
    along = [(i, s) for i, s in _ranked(found) if s.contribution * total > 0]
    if not along:
        return "; no single group stands out, so it is so throughout", ()
    i, segment = along[0]
    name, at = spoken_members(segment.filters, labels_of(found)), (f"/drivers/segments/{i}/contribution",)
    if abs(segment.contribution) > abs(total):
        return f"; {name} accounts for all of it ({show_change(segment.contribution, _unit(found))})", at
    return f"; {name} accounts for {show_size(segment.contribution, _unit(found))} of it", at


def _parts(found: Findings) -> Iterator[Claim]:
    unit = _unit(found)
    for i, segment in _ranked(found)[:NAMED]:
        at = f"/drivers/segments/{i}"
        name = capital(spoken_members(segment.filters, labels_of(found)))
        yield Claim(
            text=f"{name} contributes {show_change(segment.contribution, unit)}: there it is "
            f"{show(segment.value_now, unit)}.",
            figures=(f"{at}/contribution", f"{at}/value_now"),
        )
    if found.drivers and 0 < len(found.drivers.segments) <= NAMED:
        rest = show_change(found.drivers.other, unit)
        yield Claim(text=f"Everything else together contributes {rest}.", figures=("/drivers/other",))


def _unit(found: Findings) -> str:
    return found.figures[0].unit
