"""The measurement language as data: tables, dimensions, metrics and their versions.

These models mirror the YAML under `metrics/`; `Catalogue` is the whole of it, looked up by name.
The text under a field is its entry in `docs/reference.md`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.problems import Problem
from semantic_layer.query import Grain
from semantic_layer.spans import NO_SPAN, WrittenSpan
from semantic_layer.zones import ZoneName

Aggregation = Literal["sum", "count", "count_distinct", "average", "min", "max", "median", "percentile"]
MetricType = Literal["simple", "ratio", "average", "derived", "semi_additive", "cumulative", "conversion"]
Edge = Literal["first", "last"]


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Join(Strict):
    """An N:1 join: column `on` of this table holds the key of table `to`."""

    to: str
    """The table that is joined."""
    on: str
    """The column of this table that holds the key of the other."""


class TableSpec(Strict):
    """A table or view of the warehouse."""

    name: str
    """Its name in the warehouse."""
    description: str = ""
    """What one row is."""
    key: str | None = None
    """The column that identifies a row, or several with commas between. Only a single one can be joined to."""
    time: str | None = None
    """The column that dates a row. Without it, the table cannot be asked about a period."""
    time_grain: Literal["day", "month"] = "day"
    """`month` where a row covers a month and `time` holds the first day of it."""
    timezone: ZoneName | None = None
    """The zone in which the timestamps of `time` are written (`UTC`), where days are those of another zone."""
    entity: str | None = None
    """The column of the unit that repeats, usually the customer: small groups are counted in it."""
    joins: tuple[Join, ...] = ()
    """The N:1 joins that lead from this table to others, over any number of hops.

    Read backwards they are 1:N: a metric of the other table can be cut by this one's dimensions, each row
    counting once in each member.
    """


class DimensionSpec(Strict):
    """A way to cut a metric: a column, or an expression over the columns of `table`."""

    name: str
    """The name that filters and `--by` use; also the column, where neither `column` nor `expr` is given."""
    label: str
    """What people call it."""
    table: str
    """The table that holds it. It cuts every metric whose tables lead there over joins."""
    column: str | None = None
    """The column, where it is not called like the dimension."""
    expr: str | None = None
    """An SQL expression instead of a column: bands, CASE. `@row_date` is the date of the fact row that is cut."""
    type: Literal["text", "number", "boolean", "date"] = "text"
    """The type of its members."""
    description: str = ""
    """What it says of a row."""
    synonyms: tuple[str, ...] = ()
    """Other words people use for it, in any language they ask in."""
    values: dict[str, tuple[str, ...]] = {}
    """Other words for its members: `Enterprise: [ent, corporate]`."""
    order: tuple[str, ...] = ()
    """Its members in the order they are shown in, where that is not the alphabet's."""
    parent: str | None = None
    """The coarser dimension that each member lies in: `parent: region` of a site. No cause names both."""
    driver: bool = True
    """`false` keeps it out of the search for causes of a change."""
    outcome: bool = False
    """`true` where it is known only for rows that had an outcome (a reason for leaving): it splits no rate."""
    theme: bool = False
    """`true` where it records what a contact was about."""
    hidden: bool = False
    """`true` keeps it out of the dictionary, of questions and of answers."""


def _days(value: object) -> object:
    return value.removesuffix("d") if isinstance(value, str) else value


class FollowUp(Strict):
    """An event of the same entity soon after another.

    An event of another table follows at the same moment or later, one of the same table later.
    """

    table: str
    """The table whose rows are the events."""
    where: str | None = None
    """Only rows that meet this SQL condition are events."""
    time: str | None = None
    """The column that dates an event, where it is not the table's own `time`."""
    entity: str | None = None
    """The column that names whom the event befell, where it is not the table's own `entity`."""
    within: WrittenSpan
    """How long after the first event it still counts: `30 days`, `1 month`."""


class MeasureSpec(Strict):
    """An aggregate over one table."""

    table: str
    """The table whose rows are aggregated."""
    agg: Aggregation
    """How. Distinct counts, medians and percentiles are never added up from partial results."""
    expr: str = "*"
    """What is aggregated: a column or an SQL expression. A column of a joined table is written `table.column`."""
    where: str | None = None
    """Only rows that meet this SQL condition."""
    time: str | None = None
    """The column that dates the rows where it is not the table's own, also of a joined table: `contacts.started_at`."""
    matures_after: Annotated[int, BeforeValidator(_days)] = 0
    """Rows younger than so many days are left out, and the answer says so: `7` or `7d`."""
    last: bool = False
    """`true` takes the last period of the window and never sums over time."""
    first: bool = False
    """`true` takes the first period of the window and never sums over time."""
    percentile: float | None = Field(default=None, gt=0, lt=1)
    """With `agg: percentile`, which one as a fraction: `0.9` for the ninetieth, interpolated."""
    followed_by: FollowUp | None = None
    """Only rows whose entity met this event soon after."""

    @property
    def counts_rows(self) -> bool:
        """Whether it counts all rows of its table."""
        return self.agg == "count" and self.expr == "*" and not self.where and not self.followed_by

    @property
    def edge(self) -> Edge | None:
        """The snapshot that stands for a period, where rows never add up over time."""
        return "first" if self.first else "last" if self.last else None


class Input(Strict):
    """A metric under another name in a derived metric."""

    metric: str
    """The metric."""
    offset: WrittenSpan = NO_SPAN
    """As it was so long earlier: `1 year`, `28 days`."""


class Formula(Strict):
    """How a metric is computed; which keys are set depends on the metric's type."""

    measure: MeasureSpec | None = None
    """simple, average, semi_additive, cumulative: what is aggregated."""
    numerator: MeasureSpec | None = None
    """ratio: what is divided."""
    denominator: MeasureSpec | None = None
    """ratio: what it is divided by; its table may be another. Divided by nothing gives no value."""
    expr: str | None = None
    """derived: an SQL expression over names of metrics, parameters and `inputs`."""
    inputs: dict[str, Input] = {}
    """derived: metrics under other names, such as the same one a year earlier."""
    window: WrittenSpan | None = None
    """cumulative: a running total of so long, to the end of each period."""
    to_date: Grain | None = None
    """cumulative: a running total since the period began: `month`, `quarter`, `year`, `fiscal_year`.
    With neither `window` nor `to_date`, of everything until then."""
    base: MeasureSpec | None = None
    """conversion: the rows of which a share converts."""
    conversion: FollowUp | None = None
    """conversion: the event that must follow."""

    def measures(self) -> tuple[MeasureSpec, ...]:
        """Return the measures that stand in the formula itself."""
        return tuple(m for m in (self.measure, self.numerator, self.denominator, self.base) if m is not None)


class Version(Formula):
    """One entry of the change log; an earlier version carries its own formula."""

    version: int
    """Its number, counted from 1."""
    effective_on: date
    """The first day on which it holds."""
    author: str
    """Who decided it."""
    reason: str
    """Why the definition was changed."""
    definition: str | None = None
    """What the metric meant by it, in words."""


COUNT = "_count"


def _count_above(share: Formula) -> dict[str, MeasureSpec | None]:
    return {"measure": share.numerator, "numerator": None, "denominator": None}


class MetricSpec(Formula):
    """A governed metric; its own formula is the one of the latest version."""

    name: str
    """The name that formulas, commands and other metrics use."""
    label: str
    """What people call it."""
    type: MetricType
    """Which keys make its formula, below."""
    definition: str
    """What it means, in one or two sentences. Every answer can show it."""
    unit: str
    """`ratio` (written in percent), `count`, `seconds`, `months`, `score`, or a currency such as `EUR`."""
    format: str | None = None
    """How other tools may write its values, as a Python format (`.1%`, `,.0f`); answers go by `unit`."""
    good: Literal["up", "down", "neutral"] = "neutral"
    """The direction that is welcome."""
    synonyms: tuple[str, ...] = ()
    """Other words people use for it, in any language they ask in."""
    owner: str
    """Who answers for the definition. Every answer names them."""
    pillar: Literal["customer", "employee", "economic", "strategic"] | None = None
    """Whose interest it speaks for; overviews are ordered by it."""
    horizon: Literal["short", "medium", "long"] | None = None
    """How soon it moves when something is done."""
    target: float | None = None
    """What it should come to, in its own unit (a share as 0.8), for "why are we below target"."""
    caveat: str | None = None
    """What a reader must know, shown with every answer."""
    read_with: str | None = None
    """The metric that keeps it honest, shown beside it."""
    headline: bool = False
    """`true` puts it into overviews."""
    default_grain: Grain | Literal["all"] | None = None
    """The period answered for when none is named: the last complete one of that grain, or everything there
    is (`all`); by default the last complete month."""
    hidden: bool = False
    """`true` where other metrics compute with it but nobody asks for it."""
    versions: tuple[Version, ...] = ()
    """The change log. The last entry stands for the metric's own formula, earlier ones carry theirs."""

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def version(self) -> int:
        """Number of the version in force."""
        return max((v.version for v in self.versions), default=1)

    def counted(self) -> "MetricSpec | None":
        """Return the rows above the line of a share, by each of its definitions; None for what is none."""
        if self.type != "ratio" or self.unit != "ratio" or self.numerator is None:
            return None
        past = [v for v in self.versions if v.numerator]
        if not all(f.numerator and f.numerator.agg == "count" for f in (self, *past)):
            return None
        counts = [v.model_copy(update=_count_above(v)) if v.numerator else v for v in self.versions]
        noun = self.numerator.table.split("_", 1)[-1].replace("_", " ")
        said = {
            "name": f"{self.name}{COUNT}",
            "label": f"Number of {noun} behind {self.label}",
            "definition": f"How many {noun} stand above the line of {self.label}: {self.definition}",
            "synonyms": (),
        }
        kind = {
            "type": "semi_additive" if self.numerator.edge else "simple",
            "unit": "count",
            "target": None,
            "format": None,
            "headline": False,
        }
        return self.model_copy(update={**_count_above(self), **said, **kind, "versions": tuple(counts)})

    def formula(self, version: int | None = None) -> Formula:
        """Return the formula of a version, the one in force by default.

        Raises UserError (unknown_version) for a version that the change log does not hold.
        """
        if version is None or version == self.version:
            return self
        for entry in self.versions:
            if entry.version == version:
                return entry
        known = ", ".join(str(v.version) for v in self.versions) or "1"
        raise UserError(
            f"metric '{self.name}' has no version {version}", code="unknown_version", hint=f"versions: {known}"
        )


class Catalogue(Strict):
    """Everything the semantic layer knows, looked up by name; a day begins and ends in `timezone`.

    `left_out` says of each `kind:name` that cannot be used why not. `closed` names are not open to
    the role whose catalogue this is; an aggregate over fewer than `small_cells` of a table's entity
    is withheld.
    """

    tables: tuple[TableSpec, ...] = ()
    dimensions: tuple[DimensionSpec, ...] = ()
    metrics: tuple[MetricSpec, ...] = ()
    parameters: dict[str, float] = {}
    fiscal_year_start: int = 1
    timezone: ZoneName = "UTC"
    closed: frozenset[str] = frozenset()
    left_out: dict[str, Problem] = {}
    small_cells: int | None = None

    def model_post_init(self, _context: Any) -> None:
        """Index the names once."""
        self.indexed()

    def indexed(self) -> "Catalogue":
        """Return this catalogue with its names looked up anew, as a copy needs."""
        object.__setattr__(self, "_tables", {t.name: t for t in self.tables})
        object.__setattr__(self, "_dimensions", {d.name: d for d in self.dimensions})
        object.__setattr__(self, "_metrics", {m.name: m for m in self.metrics})
        object.__setattr__(self, "_worked_out", {})
        return self

    @property
    def worked_out(self) -> dict[tuple[str, ...], Any]:
        """What was found out about a dictionary, which never changes, and need not be found out again."""
        return self._worked_out  # type: ignore[attr-defined,no-any-return]

    def permit(self, metrics: Iterable[str]) -> None:
        """Raise UserError (not_permitted) for a metric that may be computed with but not asked for."""
        for name in metrics:
            if {name, name.removesuffix(COUNT)} & self.closed:
                raise _shut("metric", name)

    def table(self, name: str) -> TableSpec:
        """Return a table; raise UserError (unknown_table)."""
        return _lookup(self._tables, name, "table", self.left_out)  # type: ignore[attr-defined,no-any-return]

    def dimension(self, name: str) -> DimensionSpec:
        """Return a dimension; raise UserError (unknown_dimension)."""
        if name in self.closed and name not in self._dimensions:  # type: ignore[attr-defined]
            raise _shut("dimension", name)
        return _lookup(self._dimensions, name, "dimension", self.left_out)  # type: ignore[attr-defined,no-any-return]

    def has_metric(self, name: str) -> bool:
        """Whether a metric has this name."""
        return name in self._metrics  # type: ignore[attr-defined]

    def metric(self, name: str) -> MetricSpec:
        """Return a metric, or the count behind a share (`<share>_count`); raise UserError (unknown_metric)."""
        if name not in self._metrics and (counted := self._counted(name)):  # type: ignore[attr-defined]
            return counted
        return _lookup(self._metrics, name, "metric", self.left_out)  # type: ignore[attr-defined,no-any-return]

    def _counted(self, name: str) -> MetricSpec | None:
        share = name.removesuffix(COUNT)
        if share == name or share in self.closed or not self.has_metric(share):
            return None
        if ("counted", share) not in self._worked_out:  # type: ignore[attr-defined]
            self._worked_out["counted", share] = self.metric(share).counted()  # type: ignore[attr-defined]
        return self._worked_out["counted", share]  # type: ignore[attr-defined,no-any-return]


def _shut(kind: str, name: str) -> UserError:
    return UserError(
        f"{kind} '{name}' is not open to this role",
        code="not_permitted",
        hint="`because metrics --role ROLE` lists what is; a data owner can change it in because.yml",
    )


def _lookup(known: dict[str, Any], name: str, kind: str, left_out: Mapping[str, Problem]) -> Any:
    if name in known:
        return known[name]
    raise not_found(kind, name, known, left_out)


def not_found(kind: str, name: str, known: Iterable[str], left_out: Mapping[str, Problem]) -> UserError:
    """Return the error of a name that is not there: left out for a reason, or unknown."""
    why = left_out.get(f"{kind}:{name}")
    if why is not None:
        where = f"{why.file}:{why.line}"
        said = f"{kind} '{name}' cannot be used: {where}: {why.message}"
        return UserError(said, code=why.code, hint=f"{why.hint}; see `because check`".removeprefix("; "))
    unread = [f"{p.file}:{p.line}" for key, p in left_out.items() if key.startswith("file:")]
    hint = did_you_mean(name, known)
    if unread:
        hint += f"; it may be defined in {', '.join(unread)}, which cannot be read"
    return UserError(f"unknown {kind} '{name}'", code=f"unknown_{kind}", hint=hint)
