"""Sentences about parts: which moved most, and what share of the whole they are."""

from collections.abc import Iterator

from assistant.findings import Findings
from assistant.narrate_change import certainty
from assistant.narrate_words import labels_of
from assistant.phrases import capital, join_words, sentence_case, show, show_size, spoken_members
from assistant.types import Claim
from assistant.windows import when


def tell_movers(found: Findings) -> tuple[Claim, ...]:
    """Tell the member that moved most, how sure that is, those behind it, and the whole."""
    return (_leader(found), *certainty(found, 1), *_others(found), _whole(found))


def _leader(found: Findings) -> Claim:
    reading, figure = found.reading, found.figures[1]
    spec = found.catalogue.metric(reading.metrics[0])
    name = _member(found, 1)
    pointers: tuple[str, ...] = (
        "/table/rows/0",
        "/figures/1/value",
        "/figures/1/baseline_value",
        "/reading/window",
        "/reading/baseline",
    )
    change = figure.change or 0.0
    falls = reading.order == "asc"
    if (change < 0) != falls or not change:
        verb = "fell" if falls else "rose"
        text = f"{spec.label} {verb} nowhere; the nearest to it is {name}, "
    else:
        text = f"{spec.label} {'fell' if falls else 'rose'} most for {name}: by {show_size(change, spec.unit)}, "
        pointers = (*pointers, "/figures/1/change")
    then = show(figure.baseline_value, spec.unit)
    times = (f" {when(w)}" if w else "" for w in (reading.baseline, reading.window))
    return Claim(text=f"{text}from {then}{next(times)} to {figure.text}{next(times)}.", figures=pointers)


def _others(found: Findings) -> Iterator[Claim]:
    for i, figure in enumerate(found.figures[2:], start=2):
        if figure.baseline_value is None:
            continue
        text = f"{capital(_member(found, i))}: from {show(figure.baseline_value, figure.unit)} to {figure.text}."
        yield Claim(text=text, figures=(f"/figures/{i}/baseline_value", f"/figures/{i}/value"))


def _whole(found: Findings) -> Claim:
    figure = found.figures[0]
    then = show(figure.baseline_value, figure.unit)
    text = f"Overall, {sentence_case(figure.label)} went from {then} to {figure.text}."
    return Claim(text=text, figures=("/figures/0/baseline_value", "/figures/0/value"))


def _member(found: Findings, i: int) -> str:
    only = tuple(f for f in found.figures[i].filters if f.dimension in found.reading.by)
    return spoken_members(only, labels_of(found))


def tell_shares(found: Findings) -> tuple[Claim, ...]:
    """Tell the share that is asked for, or the largest, with the numbers behind it."""
    share, part, whole = found.figures
    dimension = found.reading.by[0]
    named = join_words([str(v) for f in share.filters if f.dimension == dimension for v in f.values])
    spec = found.catalogue.metric(found.reading.metrics[0])
    where = spoken_members(found.reading.filters, labels_of(found))
    time = f" {when(share.window)}" if share.window else ""
    verb = "makes up" if found.reading.shares else "has the largest share:"
    of = f"{sentence_case(spec.label)}{f' for {where}' if where else ''}{time}"
    text = f"{capital(named)} {verb} {share.text} of {of}: {part.text} of {whole.text}."
    pointers = ("/figures/0/value", "/figures/1/value", "/figures/2/value", "/figures/0/window", "/figures/0/filters")
    return (Claim(text=text, figures=pointers),)
