"""Sentences about many metrics at once: an overview, and what is out of the ordinary."""

from collections.abc import Iterator

from assistant.findings import Findings, Oddities, Overview
from assistant.narrate_change import is_worse, subject
from assistant.narrate_when import since
from assistant.narrate_words import about_themes, labels_of
from assistant.phrases import (
    capital,
    is_plural,
    join_words,
    sentence_case,
    show,
    show_change,
    show_size,
    spelled,
    spoken_members,
    was,
)
from assistant.types import Claim, Figure
from assistant.windows import name_of, when

NAMED = 3


def tell_overview(found: Findings) -> tuple[Claim, ...]:
    """Tell what moved beyond noise, what settled on a new level, and where the rest stands."""
    detail = found.detail
    assert isinstance(detail, Overview)
    return (
        _headline(found, detail),
        *(_moved(found, i) for i in detail.moved),
        *(_shifted(found, i, since(step)) for i, step in detail.shifted),
        *_rest(found, detail),
        *about_themes(found),
    )


def _headline(found: Findings, detail: Overview) -> Claim:
    window, before = found.reading.window, found.reading.baseline
    asked = "headline metric" if detail.asked == 1 else f"{spelled(detail.asked)} headline metrics"
    whom = f" for {_slice(found)}" if found.reading.filters else ""
    time = f" {when(window)}" if window else ""
    if before is None:
        return Claim(text=f"Where the {asked} stood{whom}{time}:", figures=("/reading/window", "/reading/filters"))
    pointers = ("/reading/window", "/reading/baseline", "/reading/filters", "/figures")
    if not detail.moved:
        start = "The" if detail.asked == 1 else "None of the"
        verb = "did not move" if detail.asked == 1 else "moved"
        against = f"{whom}{time}, against {name_of(before)}"
        text = f"{start} {asked} {verb} beyond normal variation{against}{_but(found, detail)}."
        return Claim(text=text, figures=pointers)
    said = [_movement(found.figures[i]) for i in detail.moved[:NAMED]]
    more = len(detail.moved) - len(said)
    tail = f", and {spelled(more)} more" if more else ""
    count = capital(spelled(len(detail.moved)))
    text = f"{count} of the {asked} moved beyond normal variation{whom}{time}: {join_words(said)}{tail}"
    return Claim(text=f"{text}{_but(found, detail)}.", figures=pointers)


def _but(found: Findings, detail: Overview) -> str:
    """Mention a new level in the headline: the last month alone does not show it."""
    if not detail.shifted:
        return ""
    names = [f"{sentence_case(found.figures[i].label)}{since(step)}" for i, step in detail.shifted[:NAMED]]
    return f"; on a new level: {join_words(names)}"


def _movement(figure: Figure) -> str:
    way = "up" if (figure.change or 0.0) > 0 else "down"
    return f"{sentence_case(figure.label)} {way} {show_size(figure.change or 0.0, figure.unit)} to {figure.text}"


def _moved(found: Findings, i: int) -> Claim:
    figure, at = found.figures[i], f"/figures/{i}"
    verb = "rose" if (figure.change or 0.0) > 0 else "fell"
    text = (
        f"{capital(subject(found, figure))} {verb} from {show(figure.baseline_value, figure.unit)} to {figure.text} "
        f"({show_change(figure.change or 0.0, figure.unit)}){_judgement(found, figure)}."
    )
    return Claim(text=text, figures=(f"{at}/baseline_value", f"{at}/value", f"{at}/change", f"{at}/filters"))


def _judgement(found: Findings, figure: Figure) -> str:
    worse = is_worse(found.catalogue.metric(figure.metric), figure.change or 0.0)
    return "" if worse is None else ", for the worse" if worse else ", an improvement"


def _shifted(found: Findings, i: int, began: str) -> Claim:
    figure, at = found.figures[i], f"/figures/{i}"
    verb = "have been" if is_plural(figure.label) else "has been"
    text = (
        f"{capital(subject(found, figure))} {verb} on a new level{began}: {figure.text} "
        f"{when(figure.window) if figure.window else ''}, against {show(figure.baseline_value, figure.unit)} before"
        f"{_judgement(found, figure)}."
    )
    pointers = (f"{at}/value", f"{at}/baseline_value", f"{at}/window", f"{at}/filters", "/reading/window")
    return Claim(text=text, figures=pointers)


def _rest(found: Findings, detail: Overview) -> Iterator[Claim]:
    quiet = [i for i in range(detail.asked) if i not in detail.moved and found.figures[i].value is not None]
    if not quiet:
        return
    said = [f"{sentence_case(found.figures[i].label)} {found.figures[i].text}" for i in quiet]
    head = "Within normal variation" if found.reading.baseline else "They were"
    yield Claim(text=f"{head}: {join_words(said)}.", figures=tuple(f"/figures/{i}/value" for i in quiet))


def _slice(found: Findings) -> str:
    return spoken_members(found.reading.filters, labels_of(found))


def tell_oddities(found: Findings) -> tuple[Claim, ...]:
    """Tell what left its own seasonal history, where, and what was recorded at the time."""
    detail = found.detail
    assert isinstance(detail, Oddities)
    if not found.figures:
        return (_nothing_odd(found),)
    others = (_odd(found, i) for i in range(1, len(found.figures)))
    return (_odd_headline(found), *_where(found), *others, *_recorded(detail))


def _nothing_odd(found: Findings) -> Claim:
    whom = f" for {_slice(found)}" if found.reading.filters else ""
    time = f" {when(found.reading.window)}" if found.reading.window else ""
    pointers = ("/reading/window", "/reading/filters")
    if len(found.reading.metrics) == 1:
        label = sentence_case(found.catalogue.metric(found.reading.metrics[0]).label)
        verb, own = ("are", "their") if is_plural(label) else ("is", "its")
        text = f"Nothing unusual: {label}{whom} {verb} where {own} own history would have it{time}."
    else:
        text = f"Nothing unusual{whom}{time}: every metric is where its own history would have it."
    return Claim(text=text, figures=pointers)


def _odd_headline(found: Findings) -> Claim:
    figure = found.figures[0]
    way = "above" if (figure.change or 0.0) > 0 else "below"
    own = "their" if is_plural(figure.label) else "its"
    more = len(found.figures) - 1
    tail = f"; {spelled(more)} more stand{'s' if more == 1 else ''} out" if more else ""
    text = (
        f"{capital(subject(found, figure))} {was(figure.label)} well {way} what {own} history would have: "
        f"{figure.text} {_at(figure)}, where {show(figure.baseline_value, figure.unit)} was to be expected{tail}."
    )
    pointers = ("/figures/0/value", "/figures/0/baseline_value", "/figures/0/window", "/figures/0/filters")
    return Claim(text=text, figures=pointers)


def _odd(found: Findings, i: int) -> Claim:
    figure, at = found.figures[i], f"/figures/{i}"
    text = (
        f"{capital(subject(found, figure))} {was(figure.label)} {figure.text} {_at(figure)}, "
        f"where {show(figure.baseline_value, figure.unit)} was to be expected."
    )
    return Claim(text=text, figures=(f"{at}/value", f"{at}/baseline_value", f"{at}/window", f"{at}/filters"))


def _recorded(detail: Oddities) -> Iterator[Claim]:
    if detail.recorded:
        names = join_words([f"“{name}”" for name in detail.recorded])
        yield Claim(text=f"Recorded as beginning then or in the week before: {names}.")


def _at(figure: Figure) -> str:
    return when(figure.window) if figure.window else ""


def _where(found: Findings) -> Iterator[Claim]:
    """Name the part that carries the first oddity, against the period before it."""
    drivers = found.drivers
    if drivers is None or not drivers.segments:
        return
    i, lead = max(enumerate(drivers.segments), key=lambda pair: abs(pair[1].contribution))
    unit = found.figures[0].unit
    name = spoken_members(lead.filters, labels_of(found))
    text = (
        f"Against the week or month before, {name} accounts for {show_change(lead.contribution, unit)} of the "
        f"{show_change(drivers.total_change, unit)}."
    )
    yield Claim(text=text, figures=(f"/drivers/segments/{i}/contribution", "/drivers/total_change"))
