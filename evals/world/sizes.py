"""The sizes of the world and how its time is laid out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from semantic_layer.errors import UserError, did_you_mean

MONTHS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything; `scenario` is the file planted unless another is given."""

    name: str
    customers: int
    contacts: int
    transcripts: int
    agents_a_team: int
    scenario: str = "default.yml"
    through_parquet: bool = False


SIZES: Mapping[str, Size] = {
    size.name: size
    for size in (
        Size(name="tiny", customers=3_000, contacts=40_000, transcripts=800, agents_a_team=4, scenario="tiny.yml"),
        Size(name="demo", customers=40_000, contacts=400_000, transcripts=8_000, agents_a_team=8),
        Size(
            name="large",
            customers=1_000_000,
            contacts=10_300_000,
            transcripts=0,
            agents_a_team=50,
            through_parquet=True,
        ),
    )
}


def size_named(name: str) -> Size:
    """Return a size. Raises `UserError` unknown_size."""
    if name not in SIZES:
        raise UserError(f"unknown size '{name}'", code="unknown_size", hint=did_you_mean(name, SIZES))
    return SIZES[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One calendar month of the world; `end` is its last day with data."""

    index: int
    start: date
    end: date
    next_start: date

    @property
    def days(self) -> int:
        """Number of days with data."""
        return (self.end - self.start).days + 1


def months_to(as_of: date) -> tuple[Month, ...]:
    """Lay out the 24 months that end with the month of `as_of`."""
    last = as_of.year * 12 + as_of.month - 1
    starts = [date(n // 12, n % 12 + 1, 1) for n in range(last - MONTHS + 1, last + 2)]
    return tuple(
        Month(index=i, start=start, end=min(after - timedelta(days=1), as_of), next_start=after)
        for i, (start, after) in enumerate(pairwise(starts))
    )
