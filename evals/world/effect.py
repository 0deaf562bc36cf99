"""What a scenario plants: effects, and the events and interventions on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a driver analysis should name: a segment and the direction of its metric."""

    segment: Mapping[str, tuple[str, ...]]
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A change of one metric's base rate inside a segment, from a day on.

    `start` and `end` are inclusive days; no `end` means to the end of the data. `topics` multiply
    the volume of contact reasons inside the segment; `phrasings` are what its customers say.
    """

    id: str
    metric: str
    multiply: float | None = None
    add: float | None = None
    filters: Mapping[str, tuple[str, ...]]
    start: date
    end: date | None = None
    topics: Mapping[str, float]
    phrasings: tuple[str, ...] = ()
    expect: Expect | None = None

    def until(self, as_of: date) -> date:
        """Return the last day of the effect within the data."""
        return as_of if self.end is None else min(self.end, as_of)

    @property
    def direction(self) -> str:
        """Where the effect moves its metric: up or down."""
        rises = self.multiply > 1 if self.multiply is not None else (self.add or 0) > 0
        return "up" if rises else "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """A row of `fct_interventions`: what somebody changed, or what befell the company."""

    kind: str
    started_on: date
    name: str
    owner: str
    description: str
    target_metric: str | None
    scope: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything that is planted; without effects the world is quiet."""

    effects: tuple[Effect, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    digest: str = ""
