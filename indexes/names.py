"""People's names: those the workspace knows, and those somebody introduces."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from indexes.ordinary import AMBIGUOUS, NEVER_ALONE, NOT_NAMES

_CAP = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’À-ž-]*"
_ANY = r"[^\W\d_][\w'’-]*"
_ADDRESSED = r"(?:hi|hello|hey|dear|thanks|thank you|welcome|sorry|morning|afternoon|evening|cheers|bye|sure|okay|ok)"


def _cue(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("\n", ""), re.IGNORECASE)


_CUE = _cue(
    rf"""\b(?:(?:my|your|the|full|first|last|account|holder|holder's|holder’s|contact|sur) ?name
(?: on (?:the|my) [a-z]+)?(?:'s|’s|s| is|:| ?=)|(?:full|first|last) name|name ?:|
(?:account )?holder(?:'s name)? is|under the name(?: of)?|it's under|
mein name ist|ich hei(?:ß|ss)e|
je m'appelle|me llamo|mi chiamo|jag heter|jeg hedder)
 *[:,]?\s+(?P<hide>{_ANY}(?: {_ANY}){{0,3}})"""
)
_BARE_CUE = re.compile(rf"(?i:\bmy name|^name|\band name) (?:i |s )?(?P<hide>{_ANY}(?: {_ANY}){{0,2}})")
_THIS_IS = _cue(
    rf"""\b(?:this is|it's|it’s|i am|i'm|i’m) (?P<hide>{_ANY}(?: {_ANY}){{0,2}}?)
(?=,? (?:speaking|calling from|calling about|here,? (?:from|calling|how)|on the line))"""
)
_SPEAKING = re.compile(rf"(?P<hide>{_CAP}(?: {_CAP}){{0,2}}),? speaking\b")
_I_AM = re.compile(
    rf"(?i:\b(?:i am|i'm|i’m|this is|(?:speaking|talking|chatting|through) (?:with|to)|call me|asked for))"
    rf" (?P<hide>{_CAP}(?: {_CAP}){{0,2}})"
)
_ITS = re.compile(rf"(?i:\bit's|\bit’s) (?P<hide>{_CAP}(?: {_CAP}){{1,2}})")
_TITLE = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau)\b\.? (?P<hide>{_CAP}(?: {_CAP}){{0,2}})")
_GREETING = re.compile(
    rf"\b(?i:{_ADDRESSED})(?i: again| there| so much| very much)?,? (?P<hide>{_CAP}(?: {_CAP})?)"
    r"(?=[,.!?;]|\s+(?i:and|i|for|how|my|this|it|we|let|thank)\b|\s*$)"
)
_CLOSING = r"(?:regards|sincerely|faithfully|truly|wishes|thanks|advance|grüßen|grüße)"
_SIGNED = re.compile(rf"(?i:\b{_CLOSING})[,.!]?[ \t]*\n\s*(?P<hide>{_CAP}(?: {_CAP}){{0,2}})(?=[ \t]*(?:[\n,]|$))")
_LETTERS = re.compile(r"[^\W\d_]+")
_INTRODUCTIONS = (
    (
        frozenset(
            ["name", "names", "surname", "holder", "under", "heisse", "appelle", "llamo", "chiamo", "heter", "hedder"]
        ),
        _CUE,
    ),
    (frozenset(("name",)), _BARE_CUE),
    (frozenset(("speaking", "calling", "here", "line")), _THIS_IS),
    (frozenset(("speaking",)), _SPEAKING),
    (frozenset(("am", "m", "this", "speaking", "talking", "chatting", "through", "call", "asked")), _I_AM),
    (frozenset(("it",)), _ITS),
    (frozenset(("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau")), _TITLE),
    (frozenset(_LETTERS.findall(_ADDRESSED)), _GREETING),
    (
        frozenset(["regards", "sincerely", "faithfully", "truly", "wishes", "thanks", "advance", "grussen", "grusse"]),
        _SIGNED,
    ),
)
_INTRODUCING = frozenset[str]().union(*(words for words, _ in _INTRODUCTIONS))
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SINGLE = re.compile(r"(?<![\w'’])[A-Za-z](?:(?:[ .,]{1,2}|-)[A-Za-z]){3,}(?![\w'’])")


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names looked up word by word: full names whatever their case, single parts where they can be nothing else.

    A part that is an ordinary word too ("Price") counts when it is capitalised inside a sentence.
    """

    by_first: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    parts: frozenset[str] = frozenset()

    def find(self, text: str, said: Collection[str]) -> Iterator[tuple[int, int]]:
        """Yield where known names stand; `said` are the text's letters-only words as `letters` gives them."""
        if self.parts.isdisjoint(said):
            return
        words = [(fold(m.group()), m.start(), m.end()) for m in _LETTERS.finditer(text)]
        for i, (word, start, end) in enumerate(words):
            if word not in self.parts:
                continue
            for name in self.by_first.get(word, ()):
                if tuple(w for w, _, _ in words[i : i + len(name)]) == name:
                    yield start, words[i + len(name) - 1][2]
            if _stands_alone(text, word, start, end):
                yield start, end


def _stands_alone(text: str, word: str, start: int, end: int) -> bool:
    if len(word) < 3 or word in NEVER_ALONE:
        return False
    if word not in AMBIGUOUS and word not in NOT_NAMES:
        return True
    return text[start].isupper() and not text[start:end].isupper() and _INSIDE.search(text, 0, start) is not None


_INSIDE = re.compile(r"[\w,;:]['\"’”]?\s+$")
_PLAIN = str.maketrans("àáâãäåçèéêëìíîïñòóôõöøùúûüýÿšžčćđłńęąśźżřťůěő", "aaaaaaceeeeiiiinoooooouuuuyyszccdlneaszzrtueo")
_SPELLED_OUT = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("å", "aa"), ("ø", "oe"), ("æ", "ae"), ("ß", "ss"))


def fold(word: str) -> str:
    """Write a word in lower case without accents."""
    lowered = word.lower()
    return lowered if lowered.isascii() else lowered.translate(_PLAIN).replace("ß", "ss").replace("æ", "ae")


def known_names(names: Collection[str]) -> KnownNames:
    """Prepare names for lookup, as they are written and with umlauts spelled out."""
    written = {form for name in names for form in (name, _spelled_out(name.lower()))}
    split = {tuple(letters(name)) for name in written}
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for name in sorted((name for name in split if len(name) > 1), key=lambda name: (-len(name), name)):
        by_first.setdefault(name[0], []).append(name)
    return KnownNames(
        {first: tuple(rest) for first, rest in by_first.items()}, frozenset(part for name in split for part in name)
    )


def _spelled_out(name: str) -> str:
    for letter, written in _SPELLED_OUT:
        name = name.replace(letter, written)
    return name


def letters(text: str) -> list[str]:
    """Split into runs of letters, in lower case without accents."""
    return _LETTERS.findall(text.lower()) if text.isascii() else [fold(word) for word in _LETTERS.findall(text)]


def spelled(text: str, said: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where a word is spelled letter by letter ("k e l l e r", "K-E-L-L-E-R")."""
    if sum(len(word) == 1 for word in said) >= 4:
        yield from (match.span() for match in _SINGLE.finditer(text))


def introduced(text: str, said: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where a person is introduced, addressed or titled by name."""
    if _INTRODUCING.isdisjoint(said):
        return
    for words, pattern in _INTRODUCTIONS:
        if words.isdisjoint(said):
            continue
        for match in pattern.finditer(text):
            if span := _name_in(text, *match.span("hide"), strict=pattern in (_I_AM, _GREETING, _SIGNED)):
                yield span


def _name_in(text: str, start: int, end: int, *, strict: bool) -> tuple[int, int] | None:
    """Keep the leading words that can be a name: capitalised ones, or unusual ones in lower case."""
    kept = start
    capitals = text[start].isupper()
    for match in _WORD.finditer(text, start, end):
        word = match.group()
        if not can_be_name(word) or (capitals and not word[0].isupper()) or (strict and len(word) < 2):
            break
        kept = match.end()
    return (start, kept) if kept > start else None


def can_be_name(word: str) -> bool:
    """Say whether a word is none of those that commonly follow where a name is expected."""
    lowered = word.lower().replace("’", "'")
    return lowered not in NOT_NAMES and not lowered.endswith(("'m", "'ll", "'ve", "'re", "'d"))
