"""How speech and typing go wrong, by seeded chance."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

_WORD = re.compile(r"[A-Za-z']{4,}")
_AFTER_PAUSE = re.compile(r"(?<=([,.?!]) )([A-Za-z']+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """One person's rates: typos a word, fillers a pause, short forms a word; `lower` drops capitals."""

    typo: float = 0.0
    filler: float = 0.0
    short: float = 0.0
    lower: bool = False


class Noise:
    """The sounds and slips of `noise.yml`."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._fillers: list[str] = settings["fillers"]
        self._asides: list[str] = settings["asides"]
        self._restarts: list[str] = settings["restarts"]
        self._small = frozenset(settings["small"].split())
        self._neighbours: dict[str, str] = settings["neighbours"]
        self._short: dict[str, str] = settings["short"]
        self._shortable = re.compile(r"\b(" + "|".join(map(re.escape, self._short)) + r")\b")

    def apply(self, text: str, habits: Habits, rng: Random) -> str:
        """Return the text as this person says or types it."""
        if habits.filler:
            text = self._disfluent(text, habits.filler, rng)
        if habits.short:
            text = self._shortable.sub(lambda m: self._short[m[0]] if rng.random() < habits.short else m[0], text)
        if habits.typo:
            text = _WORD.sub(lambda m: self._slip(m[0], rng) if rng.random() < habits.typo else m[0], text)
        return _lowered(text, rng) if habits.lower else text

    def _disfluent(self, text: str, rate: float, rng: Random) -> str:
        text = _AFTER_PAUSE.sub(lambda match: self._hesitating(match, rng) if rng.random() < rate else match[0], text)
        if rng.random() < rate:
            text = f"{rng.choice(self._fillers).capitalize()}, {self._uncapitalised(text)}"
        return _stammer(text, rng) if rng.random() < rate / 2 else text

    def _hesitating(self, match: re.Match[str], rng: Random) -> str:
        draw = rng.random()
        words = self._fillers if draw < 0.5 else self._asides if draw < 0.85 else self._restarts
        filler = rng.choice(words)
        return f"{filler if match[1] == ',' else filler[0].upper() + filler[1:]}, {self._uncapitalised(match[2])}"

    def _uncapitalised(self, text: str) -> str:
        first = text.split(" ", 1)[0].rstrip(",.?!").lower()
        return text[:1].lower() + text[1:] if first in self._small else text

    def _slip(self, word: str, rng: Random) -> str:
        at = rng.randrange(1, len(word) - 1)
        kind = rng.randrange(5)
        if kind == 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if kind == 1:
            return word[:at] + word[at + 1 :]
        if kind == 2:
            return word[:at] + word[at] + word[at:]
        if kind == 3:
            return word[:at] + self._neighbours.get(word[at], word[at]) + word[at + 1 :]
        return word.replace("'", "")


def _lowered(text: str, rng: Random) -> str:
    text = text.lower()
    return text.rstrip(".") if rng.random() < 0.7 else text


def _stammer(text: str, rng: Random) -> str:
    words = text.split(" ")
    if len(words) < 5:
        return text
    at = rng.randrange(len(words) - 2)
    if not words[at].isalpha() or len(words[at]) > 5:
        return text
    words.insert(at, words[at] + ("," if rng.random() < 0.5 else " -"))
    return " ".join(words)
