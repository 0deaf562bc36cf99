"""What somebody asks the other for: the answer is personal, however it is put ("Your name?" "vino raj")."""

import re
from collections.abc import Iterator
from typing import Final

from indexes.cues import NO_STREET
from indexes.names import can_be_name

_ASK = re.compile(
    r"\b(?:may i|can i|could i|could you|can you|would you|will you|please|what(?:'s|’s| is| are| was)|which|tell me|"
    r"give me|provide|confirm|verify|need|have|know|spell|share|enter|type|who|for)\b",
    re.IGNORECASE,
)
_BEFORE, _AFTER = 80, 30
_WANTED_TEXT: Final = {
    "NAME": r"(?:full|first|last|sur|your|holder(?:'s|’s)?)\s?names?\b|name\s+(?:please|on\s+the)|"
    r"am\s+i\s+(?:speaking|talking|chatting)|spell\s+(?:that|it|your)",
    "EMAIL": r"e-?mail",
    "ADDRESS": r"(?:home|street|postal|billing|delivery|full|current|new|your|the)\s+address",
    "POSTCODE": r"post\s?code|postal\s+code|zip",
    "DATE_OF_BIRTH": r"date\s+of\s+birth|birth\s?(?:date|day)|d\.?o\.?b\b|were\s+you\s+born|you\s+were\s+born",
    "PASSWORD": r"pass(?:word|phrase|code)|\bpin\b|security\s+(?:answer|word|question|code)|maiden\s+name|memorable|"
    r"one[- ]time",
    "NATIONAL_ID": r"social|ssn|national\s+(?:id|insurance)|tax\s+(?:id|number)|passport|licen[cs]e\s+n",
    "PHONE": r"(?:phone|mobile|telephone|cell|contact|callback|call[- ]back|best)\s*(?:number|no\b)|"
    r"number\s+(?:to|can\s+we)\s+(?:reach|call)",
    "ACCOUNT": r"(?:account|card|policy|customer|member(?:ship)?|claim|booking|confirmation|reservation|order|"
    r"reference|routing|subscriber|user)\s*(?:confirmation\s+)?(?:number|no\b|id\b|code|digits)|last\s+(?:four|4)",
}
_WANTED: Final = tuple((kind, re.compile(rf"\b(?:{text})", re.IGNORECASE)) for kind, text in _WANTED_TEXT.items())
_CUES: Final = {
    "NAME": "name names surname speaking talking chatting spell",
    "EMAIL": "email mail",
    "ADDRESS": "address",
    "POSTCODE": "postcode post postal zip zipcode",
    "DATE_OF_BIRTH": "birth birthday birthdate dob born d",
    "PASSWORD": "password passcode passphrase pin security maiden memorable time",
    "NATIONAL_ID": "social ssn national tax passport license licence",
    "PHONE": "phone mobile telephone cell contact callback back best number",
    "ACCOUNT": "number no id digits last code",
}
_CUE_WORDS: Final = {kind: frozenset(words.split()) for kind, words in _CUES.items()}
_ANY_CUE: Final = frozenset[str]().union(*_CUE_WORDS.values())
_NUMBER = re.compile(
    r"(?<![\w$€£.,'’])(?:(?P<letters>[A-Za-z]{1,3})[ -]?)?(?P<number>\d[A-Za-z0-9]*(?:[ \-./][A-Za-z]?\d[A-Za-z0-9]*)*)"
    r"(?![\w%€£]|[.,]\d|\s*(?:days?|weeks?|months?|years?|hours?|minutes?|times?|percent|euros?|pounds?|dollars?|eur|"
    r"gbp|usd|people|passengers?)\b)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_LEADING = re.compile(
    r"(?i:\W*\b(?:yes|yeah|yep|sure|ok|okay|of course|certainly|absolutely|hi|hello|oh|um|uh|well|no problem|"
    r"here you go|it's|it’s|it is|that's|that’s|that is|this is|i'm|i’m|i am|my name is|my name's|name is|its|"
    r"the name is|you can call me|is|my|name|thanks|thank you|please)\b[\s,.:;!-]*)*"
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_PLACE = re.compile(rf"(?<![\d.,€£$])\d{{1,5}}[A-Za-z]?,?\s(?!{NO_STREET})[^.?!\n]{{4,90}}", re.IGNORECASE)
_SECRET = re.compile(r"[^\s€£$]+(?:\s+[^\s€£$]+)?")
_SHORT = 5


def requested(text: str, said: list[str]) -> tuple[str, ...]:
    """Name the kinds of personal data that a turn asks for."""
    if _ANY_CUE.isdisjoint(said):
        return ()
    return tuple(kind for kind, wanted in _WANTED if not _CUE_WORDS[kind].isdisjoint(said) and _is_asked(text, wanted))


def _is_asked(text: str, wanted: re.Pattern[str]) -> bool:
    """Say whether something is wanted in words, or by a question mark."""
    return any(
        "?" in text[match.end() : match.end() + _AFTER]
        or _ASK.search(text, max(0, match.start() - _BEFORE), match.end()) is not None
        for match in wanted.finditer(text)
    )


def answered(text: str, kinds: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, kind) of what answers a request; `text` has spoken digits written out."""
    start = _LEADING.match(text).end()  # type: ignore[union-attr]
    for kind in kinds:
        if kind == "NAME":
            yield from _names(text, start)
        elif kind == "ADDRESS":
            yield from ((*match.span(), kind) for match in _PLACE.finditer(text) if len(match.group().split()) >= 3)
        elif kind == "EMAIL":
            continue
        else:
            yield from _numbers(text, kind)
            if kind == "PASSWORD" and (secret := _SECRET.fullmatch(text.rstrip(" .!"), start)):
                yield (*secret.span(), kind)


def _numbers(text: str, kind: str) -> Iterator[tuple[int, int, str]]:
    least = 2 if kind == "POSTCODE" else 3
    for match in _NUMBER.finditer(text):
        code = match["letters"] if match["letters"] and can_be_name(match["letters"]) else ""
        if sum(map(str.isdigit, match["number"])) >= least and not (_YEAR.fullmatch(match["number"]) and not code):
            yield match.start() if code else match.start("number"), match.end(), kind


def _names(text: str, start: int) -> Iterator[tuple[int, int, str]]:
    """A name comes first, or is nearly all that is said."""
    last = start
    for match in list(_WORD.finditer(text, start))[:4]:
        if text[last : match.start()].strip(" ,") or not can_be_name(match.group()):
            break
        last = match.end()
    words = len(text[start:].split())
    if last > start and (words <= _SHORT or text[start].isupper()):
        yield start, last, "NAME"
