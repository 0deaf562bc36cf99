"""Sentences that lead up to a question or thank for it, and ask nothing themselves."""

import re
from collections.abc import Callable, Sequence

from assistant.planner.linker import Item, Linked
from assistant.planner.words import words

# cues that ask for something by themselves, whatever they are about
_ASKING = frozenset(("why", "quotes", "themes", "forecast", "overview", "anomalies", "at_risk", "define", "impact"))
_ENDS = re.compile(r"(?<=[.!?])\s+|\s+[–—-]\s+|(?<=:)\s+")


def without_preamble(text: str, link: Callable[[str], Linked]) -> tuple[str, tuple[str, ...]]:
    """Return the text without its sentences that ask nothing, and those.

    Nothing is left out of one sentence alone, nor where no sentence names anything known here.
    """
    pieces = [p for p in _ENDS.split(text) if any(c.isalnum() for c in p)]
    if len(pieces) < 2:
        return text, ()
    said = [link(p).items for p in pieces]
    if not any(_names(items) for items in said):
        return text, ()
    left = [p for p, items in zip(pieces, said, strict=True) if not _asks(items)]
    return " ".join(p for p in pieces if p not in left), tuple(left)


def _names(items: Sequence[Item]) -> bool:
    """Tell whether something of the workspace is named; "in an hour" names no way to cut."""
    time = words().raw["time"]
    hours = {w for unit in ("day", "week", "month", "quarter", "year") for w in time[unit]}
    hours |= {w for unit in words().raw["units"].values() for w in map(str, unit[1:])}
    return any(item.kind == "entry" and item.text.lower() not in hours for item in items)


def _asks(items: Sequence[Item]) -> bool:
    """Tell whether a sentence names something, asks for something, or only says when."""
    dated = any(item.time is not None and item.time.period is not None for item in items)
    only_dated = dated and not any(item.kind == "unknown" for item in items)
    return _names(items) or only_dated or any(item.cues & _ASKING for item in items)
