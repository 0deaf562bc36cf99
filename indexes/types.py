"""The values that evidence is made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


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
    all of them; `share` = contacts / of_contacts with its Wilson interval `ci`.
    """

    theme: str
    passages: int
    contacts: int
    of_contacts: int
    contacts_in_slice: int
    share: float
    share_before: float | None
    ci: tuple[float, float]
