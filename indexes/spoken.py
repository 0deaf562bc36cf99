"""Digits said as words ("four double one"), with the way back to where they stood."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_UNITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "nil": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7",
    "eighty": "8", "ninety": "9",
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_TOKEN = re.compile(r"[A-Za-z]+|\d+")
_GAP = re.compile(r"[\s,.\-–]{1,3}|\.{3}\s?")
_WORDS = frozenset((*_UNITS, *_TEENS, *_TENS, *_TIMES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """Text with spoken digits written out; `origin[i]` is the (start, end) of character i before."""

    text: str
    origin: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a stretch of the normalised text back to the original."""
        return self.origin[start][0], self.origin[end - 1][1]


def has_spoken_digits(said: Collection[str], *, minimum: int = 4) -> bool:
    """Say whether enough digit words are among the words said for a number to be hidden."""
    return sum(word in _WORDS for word in said) >= minimum


def normalise(text: str) -> Normalised:
    """Write runs of at least three spoken digits as digits, keeping everything else."""
    out: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    for start, end, parts in _runs(text):
        out.append(text[at:start])
        origin.extend((i, i + 1) for i in range(at, start))
        for digits, span in parts:
            out.append(digits)
            origin.extend([span] * len(digits))
        at = end
    out.append(text[at:])
    origin.extend((i, i + 1) for i in range(at, len(text)))
    return Normalised(text="".join(out), origin=tuple(origin))


Part = tuple[str, tuple[int, int]]


def _runs(text: str) -> list[tuple[int, int, list[Part]]]:
    tokens = [(m.group().lower(), m.start(), m.end()) for m in _TOKEN.finditer(text)]
    runs: list[tuple[int, int, list[Part]]] = []
    i = 0
    while i < len(tokens):
        parts, after, spoken = _run(text, tokens, i)
        if spoken and sum(len(digits) for digits, _ in parts) >= 3:
            runs.append((parts[0][1][0], parts[-1][1][1], parts))
        i = max(after, i + 1)
    return runs


Token = tuple[str, int, int]


def _run(text: str, tokens: list[Token], i: int) -> tuple[list[Part], int, bool]:
    """Gather the digits that follow one another from token i on."""
    parts: list[Part] = []
    spoken = False
    end = None
    while i < len(tokens):
        if end is not None and not _GAP.fullmatch(text[end : tokens[i][1]]):
            break
        digits, used = _digits(tokens, i)
        if not digits:
            break
        spoken = spoken or not tokens[i][0].isdigit()
        end = tokens[i + used - 1][2]
        parts.append((digits, (tokens[i][1], end)))
        i += used
    return parts, i, spoken


def _digits(tokens: list[Token], i: int) -> tuple[str, int]:
    """Read one number word: its digits and how many tokens it took ("" when it is none)."""
    word = tokens[i][0]
    following = tokens[i + 1][0] if i + 1 < len(tokens) else ""
    if word in _TIMES:
        unit = _UNITS.get(following, following if following.isdigit() and len(following) == 1 else "")
        return (unit * _TIMES[word], 2) if unit else ("", 0)
    if word in _UNITS and following == "hundred":
        return _UNITS[word] + "00", 2
    if word in _TENS:
        unit = _UNITS.get(following, "")
        return (_TENS[word] + unit, 2) if unit not in ("", "0") else (_TENS[word] + "0", 1)
    return (word if word.isdigit() else _UNITS.get(word) or _TEENS.get(word, ""), 1)
