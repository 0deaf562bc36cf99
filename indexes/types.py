"""The values that evidence is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from semantic_layer.query import Filter

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told (stage, done, total) while an index is built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one speaker said at once; `number` is the one citations use."""

    number: int
    speaker: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A conversation as it was read, or as it is stored once redacted."""

    contact_id: str
    turns: tuple[Turn, ...]
    language: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A record that could not be read; `line` is the record's number in JSON arrays and Parquet."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A passage: `quote` is verbatim in the redacted transcript at `citation` (`contact_id:first-last`)."""

    citation: str
    contact_id: str
    turns: tuple[int, int]
    speaker: str
    occurred_at: datetime | None
    quote: str
    theme: str | None = None
    stance: Literal["supports", "counters"] = "supports"
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What part of a slice's contacts say something, against a baseline.

    `of_contacts` counts the contacts of the slice that have a transcript, `contacts_in_slice`
    all of them; `share` = contacts / of_contacts with its Wilson interval `ci`; `share_before` is that of the
    slice in the earlier period, `share_elsewhere` that of everyone else in the same one. `filters` name the slice,
    `citations` what is quoted for it, `countered_by` what is quoted against it. Contacts are counted by the reason
    recorded with them, by the words said in them, or by a classifier whose `precision` and `recall` widen `ci`.
    """

    theme: str
    passages: int
    contacts: int
    of_contacts: int
    contacts_in_slice: int
    share: float
    share_before: float | None
    ci: tuple[float, float]
    share_elsewhere: float | None = None
    filters: tuple[Filter, ...] = ()
    citations: tuple[str, ...] = ()
    countered_by: tuple[str, ...] = ()
    counted_by: Literal["record", "words", "classifier"] = "words"
    precision: float | None = None
    recall: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTheme:
    """A theme of the index: the reasons it is made of, and how many contacts carry it how surely.

    `precision` and `recall` are those of telling it on contacts that it was not found on, None where unmeasured.
    """

    ids: tuple[str, ...]
    name: str
    words: tuple[str, ...]
    contacts: int
    probability: float
    precision: float | None = None
    recall: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeEvidence:
    """A theme and the customers' sentences that carry it."""

    theme: Theme
    evidence: tuple[Evidence, ...]


def told_by(theme: Theme, evidence: Sequence[Evidence]) -> ThemeEvidence:
    """Put a theme and what is quoted for it together."""
    cited = replace(theme, citations=tuple(e.citation for e in evidence))
    return ThemeEvidence(theme=cited, evidence=tuple(evidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What a build did; `redactions` counts the spans hidden in the contacts it read anew."""

    contacts: int
    passages: int
    added: int
    updated: int
    removed: int
    redactions: int
    bad_lines: tuple[BadLine, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """What an index holds; `stale` when its source files have changed since it was built."""

    contacts: int
    passages: int
    stale: bool
    bad_lines: tuple[BadLine, ...]
