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
(?: on (?:the|my) [a-z]+)?(?:'s|’s|s| is|:| ?=)| name ?:|(?:account )?holder(?:'s name)? is|under the name(?: of)?|
it's under|mein name ist|ich hei(?:ß|ss)e)
 *[:,]?\s+(?P<hide>{_ANY}(?: {_ANY}){{0,3}})"""
)
_BARE_CUE = re.compile(rf"(?i:\bmy name) (?P<hide>{_CAP}(?: {_CAP}){{0,2}})")
_THIS_IS = _cue(
    rf"""\b(?:this is|it's|it’s|i am|i'm|i’m) (?P<hide>{_ANY}(?: {_ANY}){{0,2}}?)
(?=,? (?:speaking|calling from|calling about|here,? (?:from|calling|how)|on the line))"""
)
_I_AM = re.compile(
    rf"(?i:\b(?:i am|i'm|i’m|this is|(?:speaking|talking|chatting|through) (?:with|to)|call me|it's|it’s|asked for))"
    rf" (?P<hide>{_CAP}(?: {_CAP}){{0,2}})"
)
_TITLE = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau)\b\.? (?P<hide>{_CAP}(?: {_CAP}){{0,2}})")
_GREETING = re.compile(
    rf"\b(?i:{_ADDRESSED})(?i: again| there| so much| very much)?,? (?P<hide>{_CAP}(?: {_CAP})?)"
    r"(?=[,.!?;]|\s+(?i:and|i|for|how|my|this|it|we|let|thank)\b|\s*$)"
)
_TRIGGER = re.compile(
    r"name|holder|heiße|heisse|\b(?:this is|it's|it’s|i am|i'm|i’m|speaking|talking|chatting|through|call me|asked for|"
    rf"mr|mrs|ms|miss|mx|dr|prof|herr|frau|{_ADDRESSED[3:-1]})\b",
    re.IGNORECASE,
)
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

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where known names stand."""
        if not self.parts:
            return
        words = [(m.group(), m.start(), m.end()) for m in _WORD.finditer(text)]
        lowered = [_bare(word) for word, _, _ in words]
        for i, (word, start, end) in enumerate(words):
            if lowered[i] not in self.parts and lowered[i] not in self.by_first:
                continue
            for name in self.by_first.get(lowered[i], ()):
                if tuple(lowered[i : i + len(name)]) == name:
                    yield start, words[i + len(name) - 1][2]
            if word[0].isupper() and lowered[i] in self.parts and lowered[i] not in _AMBIGUOUS:
                yield start, start + len(lowered[i]) if lowered[i] != word.lower() else end


def _bare(word: str) -> str:
    return word.lower().removesuffix("'s").removesuffix("’s")


def known_names(names: Collection[str]) -> KnownNames:
    """Prepare names for lookup; initials and one-letter parts are left out."""
    split = [tuple(_bare(m.group()) for m in _WORD.finditer(name)) for name in names]
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for name in sorted({name for name in split if len(name) > 1}, key=len, reverse=True):
        by_first.setdefault(name[0], []).append(name)
    parts = frozenset(part for name in split for part in name if len(part) > 2)
    return KnownNames({first: tuple(rest) for first, rest in by_first.items()}, parts)


def introduced(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a person is introduced, addressed or titled by name."""
    if not _TRIGGER.search(text):
        return
    for pattern in (_CUE, _BARE_CUE, _THIS_IS, _I_AM, _TITLE, _GREETING):
        for match in pattern.finditer(text):
            if span := _name_in(text, *match.span("hide"), strict=pattern in (_I_AM, _GREETING)):
                yield span


def _name_in(text: str, start: int, end: int, *, strict: bool) -> tuple[int, int] | None:
    """Keep the leading words that can be a name: capitalised ones, or unusual ones in lower case."""
    kept = start
    capitals = text[start].isupper()
    for match in _WORD.finditer(text, start, end):
        word = match.group()
        usual = _bare(word) in _NOT_NAMES or ("'" in word and word.split("'")[1] in ("m", "ll", "ve", "re", "d"))
        if usual or (capitals and not word[0].isupper()) or (strict and len(word) < 2):
            break
        kept = match.end()
    return (start, kept) if kept > start else None
