"""The measurement language as data: tables, dimensions, metrics and their versions.

These models mirror the YAML under `metrics/`; `Catalogue` is the whole of it, looked up by name.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.query import Grain
from semantic_layer.spans import NO_SPAN, WrittenSpan

Aggregation = Literal["sum", "count", "count_distinct", "average", "min", "max", "median", "percentile"]
MetricType = Literal["simple", "ratio", "average", "derived", "semi_additive", "cumulative", "conversion"]
Edge = Literal["first", "last"]


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Join(Strict):
    """An N:1 join: column `on` of this table holds the key of table `to`."""

    to: str
    on: str


class TableSpec(Strict):
    """A warehouse table; `description` states what one row is.

    `key` is one column, or several with commas between. `time` is the column that dates a row;
    with `time_grain: month` it is the first day of the month the row covers. `entity` is the
    column of the unit that repeats (the customer).
    """

    name: str
    description: str = ""
    key: str | None = None
    time: str | None = None
    time_grain: Literal["day", "month"] = "day"
    entity: str | None = None
    joins: tuple[Join, ...] = ()


class DimensionSpec(Strict):
    """A way to cut a metric: a column, or an expression over the columns of `table`.

    In `expr`, `@row_date` is the date of the fact row that is cut. `driver: false` keeps a
    dimension out of the driver search. `outcome: true` says that it is known only for rows that
    had an outcome: it splits counts and sums, never a rate. `theme: true` says that it records
    what a contact was about. `values` gives synonyms of members.
    """

    name: str
    label: str
    table: str
    column: str | None = None
    expr: str | None = None
    type: Literal["text", "number", "boolean", "date"] = "text"
    description: str = ""
    synonyms: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = {}
    order: tuple[str, ...] = ()
    driver: bool = True
    outcome: bool = False
    theme: bool = False
    hidden: bool = False


def _days(value: object) -> object:
    return value.removesuffix("d") if isinstance(value, str) else value


class FollowUp(Strict):
    """An event of the same entity at most `within` after another; rows of `table` that meet `where`.

    `entity` is the column that names whom the event befell: the table's own `entity` by default.
    An event of another table follows at the same moment or later, one of the same table later.
    """

    table: str
    where: str | None = None
    time: str | None = None
    entity: str | None = None
    within: WrittenSpan


class MeasureSpec(Strict):
    """An aggregate over one table.

    `time` dates the rows by a joined table's column (`fct_contacts.started_at`) instead of the
    table's own. `matures_after` is a number of days: younger rows are left out. `last: true`
    (`first: true`) takes the last (first) period of the window and never sums over time
    (semi-additive). `matures_after` may be written `7d`. `percentile` is a fraction: 0.9 for
    the ninetieth, interpolated. `followed_by` keeps the rows whose entity met another event soon.
    """

    table: str
    agg: Aggregation
    expr: str = "*"
    where: str | None = None
    time: str | None = None
    matures_after: Annotated[int, BeforeValidator(_days)] = 0
    last: bool = False
    first: bool = False
    percentile: float | None = Field(default=None, gt=0, lt=1)
    followed_by: FollowUp | None = None

    @property
    def counts_rows(self) -> bool:
        """Whether it counts all rows of its table."""
        return self.agg == "count" and self.expr == "*" and not self.where and not self.followed_by

    @property
    def edge(self) -> Edge | None:
        """The snapshot that stands for a period, where rows never add up over time."""
        return "first" if self.first else "last" if self.last else None


class Input(Strict):
    """A metric under another name in a derived metric: as it was `offset` earlier."""

    metric: str
    offset: WrittenSpan = NO_SPAN


class Formula(Strict):
    """How a metric is computed; which keys are set depends on the metric's type.

    simple, average, semi_additive: `measure`; ratio: `numerator` / `denominator`;
    derived: `expr` over names of metrics, parameters and `inputs`;
    cumulative: `measure` over the `window` that ends with each period, or `to_date` from the start
    of its month, quarter, year or fiscal year, or else over all there was until then;
    conversion: the share of the rows of `base` with a `conversion` soon after.
    """

    measure: MeasureSpec | None = None
    numerator: MeasureSpec | None = None
    denominator: MeasureSpec | None = None
    expr: str | None = None
    inputs: dict[str, Input] = {}
    window: WrittenSpan | None = None
    to_date: Grain | None = None
    base: MeasureSpec | None = None
    conversion: FollowUp | None = None

    def measures(self) -> tuple[MeasureSpec, ...]:
        """Return the measures that stand in the formula itself."""
        return tuple(m for m in (self.measure, self.numerator, self.denominator, self.base) if m is not None)


class Version(Formula):
    """One entry of the change log; an earlier version carries its own formula."""

    version: int
    effective_on: date
    author: str
    reason: str
    definition: str | None = None


class MetricSpec(Formula):
    """A governed metric; its own formula is the one of the latest version.

    `default_grain` is the period answered for when none is named: the last complete one of that
    grain, or everything there is (`all`); without it, the last complete month. `headline: true` puts the
    metric into overviews.
    """

    name: str
    label: str
    type: MetricType
    definition: str
    unit: str
    format: str | None = None
    good: Literal["up", "down", "neutral"] = "neutral"
    synonyms: tuple[str, ...] = ()
    owner: str
    pillar: Literal["customer", "employee", "economic", "strategic"] | None = None
    horizon: Literal["short", "medium", "long"] | None = None
    caveat: str | None = None
    read_with: str | None = None
    headline: bool = False
    default_grain: Grain | Literal["all"] | None = None
    hidden: bool = False
    versions: tuple[Version, ...] = ()

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def version(self) -> int:
        """Number of the version in force."""
        return max((v.version for v in self.versions), default=1)

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
    """Everything the semantic layer knows, looked up by name.

    `closed` names are not open to the role whose catalogue this is; an aggregate over fewer than
    `small_cells` of a table's entity is withheld.
    """

    tables: tuple[TableSpec, ...] = ()
    dimensions: tuple[DimensionSpec, ...] = ()
    metrics: tuple[MetricSpec, ...] = ()
    parameters: dict[str, float] = {}
    fiscal_year_start: int = 1
    closed: frozenset[str] = frozenset()
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
            if name in self.closed:
                raise _shut("metric", name)

    def table(self, name: str) -> TableSpec:
        """Return a table; raise UserError (unknown_table)."""
        return _lookup(self._tables, name, "table")  # type: ignore[attr-defined,no-any-return]

    def dimension(self, name: str) -> DimensionSpec:
        """Return a dimension; raise UserError (unknown_dimension)."""
        if name in self.closed and name not in self._dimensions:  # type: ignore[attr-defined]
            raise _shut("dimension", name)
        return _lookup(self._dimensions, name, "dimension")  # type: ignore[attr-defined,no-any-return]

    def has_metric(self, name: str) -> bool:
        """Whether a metric has this name."""
        return name in self._metrics  # type: ignore[attr-defined]

    def metric(self, name: str) -> MetricSpec:
        """Return a metric; raise UserError (unknown_metric)."""
        return _lookup(self._metrics, name, "metric")  # type: ignore[attr-defined,no-any-return]


def _shut(kind: str, name: str) -> UserError:
    return UserError(
        f"{kind} '{name}' is not open to this role",
        code="not_permitted",
        hint="`because metrics --role ROLE` lists what is; a data owner can change it in because.yml",
    )


def _lookup(known: dict[str, Any], name: str, kind: str) -> Any:
    if name in known:
        return known[name]
    raise UserError(f"unknown {kind} '{name}'", code=f"unknown_{kind}", hint=did_you_mean(name, known))
