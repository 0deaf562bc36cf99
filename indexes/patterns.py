"""Personal data recognised in a text by its shape, its checksum or the words around it."""

import re
from collections.abc import Collection, Iterator, Sequence

from indexes.cues import CUES, TRIGGERS
from indexes.phones import is_amount, telephones
from indexes.recognisers import recognised
from indexes.spoken import Normalised, has_spoken_digits, normalise

Found = tuple[int, int, str]
"""(start, end, kind)."""

_DIGIT = re.compile(r"\d")
_LONG_NUMBER = re.compile(r"(?<![\w.])\d{9,}(?!\w)")
_DATE_LIKE = re.compile(
    r"\b(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2}|\b\d{1,2}[-./]\d{1,2}[-./](?:19|20)?\d{2}\b|\d{1,2}[:/]\d{2}"
)


def patterns(text: str, said: Collection[str], regions: Sequence[str]) -> Iterator[Found]:
    """Yield what is personal in a text, written or said digit by digit; `said` are its words."""
    spoken = has_spoken_digits(said)
    if not (spoken or _DIGIT.search(text) or "@" in text or "::" in text or not TRIGGERS.isdisjoint(said)):
        return
    yield from _written(text, regions)
    if spoken:
        written = normalise(text)
        yield from as_said(written, _written(written.text, regions))
        yield from ((start, end, "NUMBER") for start, end in written.codes)


def as_said(written: Normalised, found: Iterator[Found]) -> Iterator[Found]:
    """Map what was found in a normalised text to where it was said."""
    for start, end, kind in found:
        yield (*written.span(start, end), kind)


def _written(text: str, regions: Sequence[str]) -> Iterator[Found]:
    lowered = text.lower()
    for kind, words, pattern in CUES:
        if words and not any(word in lowered for word in words):
            continue
        for match in pattern.finditer(text):
            if kind != "PHONE" or not (_DATE_LIKE.search(match["hide"]) or is_amount(match["hide"])):
                yield (*match.span("hide"), kind)
    if not _DIGIT.search(text) and "@" not in text:
        return
    yield from ((start, end, "PHONE") for start, end in telephones(text, regions))
    yield from recognised(text, regions)
    for match in _LONG_NUMBER.finditer(text):
        yield (*match.span(), "NUMBER")
