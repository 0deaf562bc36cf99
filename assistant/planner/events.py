"""Recorded changes and events as dates: since the price rise, before and after the outage."""

from collections.abc import Iterator, Sequence
from functools import cache

from assistant.planner.dates import Clock, Period, period_of
from assistant.planner.text import Token, key, stem
from assistant.planner.timespans import TimeSpan, from_event
from assistant.planner.words import words
from assistant.types import Intervention

_LONGEST = 9


def event_times(tokens: Sequence[Token], known: Sequence[Intervention], clock: Clock) -> Iterator[TimeSpan]:
    """Yield the spans that a recorded event dates; a name that two events share dates nothing."""
    for i in range(len(tokens) if known else 0):
        kind, width = _preposition(tokens, i)
        if not kind:
            continue
        last, found = _longest(tokens, i + width, known)
        if len(found) == 1 and found[0].started_on <= clock.as_of:
            day = period_of(found[0].started_on, "day", clock)
            said = Period(day.start, day.end, "day", found[0].name, f"'{found[0].name}' began on {day.label}")
            yield from_event(kind, i, last, said, clock)


def _longest(
    tokens: Sequence[Token], first: int, known: Sequence[Intervention]
) -> tuple[int, tuple[Intervention, ...]]:
    """Return where the longest name that begins at a place ends, and the events it may mean."""
    for last in range(min(len(tokens), first + _LONGEST), first, -1):
        ends_on_name = tokens[last - 1].stem not in _small()
        if ends_on_name and (found := _named(tokens[first:last], known)):
            return last, found
    return first, ()


def _named(tokens: Sequence[Token], known: Sequence[Intervention]) -> tuple[Intervention, ...]:
    """Return the events whose names hold every content word; the whole name goes before a part of one."""
    months = {words().raw["months"][t.word] for t in tokens if t.word in words().raw["months"]}
    dated = (t for t in tokens if t.word[0].isalnum() and t.word not in words().raw["months"])
    wanted = {t.stem for t in dated} - _small()
    if not wanted:
        return ()
    of_month = (one for one in known if not months or one.started_on.month in months)
    found = [(one, set(key(one.name)) - _small()) for one in of_month]
    held = [(one, own) for one, own in found if wanted <= own]
    whole = [one for one, own in held if own == wanted]
    return tuple(whole or [one for one, _ in held])


def _preposition(tokens: Sequence[Token], i: int) -> tuple[str, int]:
    time = words().raw["time"]
    both = [t.word for t in tokens[i : i + 3]]
    around = {*time["before"], *time["after"]}
    if len(both) == 3 and {both[0], both[2]} <= around and both[0] != both[2] and both[1] in time["around"]:
        return "before_after", 3
    for kind in ("since", "after", "before"):
        if tokens[i].word in time[kind]:
            return kind, 1
    return "", 0


@cache
def _small() -> frozenset[str]:
    """Stems of words that tell no event from another."""
    table = words()
    texts = [*table.list_of("filler"), *table.list_of("event_words"), *table.cues["in"], *table.cues["and"]]
    return frozenset(stem(w) for w in texts if " " not in w)
