"""Questions to go on with: each one can be read by this workspace's planner."""

from collections.abc import Callable, Iterator, Sequence

from assistant.findings import Findings
from assistant.phrases import ask_how, ask_what, capital, join_words, sentence_case, spoken_members, was
from assistant.windows import name_of, when
from semantic_layer.compile import sliceable
from semantic_layer.hierarchies import ancestors, children
from semantic_layer.query import Filter

MOST = 4


def follow_ups(found: Findings, readable: Callable[[str], bool]) -> tuple[str, ...]:
    """Return up to four questions, nearest first, that can be read as they stand."""
    kept: list[str] = []
    for text in dict.fromkeys(map(capital, _candidates(found))):
        if len(kept) < MOST and text.lower() != found.plan.question.text.lower() and readable(text):
            kept.append(text)
    return tuple(kept)


def _candidates(found: Findings) -> Iterator[str]:
    reading = found.reading
    if not reading.metrics:
        return
    name = found.catalogue.metric(reading.metrics[0]).label
    here = f"{sentence_case(name)}{_slice(found, reading.filters)}"
    time = f" {when(reading.window)}" if reading.window and reading.grain is None else ""
    yield from _other_comparison(found, here)
    yield from _from_drivers(found, here, time)
    if reading.intent != "why" and reading.window:
        yield f"Why did {here} change{_against(found)}?"
    if reading.intent != "trend" and reading.window:
        yield f"{ask_how(name)}{_slice(found, reading.filters)} over the past 12 months?"
    for free in _free_dimensions(found):
        yield f"{here} by {sentence_case(found.catalogue.dimension(free).label)}{time}"
    label = sentence_case(name)
    if reading.intent != "define":
        told_by_model = any(card.name == reading.metrics[0] for card in found.cards)
        yield f"How do you know {label}?" if told_by_model else f"How is {label} defined?"
    else:
        dated = any(t.time for t in found.catalogue.tables)
        yield f"What {was(name)} {label} last month?" if dated else ask_what(name)


def _other_comparison(found: Findings, here: str) -> Iterator[str]:
    """Offer the comparison that was not chosen."""
    chosen = found.comparison
    if found.reading.intent == "why" and chosen and chosen.other:
        now, before = chosen.other
        yield f"Why did {here} change in {name_of(now)} compared with {name_of(before)}?"


def _against(found: Findings) -> str:
    """Name the two periods that were compared, where they are single months."""
    chosen = found.comparison
    if found.reading.intent != "compare" or chosen is None or found.reading.by:
        return ""
    return f" in {name_of(chosen.now)} compared with {name_of(chosen.before)}"


def _slice(found: Findings, filters: Sequence[Filter]) -> str:
    """Say whom a question is about, in words that can be asked again."""
    labels = {d.name: d.label for d in found.catalogue.dimensions}
    kept = spoken_members([f for f in filters if f.operator == "in"], labels).replace(" / ", " and ")
    left = [str(v) for f in filters if f.operator == "not in" for v in f.values]
    return (f" for {kept}" if kept else "") + (f" excluding {join_words(left)}" if left else "")


def _from_drivers(found: Findings, here: str, time: str) -> Iterator[str]:
    if found.drivers is None or not found.drivers.segments:
        return
    lead = max(found.drivers.segments, key=lambda segment: abs(segment.contribution))
    name = found.catalogue.metric(found.reading.metrics[0]).label
    filters = (*found.reading.filters, *(f for f in lead.filters if f not in found.reading.filters))
    yield f"{ask_how(name)}{_slice(found, filters)} over the past 12 months?"
    others = [f.dimension for f in lead.filters]
    for free in _free_dimensions(found):
        if free not in others:
            yield f"{here} by {sentence_case(found.catalogue.dimension(free).label)}{time}"
            return


def _free_dimensions(found: Findings) -> list[str]:
    """Return what to cut by next: inside what was named (a site of a region) first, what it lies in not at all."""
    used = {*found.reading.by, *(f.dimension for f in found.reading.filters)}
    known = {d.name for d in found.catalogue.dimensions}
    outside = {above for name in used & known for above in ancestors(name, found.catalogue)}
    inside = {finer for name in used for finer in children(name, found.catalogue)}
    names = [
        n for n in sliceable(found.reading.metrics[0], found.catalogue)
        if n in inside or (n not in outside and found.catalogue.dimension(n).driver)
    ]  # fmt: skip
    return sorted((n for n in names if n not in used), key=lambda n: n not in inside)[:3]
