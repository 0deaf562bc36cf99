"""Mends a mistyped word when one known word is clearly meant."""

from collections.abc import Iterable
from dataclasses import replace

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from assistant.planner.text import Token, spell, stem
from assistant.planner.words import words

Repair = tuple[str, str]
_VOWELS = frozenset("aeiou")


class Speller:
    """Knows the workspace's words and English grammar words.

    A word of common English is never mended, nor is one shorter than five letters unless two of
    its letters are swapped or its vowels left out: an answer to another question is worse than none.
    """

    def __init__(self, names: Iterable[str]) -> None:
        own = {n for n in names if n.isalpha()}
        grammar = _grammar()
        self._filler = _words(words().list_of("filler")) - own - grammar
        self._known = own | grammar | self._filler | _words(words().list_of("known"))
        self._stems = {stem(w) for w in self._known}
        self._targets = sorted(w for w in own | grammar | self._filler if len(w) >= 4 or (len(w) == 3 and w in own))
        self._own = sorted(own)
        self._by_bones: dict[str, list[str]] = {}
        for word in sorted(own | grammar):
            if len(word) >= 4:
                self._by_bones.setdefault(_bones(word), []).append(word)

    def known(self, token: Token) -> bool:
        """Tell whether a word, or another form of it, is in the lists."""
        return not token.word.isalpha() or token.word in self._known or token.stem in self._stems

    def mend(self, token: Token) -> Token:
        """Return the token with the word that is clearly meant, or as it was."""
        if self.known(token) or len(token.word) < 3 or (token.raw.isupper() and token.capital):
            return token
        if (full := self._without_vowels(token.word)) is not None:
            return replace(token, word=full, stem=stem(full))
        reach = 2 if len(token.word) >= 8 else 1
        found = extract(token.word, self._targets, scorer=OSA.distance, score_cutoff=reach, limit=12)
        close = [(word, int(far)) for word, far, _ in found if self._plausible(token.word, word, int(far))]
        close = [(word, far) for word, far in close if not (token.capital and word in self._filler)]
        best = min((d for _, d in close), default=0)
        meant = {stem(w) for w, d in close if d == best}
        if len(meant) != 1:
            return token
        word = next(w for w, d in close if d == best)
        return replace(token, word=word, stem=stem(word))

    def _without_vowels(self, typed: str) -> str | None:
        """Return the one word that is typed with vowels left out, or begun: "hndl", "tme", "prod"."""
        if len(typed) < 3:
            return None
        found = [w for w in self._by_bones.get(_bones(typed), ()) if len(w) > len(typed) and _skips(typed, w)]
        if not found and len(typed) >= 4:
            found = [w for w in self._own if len(w) > len(typed) and w.startswith(typed)]
        shortest = min(found, key=len, default=None)
        return shortest if shortest and all(w.startswith(stem(shortest)) for w in found) else None

    def _plausible(self, typed: str, word: str, distance: int) -> bool:
        """Tell whether a slip explains the difference; what would be dropped as filler needs swapped letters."""
        if typed[0] != word[0] and not _swapped(typed, word):
            return False
        if len(word) <= 4 or word in self._filler:
            return sorted(typed) == sorted(word)
        return distance <= (2 if len(word) >= 7 else 1)


def _bones(word: str) -> str:
    """Return a word's first letter and its further consonants."""
    return word[0] + "".join(c for c in word[1:] if c not in _VOWELS)


def _skips(typed: str, word: str) -> bool:
    """Tell whether the letters of one stand in the other in that order."""
    rest = iter(word)
    return all(c in rest for c in typed)


def _swapped(typed: str, word: str) -> bool:
    return sorted(typed[:2]) == sorted(word[:2]) and typed[2:] == word[2:]


def _grammar() -> set[str]:
    raw = words().raw
    texts = [*raw["months"], *raw["weekdays"], *raw["numbers"], *raw["ordinals"], *raw["entities"]]
    texts += [p for phrases in raw["cues"].values() for p in phrases]
    texts += [p for phrases in raw["time"].values() for p in phrases]
    texts += [p for unit in raw["units"].values() for p in unit[1:]] + list(raw["scale"]) + list(raw["currencies"])
    texts += [w for sense in raw["senses"] for side in ("words", "high", "low") for w in sense.get(side, ())]
    texts += ["yesterday", "tomorrow", "today", "half", "year", "commencing"]
    return _words(texts)


def _words(texts: Iterable[object]) -> set[str]:
    return {w for text in texts for w in spell(str(text))}
