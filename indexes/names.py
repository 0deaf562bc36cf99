"""People's names: those the workspace knows, and those somebody introduces."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

_CAP = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’À-ž-]*"
_ANY = r"[^\W\d_][\w'’-]*"
_ADDRESSED = r"(?:hi|hello|hey|dear|thanks|thank you|welcome|sorry|morning|afternoon|evening|cheers|bye|sure|okay|ok)"


def _cue(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("\n", ""), re.IGNORECASE)


_CUE = _cue(
    rf"""\b(?:(?:my|your|the|full|first|last|account|holder|holder's|holder’s|contact|sur) ?name
(?: on (?:the|my) [a-z]+)?(?:'s|’s|s| is|:| ?=)|name ?:|(?:account )?holder(?:'s name)? is|under the name(?: of)?|
it's under|mein name ist|ich hei(?:ß|ss)e)
 *[:,]?\s+(?P<hide>{_ANY}(?: {_ANY}){{0,3}})"""
)
_BARE_CUE = re.compile(rf"(?i:\bmy name) (?P<hide>{_CAP}(?: {_CAP}){{0,2}})")
_THIS_IS = _cue(
    rf"""\b(?:this is|it's|it’s|i am|i'm|i’m) (?P<hide>{_ANY}(?: {_ANY}){{0,2}}?)
(?=,? (?:speaking|calling from|calling about|here,? (?:from|calling|how)|on the line))"""
)
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
    (frozenset(("name", "names", "surname", "holder", "under", "heiße", "heisse")), _CUE),
    (frozenset(("name",)), _BARE_CUE),
    (frozenset(("speaking", "calling", "here", "line")), _THIS_IS),
    (frozenset(("am", "m", "this", "speaking", "talking", "chatting", "through", "call", "asked")), _I_AM),
    (frozenset(("it",)), _ITS),
    (frozenset(("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau")), _TITLE),
    (frozenset(_LETTERS.findall(_ADDRESSED)), _GREETING),
    (frozenset(_LETTERS.findall(_CLOSING)), _SIGNED),
)
_INTRODUCING = frozenset[str]().union(*(words for words, _ in _INTRODUCTIONS))
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_NOT_NAMES_TEXT = """
a able about absolutely account actually afraid after afternoon again agent all already also although always am an and
angry annoyed another any anyone apologise appreciate are as at available back bad because been before being bill
billing both but by call calling came can changed chat cheers confused correct could customer dad day dear did
disappointed do does done due either email english even evening everyone everything family fibre fine first folks for
from frustrated fully getting glad go goes going gone good got great guys had happy has have having he hello help her
here hey hi him his hmm hoping how however i i'd i'll i'm i've if in interested internet into is issue it it's its
just kind know late later let like live living look looking ma'am maam madam made make may maybe me mine missing
mobile mom morning mr mrs much mum my need new nice no nope not nothing now number of off oh ok okay on one only or
our out over paying phone please pleased probably problem put quite ready really registered right sad said see sick
since sir sitting so some somebody someone sorry speaking spelled spelt still stuck such support supposed sure team
tech technical terrible thank thanks that that's the their them then there there's these they this though thought
through tired to today told tomorrow too trying two unable under understand unhappy until up upset us using very
waiting want wanting was watching we we'd we'll we're we've welcome well were what what's when where which while who
why will wish with without wondering working worried would wrong yeah yes yesterday yet you you'd you'll you're you've
your yours
"""
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())
_AMBIGUOUS_TEXT = """
april art august banks bell best bill black bright brown carry case cash chance chase christian cook dawn day dean don
drew earl english eve faith field fox frank french german glass good grace grant gray green grey guy hall hand hardy
harmony head hill holiday home hope house iris ivy jack joy june key king lane lily long love major mark mason max may
mercy miles moody moon new north page park pat peace pearl penny pound price ray read ready reed rich rivers rob rose
savage self sharp short singer sky small smart snow song star stone storm street strong sue summer swift true victory
wall ward waters way west white will wise wood work worth young
"""
_AMBIGUOUS = frozenset(_AMBIGUOUS_TEXT.split())


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names looked up word by word: full names whatever their case, single parts when capitalised."""

    by_first: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    parts: frozenset[str] = frozenset()

    def find(self, text: str, said: Collection[str]) -> Iterator[tuple[int, int]]:
        """Yield where known names stand; `said` are the text's letters-only words in lower case."""
        if self.parts.isdisjoint(said):
            return
        words = [(m.group().lower(), m.start(), m.end()) for m in _LETTERS.finditer(text)]
        for i, (word, start, end) in enumerate(words):
            if word not in self.parts:
                continue
            for name in self.by_first.get(word, ()):
                if tuple(w for w, _, _ in words[i : i + len(name)]) == name:
                    yield start, words[i + len(name) - 1][2]
            if text[start].isupper() and len(word) > 2 and word not in _AMBIGUOUS:
                yield start, end


def known_names(names: Collection[str]) -> KnownNames:
    """Prepare names for lookup."""
    split = {tuple(_LETTERS.findall(name.lower())) for name in names}
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for name in sorted((name for name in split if len(name) > 1), key=lambda name: (-len(name), name)):
        by_first.setdefault(name[0], []).append(name)
    return KnownNames(
        {first: tuple(rest) for first, rest in by_first.items()}, frozenset(part for name in split for part in name)
    )


def letters(text: str) -> list[str]:
    """Split into runs of letters, in lower case."""
    return _LETTERS.findall(text.lower())


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
        usual = word.lower() in _NOT_NAMES or word.lower().endswith(("'m", "'ll", "'ve", "'re", "'d"))
        if usual or (capitals and not word[0].isupper()) or (strict and len(word) < 2):
            break
        kept = match.end()
    return (start, kept) if kept > start else None
