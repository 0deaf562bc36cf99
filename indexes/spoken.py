"""Digits and letters said one by one ("four double one", "d as in delta"), with the way back to where they stood."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_UNITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0", "one": "1", "two": "2", "three": "3",
    "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
    "null": "0", "eins": "1", "zwei": "2", "zwo": "2", "drei": "3", "vier": "4", "fünf": "5", "sechs": "6",
    "sieben": "7", "acht": "8", "neun": "9",
}  # fmt: skip
_TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7",
    "eighty": "8", "ninety": "9",
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_ALPHABET = (
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa "
    "quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu"
)
_LETTER_WORDS = {word: word[0] for word in _ALPHABET.split()}
_FILLERS = frozenset(
    ("uh", "um", "er", "erm", "ah", "and", "then", "dash", "hyphen", "minus", "space", "comma", "pause", "okay", "ok",
     "yeah", "yes", "plus", "followed", "by", "that", "s")
)  # fmt: skip
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
_GAP = re.compile(r"[\s,.\-–/'’…]{0,4}")
_WORDS = frozenset((*_UNITS, *_TEENS, *_TENS, *_TIMES))
_LEAST = 3
_LONG = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """Text with what was said written out; `origin[i]` is the (start, end) of character i before.

    `codes` are the stretches of the original that say seven digits or more.
    """

    text: str
    origin: tuple[tuple[int, int], ...]
    codes: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a stretch of the normalised text back to the original."""
        return self.origin[start][0], self.origin[end - 1][1]


def has_spoken_digits(said: Collection[str]) -> bool:
    """Say whether enough digit words, or digit words and single letters, are among the words said."""
    return _enough(sum(word in _WORDS for word in said), sum(len(word) == 1 for word in said))


def _enough(digits: int, letters: int) -> bool:
    return digits >= _LEAST or (digits >= 2 and letters >= 3)


def normalise(text: str) -> Normalised:
    """Write runs of at least three digits, spoken at least in part, as they are written; keep everything else."""
    out: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    runs = _runs(text)
    for start, end, parts in runs:
        out.append(text[at:start])
        origin.extend((i, i + 1) for i in range(at, start))
        for written, span in parts:
            out.append(written)
            origin.extend([span] * len(written))
        at = end
    out.append(text[at:])
    origin.extend((i, i + 1) for i in range(at, len(text)))
    codes = tuple((start, end) for start, end, parts in runs if _digits(parts) >= _LONG)
    return Normalised(text="".join(out), origin=tuple(origin), codes=codes)


Part = tuple[str, tuple[int, int]]
Token = tuple[str, int, int]


def _runs(text: str) -> list[tuple[int, int, list[Part]]]:
    tokens = [(m.group().lower(), m.start(), m.end()) for m in _TOKEN.finditer(text)]
    runs: list[tuple[int, int, list[Part]]] = []
    i = 0
    while i < len(tokens):
        parts, after, spoken = _run(text, tokens, i)
        parts = _trimmed(parts)
        if spoken and _enough(_digits(parts), sum(written.isalpha() for written, _ in parts)):
            runs.append((parts[0][1][0], parts[-1][1][1], parts))
        i = max(after, i + 1)
    return runs


def _digits(parts: list[Part]) -> int:
    return sum(len(written) for written, _ in parts if written.isdigit())


def _run(text: str, tokens: list[Token], i: int) -> tuple[list[Part], int, bool]:
    """Gather the digits and single letters that follow one another from token i on; fillers between are skipped."""
    parts: list[Part] = []
    spoken = False
    end = tokens[i][1]
    while i < len(tokens) and _GAP.fullmatch(text[end : tokens[i][1]]):
        written, used = _written(tokens, i)
        if written:
            spoken = spoken or not tokens[i][0].isdigit()
            parts.append((written, (tokens[i][1], tokens[i + used - 1][2])))
        elif not parts or tokens[i][0] not in _FILLERS:
            break
        used = used or 1
        end = tokens[i + used - 1][2]
        i += used
    return parts, i, spoken


def _trimmed(parts: list[Part]) -> list[Part]:
    """Drop a lone letter at either end: "a four" is no code, "d e eight nine" may be one."""
    lettered = [written.isalpha() for written, _ in parts]
    first = 1 if lettered[:1] == [True] and lettered[1:2] != [True] else 0
    last = len(parts) - 1 if lettered[-1:] == [True] and lettered[-2:-1] != [True] else len(parts)
    return parts[first:last]


def _written(tokens: list[Token], i: int) -> tuple[str, int]:
    """Read one number or letter: how it is written and how many tokens it took ("" when it is neither)."""
    word = tokens[i][0]
    following = tokens[i + 1][0] if i + 1 < len(tokens) else ""
    if word in _TIMES:
        unit = _UNITS.get(following, following if len(following) == 1 else "")
        return (unit * _TIMES[word], 2) if unit else ("", 0)
    if word in _UNITS and following == "hundred":
        return _UNITS[word] + "00", 2
    if word in _TENS:
        unit = _UNITS.get(following, "")
        return (_TENS[word] + unit, 2) if unit not in ("", "0") else (_TENS[word] + "0", 1)
    if word.isdigit() or word in _UNITS or word in _TEENS:
        return (word if word.isdigit() else _UNITS.get(word) or _TEENS[word]), 1
    return _letter(tokens, i)


def _letter(tokens: list[Token], i: int) -> tuple[str, int]:
    """Read "d", "delta", "d for delta" or "d as in delta"."""
    word = tokens[i][0]
    after = [token[0] for token in tokens[i + 1 : i + 4]]
    if len(word) == 1 and word.isascii() and word.isalpha():
        if after[:1] == ["for"] and len(after) > 1 and after[1][:1] == word:
            return word, 3
        if after[:2] == ["as", "in"] and len(after) > 2 and after[2][:1] == word:
            return word, 4
        return word, 1
    return (_LETTER_WORDS[word], 1) if word in _LETTER_WORDS else ("", 0)
