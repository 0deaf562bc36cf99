"""Passages: a few whole turns in a row, overlapping by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexes.types import Turn

TURNS = 4
WORDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Positions of the first and last turn in the contact's turns."""

    first: int
    last: int


def windows(turns: Sequence[Turn], *, most_turns: int = TURNS, most_words: int = WORDS) -> tuple[Window, ...]:
    """Cut a conversation into windows that never split a turn; they overlap by a turn where it fits."""
    lengths = [len(turn.text.split()) for turn in turns]
    out: list[Window] = []
    first = 0
    while first < len(turns):
        last, words = first, lengths[first]
        while last + 1 < len(turns) and last - first + 1 < most_turns and words + lengths[last + 1] <= most_words:
            last += 1
            words += lengths[last]
        out.append(Window(first=first, last=last))
        if last + 1 >= len(turns):
            break
        overlaps = last > first and lengths[last] + lengths[last + 1] <= most_words and most_turns > 1
        first = last if overlaps else last + 1
    return tuple(out)


def texts(turns: Sequence[Turn]) -> Iterator[str]:
    """Yield the text of each window."""
    for window in windows(turns):
        yield "\n".join(turn.text for turn in turns[window.first : window.last + 1])


def citation(contact_id: str, first: int, last: int) -> str:
    """Name turns of a contact: `contact_id:first-last`."""
    return f"{contact_id}:{first}-{last}"


def parse_citation(text: str) -> tuple[str, int, int] | None:
    """Read a citation back; None when it is not one."""
    contact_id, colon, turns = text.rpartition(":")
    first, dash, last = turns.partition("-")
    if not (colon and dash and first.isdecimal() and last.isdecimal()):
        return None
    return contact_id, int(first), int(last)
