"""Questions to go on with: each one can be read by this workspace's planner."""

from collections.abc import Callable, Iterator

from assistant.findings import Findings
from assistant.phrases import capital, sentence_case, spoken_members
from assistant.windows import name_of
from semantic_layer.compile import sliceable

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
    label = sentence_case(found.catalogue.metric(reading.metrics[0]).label)
    month = f" in {reading.window.start:%B %Y}" if reading.window and reading.grain is None else ""
    yield from _other_comparison(found, label)
    yield from _from_drivers(found, label, month)
    if reading.intent != "why" and reading.window:
        yield f"Why did {label} change?"
    if reading.intent != "trend" and reading.window:
        yield f"How has {label} developed over the past 12 months?"
    for name in _free_dimensions(found):
        yield f"{label} by {sentence_case(found.catalogue.dimension(name).label)}"
    if reading.intent != "define":
        yield f"How is {label} defined?"
    else:
        yield f"What was {label} last month?" if any(t.time for t in found.catalogue.tables) else f"What is {label}?"


def _other_comparison(found: Findings, label: str) -> Iterator[str]:
    """Offer the comparison that was not chosen."""
    chosen = found.comparison
    if found.reading.intent == "why" and chosen and chosen.other:
        now, before = chosen.other
        yield f"Why did {label} change in {name_of(now)} compared with {name_of(before)}?"


def _from_drivers(found: Findings, label: str, month: str) -> Iterator[str]:
    if found.drivers is None or not found.drivers.segments:
        return
    lead = found.drivers.segments[0]
    members = spoken_members(lead.filters, {d.name: d.label for d in found.catalogue.dimensions})
    yield f"How has {label} for {members.replace(' / ', ' and ')} developed over the past 12 months?"
    others = [f.dimension for f in lead.filters]
    for name in _free_dimensions(found):
        if name not in others:
            yield f"{label} by {sentence_case(found.catalogue.dimension(name).label)}{month}"
            return


def _free_dimensions(found: Findings) -> list[str]:
    used = {*found.reading.by, *(f.dimension for f in found.reading.filters)}
    names = sliceable(found.reading.metrics[0], found.catalogue)
    return [n for n in names if n not in used and found.catalogue.dimension(n).driver][:3]
