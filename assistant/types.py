"""The values of a question's path, from `Question` to `Outcome`; the JSON of the contract is these dataclasses."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from indexes.types import Evidence, Theme
from indexes.validation import ScoreCard
from semantic_layer.query import Filter, Grain, Having, Scalar, TimeWindow

Intent: TypeAlias = Literal[
    "value", "trend", "compare", "breakdown", "rank", "why", "themes", "quotes", "relationship",
    "forecast", "what_if", "impact", "at_risk", "anomalies", "define", "overview",
]  # fmt: skip
RefusalReason: TypeAlias = Literal["out_of_scope", "unknown_metric", "no_data", "not_permitted", "unsafe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """The few members of a dimension that a reading is narrowed to: the first `limit` by another metric."""

    dimension: str
    metric: str
    limit: int
    order: Literal["asc", "desc"] = "desc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """A change somebody made, or an event that befell the company, as the workspace recorded it.

    `scope` are the filters of those it reached (empty = everyone), `metric` what it was aimed at.
    """

    name: str
    kind: str
    started_on: date
    description: str = ""
    metric: str | None = None
    scope: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What a what-if question supposes of its metric: a level, a step, or a factor.

    `to` and `by` are in the metric's unit; `times` is a fraction of the present value.
    """

    how: Literal["to", "by", "times"]
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a question was read: names, not labels; filters are AND-ed.

    A ranking with a baseline ranks by the change. `shares` are the members of the first cut whose share of the
    whole is asked, none of them for all; it is None where no share is asked.
    `horizon` is what a forecast looks at, or the time after an intervention; `window` is then the history used.
    """

    intent: Intent
    metrics: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    window: TimeWindow | None = None
    baseline: TimeWindow | None = None
    grain: Grain | None = None
    limit: int | None = None
    order_by: str | None = None
    order: Literal["asc", "desc"] | None = None
    having: tuple[Having, ...] = ()
    within: Within | None = None
    shares: tuple[Scalar, ...] | None = None
    horizon: TimeWindow | None = None
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked, by whom, after which earlier readings (oldest first)."""

    text: str
    role: str | None = None
    history: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingFeatures:
    """What the planner knows about the quality of its reading; confidence is made of it.

    Scores and margins are in 0..1 (1 = exact, 1 = no rival); counts are of words and defaults. `model`
    tells how a language model's reading stands to that of the rules; null when none was asked.
    """

    link_score: float = 1.0
    link_margin: float = 1.0
    unused_words: int = 0
    fuzzy_links: int = 0
    defaults: int = 0
    carried_over: int = 0
    model: Literal["agrees", "differs", "alone"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """What a question has cost at a language model; `failed` says in words why it is not asked again."""

    calls: int = 0
    tokens: int = 0
    cost: float | None = None
    currency: str = ""
    seconds: float = 0.0
    failed: str | None = None


Level: TypeAlias = Literal["target", "expected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A reading to run.

    `default_window` is true when no time phrase was given; `search_text` is what quotes are asked about;
    `direction` is the way the asker believes the metric moved ("why is X up", "why did X drop");
    `usual` is the same part of the period before, where a running one is asked for;
    `supposed` is what a what-if asks about, `intervention` what the effect of is asked for;
    `then` are the plans of a question's further parts;
    `split_by` are the only dimensions a why looks at, none of them for all;
    `against_rest` is the group that is set against everyone else; `against` asks for the distance from the metric's
    target, or from what its history and season would have; `listed` asks who there is, and the counts only bear it out.
    `definition` maps metrics to the version of their definition that was asked for; `as_reported`
    compares with the figure of its time, by the definition of its time.
    """

    question: Question
    reading: Reading
    features: ReadingFeatures = ReadingFeatures()
    default_window: bool = False
    usual: TimeWindow | None = None
    search_text: str | None = None
    direction: Literal["up", "down"] | None = None
    supposed: Supposed | None = None
    intervention: Intervention | None = None
    split_by: tuple[str, ...] = ()
    against_rest: Filter | None = None
    against: Level | None = None
    listed: bool = False
    definition: tuple[tuple[str, int], ...] = ()
    as_reported: bool = False
    notes: tuple[str, ...] = ()
    model: ModelUse | None = None
    then: tuple["Plan", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A reading offered as a click."""

    label: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarify:
    """The planner's word that readings would give different answers."""

    why: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """The planner's word that this workspace cannot answer."""

    reason: RefusalReason
    message: str
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number, its change against the baseline and the query it came from (`queries[].id`)."""

    metric: str
    label: str
    value: float | None
    unit: str
    text: str
    window: TimeWindow | None = None
    filters: tuple[Filter, ...] = ()
    baseline_value: float | None = None
    change: float | None = None
    change_pct: float | None = None
    change_ci: tuple[float, float] | None = None
    significant: bool | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultColumn:
    """A column of the shown table."""

    name: str
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTable:
    """The shown table, row-wise: dimensions, then `period`, then metrics."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a change: contribution = rate effect + mix effect, in the metric's unit."""

    filters: tuple[Filter, ...]
    contribution: float
    share_of_change: float | None
    rate_effect: float | None
    mix_effect: float | None
    ci: tuple[float, float] | None
    p_value: float | None
    value_now: float | None
    value_before: float | None
    n_now: int
    n_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionSplit:
    """The exact split of a change over one dimension's members."""

    dimension: str
    rows: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paradox:
    """A dimension inside which the metric moves against its total (Simpson)."""

    dimension: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A term of the metric's own formula; `contribution` is in the unit of the explained metric.

    Values and `segments` are in the factor's own unit; `metric` is null for what the other terms leave.
    `formula` and `factors` split the factor in turn; their contributions add up to its own.
    """

    metric: str | None
    label: str
    unit: str
    value_now: float
    value_before: float
    contribution: float
    segments: tuple[Segment, ...] = ()
    formula: str | None = None
    factors: tuple["Factor", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """Σ segments' contribution + other + unexplained + definitional_change = total_change.

    With a `formula`, Σ factors' contribution + definitional_change = total_change. `other_ci` is the 95 % interval of
    `other`, or None where it is not known.
    """

    total_change: float
    method: str
    segments: tuple[Segment, ...]
    other: float
    other_ci: tuple[float, float] | None = None
    unexplained: float
    by_dimension: tuple[DimensionSplit, ...]
    paradox: tuple[Paradox, ...] = ()
    definitional_change: float = 0.0
    formula: str | None = None
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence shown; `figures` are JSON Pointers into the answer."""

    text: str
    figures: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRecord:
    """A statement that was run."""

    id: str
    purpose: str
    sql: str
    dialect: str
    rows: int
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a metric means, whose it is, since when, and how well it tells where a model told it."""

    metric: str
    label: str
    definition: str
    owner: str
    version: int
    changed_on: date | None
    caveat: str | None
    validation: ScoreCard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The measured record behind a probability."""

    n: int
    right: int
    ci: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """Probability that the answer is right; null while uncalibrated.

    `features` are what it was made of; they are kept with the answer, not shown.
    """

    probability: float | None
    label: Literal["high", "medium", "low", "uncalibrated"]
    calibrated_on: str | None
    record: Record | None
    reasons: tuple[str, ...]
    features: Annotated[dict[str, float], Field(exclude=True)] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The keys every outcome carries; `timings` are milliseconds a stage."""

    id: str
    question: str
    asked_at: datetime
    as_of: date | None
    role: str | None
    language: str
    timings: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Whose words were read: the slice and how many of its contacts have a transcript."""

    filters: tuple[Filter, ...]
    contacts: int
    with_transcript: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Common):
    """A checked answer; `confidence` speaks of the whole of it.

    `parts` are the outcomes of what else the question asked; headline and claims speak of them, too.
    `model` is what a language model was used for it, where one was.
    """

    kind: Literal["answer"] = "answer"
    reading: Reading
    status: Literal["verified", "governed", "generated"] = "governed"
    headline: str
    figures: tuple[Figure, ...] = ()
    table: ResultTable | None = None
    drivers: Drivers | None = None
    themes: tuple[Theme, ...] = ()
    listening: tuple[Listening, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    claims: tuple[Claim, ...] = ()
    queries: tuple[QueryRecord, ...] = ()
    definitions: tuple[Definition, ...] = ()
    confidence: Confidence
    caveats: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    model: ModelUse | None = None
    parts: tuple["Outcome", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarification(Common):
    """A question back, with readings to choose from."""

    kind: Literal["clarification"] = "clarification"
    why: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Common):
    """An honest no, with the nearest questions this workspace can answer."""

    kind: Literal["refusal"] = "refusal"
    reason: RefusalReason
    message: str
    nearest: tuple[str, ...] = ()


Outcome: TypeAlias = Answer | Clarification | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is being done, in plain words; the last step of a question carries the outcome."""

    name: str
    text: str
    outcome: Outcome | None = None
