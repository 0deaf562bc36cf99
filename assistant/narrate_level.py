"""Sentences about how far a metric is from its target, or from what was to be expected of it, and where."""

from collections.abc import Iterator

from assistant.findings import Expected, Findings
from assistant.narrate_change import certainty, subject
from assistant.narrate_segments import lead, ranked, rest_of
from assistant.narrate_when import recorded
from assistant.narrate_words import about_themes, labels_of
from assistant.phrases import capital, show, show_change, show_size, spoken_members, was
from assistant.types import Claim
from assistant.windows import name_of, when

NAMED = 3
AT = "/figures/0"


def tell_level(found: Findings) -> tuple[Claim, ...]:
    """Tell the distance, which parts carry it, what the expectation rests on, and what customers said."""
    return (
        _headline(found),
        *certainty(found, 0, over_time=False),
        *_basis(found),
        *_parts(found),
        *recorded(found),
        *about_themes(found),
    )


def _headline(found: Findings) -> Claim:
    figure = found.figures[0]
    time = f" {when(figure.window)}" if figure.window else ""
    verb, level = was(figure.label, present=figure.window is None), show(figure.baseline_value, figure.unit)
    named = f"the {level} to be expected" if _is_expected(found) else f"its target of {level}"
    head = f"{capital(subject(found, figure))} {verb} {figure.text}{time}"
    pointers = (f"{AT}/value", f"{AT}/baseline_value", f"{AT}/change", "/reading/window", "/reading/filters")
    if figure.significant is False or not figure.change:
        as_it_is = "within the usual swings around" if _is_expected(found) else "as far as can be told on"
        return Claim(text=f"{head}, {as_it_is} {named}.", figures=pointers)
    way = "above" if figure.change > 0 else "below"
    contrary = {"up": "below", "down": "above"}.get(found.plan.direction or "") == way
    cause, more = lead(found)
    text = f"{head}, {'actually ' if contrary else ''}{show_size(figure.change, figure.unit)} {way} {named}{cause}."
    return Claim(text=text, figures=(*pointers, *more))


def _is_expected(found: Findings) -> bool:
    return found.plan.against == "expected"


def _basis(found: Findings) -> Iterator[Claim]:
    """Say what an expectation rests on: which history, by weekday, with which step of the season."""
    told = found.detail
    if not isinstance(told, Expected):
        return
    level, *step = found.figures[1:]
    pattern = ", weekday by weekday" if told.weekdays else ""
    text = f"The level before it was {level.text} ({level.window and name_of(level.window)}{pattern})"
    pointers = ["/figures/1/value", "/figures/1/window"]
    if step:
        text += f", and the season's step, as in earlier years, is {step[0].text}"
        pointers.append("/figures/2/value")
    elif told.years and told.checked:
        text += ", and earlier years show no step of the season"
    elif told.checked:
        text += "; the history is too short to know a season"
    else:
        text += "; the history is too short to know a season, or how far it usually swings"
    yield Claim(text=f"{text}.", figures=tuple(pointers))


def _parts(found: Findings) -> Iterator[Claim]:
    unit = _unit(found)
    for i, segment in ranked(found)[:NAMED]:
        at = f"/drivers/segments/{i}"
        name = capital(spoken_members(segment.filters, labels_of(found)))
        text = (
            f"{name} contributes {show_change(segment.contribution, unit)}: there it is {show(segment.value_now, unit)}"
        )
        pointers = [f"{at}/contribution", f"{at}/value_now"]
        if _is_expected(found) and segment.value_before is not None:
            text += f" instead of {show(segment.value_before, unit)}"
            pointers.append(f"{at}/value_before")
        yield Claim(text=f"{text}.", figures=tuple(pointers))
    yield from rest_of(found, NAMED)


def _unit(found: Findings) -> str:
    return found.figures[0].unit
