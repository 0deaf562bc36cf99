"""What was found out, before it is put into words."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from assistant.types import Claim, Decline, Drivers, Figure, Listening, ModelUse, Plan, Reading, ResultTable
from indexes.types import Evidence, Theme
from indexes.validation import ScoreCard
from semantic_layer.model import Catalogue
from semantic_layer.query import Run, TimeWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelShift:
    """A lasting step in a series: the first month of the new level and its p-value after the search.

    It may have come in any month from `first` to `last` (95 %). `week` is the first week of the new level where the
    weeks tell it, `weeks` the first and the last that it may be.
    """

    month: date
    first: date
    last: date
    p_value: float
    week: date | None = None
    weeks: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Which two windows were compared and why; `other` is the pair that was not chosen.

    `drift` is the way of a metric that moves month by month without a step.
    """

    now: TimeWindow
    before: TimeWindow
    reason: Literal["asked", "default", "shift"]
    shift: LevelShift | None = None
    other: tuple[TimeWindow, TimeWindow] | None = None
    drift: Literal["up", "down"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Which figures moved beyond noise, most surely first, and which settled on a new level: (figure, step)."""

    asked: int
    moved: tuple[int, ...]
    shifted: tuple[tuple[int, LevelShift], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddities:
    """The interventions that began when a metric was odd."""

    recorded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How a forecast was made: its method in words; `total` and `error` are places of figures."""

    method: str
    tests: int
    total: int | None = None
    error: int | None = None
    shift: LevelShift | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an intervention is set against: `control` in words; p-values of the effect and of a drift before it.

    `nearby` are other interventions that the comparison cannot tell apart from it.
    """

    name: str
    control: str | None
    p_value: float | None = None
    drift_p: float | None = None
    nearby: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """The ends of an association: names of the lowest and highest bin, and the dimensions adjusted for."""

    cause: str
    low: str
    high: str
    adjusted_for: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a figure's expectation rests on: whether by weekday, and how many earlier years tell a season.

    `checked` tells whether there were past expectations enough to see how wrong they are; `years` is 0 where none is
    known. The second figure is the level of the history, the third the season's step, where there is one.
    """

    weekdays: bool
    years: int
    checked: bool


Detail: TypeAlias = Overview | Oddities | Outlook | Effect | Relation | Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything a narrator may speak of; `decline` ends the path with a refusal.

    `grown` names the members of the table's dimension whose share grew beyond chance, the surest first;
    `recorded` the interventions that began around the change; `thin` the table's rows that rest on few data, and
    `leader` the figure of the first group that does not; `usual` the figure that is set against the metric's own
    history, `spikes` those of weeks that stood out and did not last; `alike` groups differ no more than by chance;
    `cards` say how well learned scores tell.
    """

    plan: Plan
    reading: Reading
    catalogue: Catalogue
    figures: tuple[Figure, ...] = ()
    table: ResultTable | None = None
    drivers: Drivers | None = None
    comparison: Comparison | None = None
    shift: LevelShift | None = None
    themes: tuple[Theme, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    listening: tuple[Listening, ...] = ()
    smallest: int | None = None
    tied: tuple[str, ...] = ()
    thin: frozenset[int] = frozenset()
    leader: int | None = None
    usual: int | None = None
    spikes: tuple[int, ...] = ()
    alike: bool = False
    grown: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    decline: Decline | None = None
    detail: Detail | None = None
    cards: tuple[ScoreCard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Narration:
    """The headline, the sentences below it, and what is to be said of their making."""

    headline: Claim
    claims: tuple[Claim, ...]
    notes: tuple[str, ...] = ()
    model: ModelUse | None = None
