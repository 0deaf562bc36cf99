"""Hiding personal data: pattern recognisers with checksums, cues, and names."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from indexes.cues import BARE_PHONE, CUES, TRIGGERS
from indexes.names import KnownNames, introduced, known_names, letters
from indexes.settings import RedactionSettings
from indexes.spoken import has_spoken_digits, normalise
from indexes.types import Contact, Turn

_DIGIT = re.compile(r"\d")
_PLACEHOLDER = re.compile(r"\[[A-Z_]{2,}\]")
_LONG_NUMBER = re.compile(r"(?<![\w.])\d{9,}(?!\w)")
_DATE_LIKE = re.compile(
    r"\b(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2}|\b\d{1,2}[-./]\d{1,2}[-./](?:19|20)?\d{2}\b|\d{1,2}[:/]\d{2}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of text to hide and what kind of thing it is."""

    start: int
    end: int
    kind: str


class Redactor:
    """Replaces personal data by typed placeholders such as `[CARD]`; redacting twice changes nothing."""

    def __init__(self, settings: RedactionSettings, known: Collection[str] = ()) -> None:
        self._regions = settings.regions
        self._known = known_names(known)

    def redact(self, text: str) -> str:
        """Hide what is personal in a text."""
        return _replaced(text, self.find(text))

    def find(self, text: str) -> tuple[Span, ...]:
        """Find what is personal: spans in order, none overlapping."""
        said = letters(text)
        return self._find(text, said, introduced(text, said), self._known)

    def contact(self, contact: Contact) -> tuple[Contact, int]:
        """Redact a conversation and count the spans; a name introduced once is hidden in every turn."""
        said = [letters(turn.text) for turn in contact.turns]
        told = [tuple(introduced(turn.text, words)) for turn, words in zip(contact.turns, said, strict=True)]
        within = known_names({turn.text[a:b] for turn, at in zip(contact.turns, told, strict=True) for a, b in at})
        turns: list[Turn] = []
        count = 0
        for turn, words, at in zip(contact.turns, said, told, strict=True):
            spans = self._find(turn.text, words, at, self._known, within)
            turns.append(replace(turn, text=_replaced(turn.text, spans)) if spans else turn)
            count += len(spans)
        return replace(contact, turns=tuple(turns)), count

    def _find(
        self, text: str, said: Collection[str], introductions: Iterable[tuple[int, int]], *names: KnownNames
    ) -> tuple[Span, ...]:
        found = list(_patterns(text, said, self._regions))
        found += [Span(start=a, end=b, kind="NAME") for a, b in introductions]
        found += [Span(start=a, end=b, kind="NAME") for known in names for a, b in known.find(text, said)]
        return _apart(found, text) if found else ()


def _patterns(text: str, said: Collection[str], regions: Sequence[str]) -> Iterator[Span]:
    spoken = has_spoken_digits(said)
    if not (spoken or _DIGIT.search(text) or "@" in text or "::" in text or not TRIGGERS.isdisjoint(said)):
        return
    yield from _written(text, regions)
    if spoken:
        written = normalise(text)
        for span in _written(written.text, regions):
            start, end = written.span(span.start, span.end)
            yield replace(span, start=start, end=end)


def _written(text: str, regions: Sequence[str]) -> Iterator[Span]:
    lowered = text.lower()
    for kind, words, pattern in CUES:
        if words and not any(word in lowered for word in words):
            continue
        for match in pattern.finditer(text):
            if kind != "PHONE" or not _DATE_LIKE.search(match["hide"]):
                yield Span(start=match.start("hide"), end=match.end("hide"), kind=kind)
    for match in BARE_PHONE.finditer(text):
        if _like_phone(match.group()):
            yield Span(start=match.start(), end=match.end(), kind="PHONE")
    for recogniser, kind in _wanted(text, regions):
        upper = text.upper() if kind == "IBAN" else text
        for hit in recogniser.analyze(upper if len(upper) == len(text) else text, recogniser.supported_entities, None):
            if hit.score >= 0.3 and not (kind == "PHONE" and _DATE_LIKE.search(text, hit.start, hit.end)):
                yield Span(start=hit.start, end=hit.end, kind=kind)
    for match in _LONG_NUMBER.finditer(text):
        yield Span(start=match.start(), end=match.end(), kind="NUMBER")


def _like_phone(text: str) -> bool:
    """Tell a telephone number from dates, amounts and ranges."""
    digits = len(_DIGIT.findall(text))
    return 6 <= digits <= 15 and not _DATE_LIKE.search(text) and (digits >= 9 or text[0] in "+(0" or digits == 7)


_ADDRESS_OF_HOST = re.compile(r"\d\.\d{1,3}\.\d|[0-9a-fA-F]*:[0-9a-fA-F]*:")
_IBAN = re.compile(r"\b[A-Za-z]{2}\s?\d{2}[\s-]?[A-Za-z0-9]{4}")
_NINO = re.compile(r"\b[A-Za-z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-Da-d]\b")


def _wanted(text: str, regions: Sequence[str]) -> Iterator[tuple[Any, str]]:
    """Name the recognisers worth running; a phone search costs milliseconds, a look at the digits nothing."""
    digits = len(_DIGIT.findall(text))
    if "@" in text:
        yield _recogniser("EMAIL"), "EMAIL"
    if digits < 4:
        return
    if digits >= 12:
        yield _recogniser("CARD"), "CARD"
    if digits >= 10 and _IBAN.search(text):
        yield _recogniser("IBAN"), "IBAN"
    if _ADDRESS_OF_HOST.search(text):
        yield _recogniser("IP"), "IP"
    if digits >= 9:
        yield _recogniser("SSN"), "NATIONAL_ID"
    if _NINO.search(text):
        yield _recogniser("NINO"), "NATIONAL_ID"
    if digits >= 7:
        yield _phone(tuple(regions)), "PHONE"


@cache
def _recogniser(kind: str) -> Any:
    """Load a Presidio recogniser by itself: its AnalyzerEngine would fetch a language model."""
    from presidio_analyzer import Pattern
    from presidio_analyzer import predefined_recognizers as known

    if kind == "EMAIL":
        return _offline_email(known.EmailRecognizer)
    if kind == "CARD":
        any_card = Pattern("card", r"(?<![\d.])\d(?:[ \-.]{0,2}\d){11,18}(?!\d)", 0.3)
        return known.CreditCardRecognizer(patterns=[any_card], replacement_pairs=[("-", ""), (" ", ""), (".", "")])
    return {
        "IBAN": known.IbanRecognizer,
        "IP": known.IpRecognizer,
        "SSN": known.UsSsnRecognizer,
        "NINO": known.UkNinoRecognizer,
    }[kind]()


@cache
def _phone(regions: tuple[str, ...]) -> Any:
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer

    return PhoneRecognizer(supported_regions=regions)


def _offline_email(base: Any) -> Any:
    """Give the e-mail recogniser the bundled list of domain endings: by default it asks the network."""
    import tldextract

    bundled = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

    class OfflineEmail(base):  # type: ignore[misc]
        def validate_result(self, pattern_text: str) -> bool:
            return bool(bundled(pattern_text).fqdn)

    return OfflineEmail()


_RANK = ("CARD", "IBAN", "EMAIL", "PASSWORD", "DATE_OF_BIRTH", "NATIONAL_ID", "PHONE", "IP", "ACCOUNT", "ADDRESS",
         "POSTCODE", "NAME", "NUMBER")  # fmt: skip


def _apart(spans: list[Span], text: str) -> tuple[Span, ...]:
    """Join what overlaps under the most telling kind, leaving earlier placeholders alone."""
    taken = [match.span() for match in _PLACEHOLDER.finditer(text)]
    free = [s for s in spans if not any(a < s.end and s.start < b for a, b in taken)]
    joined: list[Span] = []
    for span in sorted(free, key=lambda s: (s.start, -s.end)):
        if joined and span.start < joined[-1].end:
            last = joined[-1]
            kind = min(last.kind, span.kind, key=_RANK.index)
            joined[-1] = Span(start=last.start, end=max(last.end, span.end), kind=kind)
        else:
            joined.append(span)
    return tuple(joined)


def _replaced(text: str, spans: Sequence[Span]) -> str:
    out: list[str] = []
    at = 0
    for span in spans:
        out += [text[at : span.start], f"[{span.kind}]"]
        at = span.end
    return "".join([*out, text[at:]])
