"""The values that travel between stages: filters, windows, queries, tables, cubes."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Grain: TypeAlias = Literal["day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"]
Scalar: TypeAlias = str | int | float | bool | date | None
UNKNOWN = "(unknown)"
# The member of a row that has no row at all in a table with many for each.
NONE = "(none)"
# Where the rows of members go that are not listed: past the limit of the list, or new since it was read.
OTHER = "(other)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Keep the rows whose dimension is (not) one of the values; `UNKNOWN` stands for NULL."""

    dimension: str
    operator: Literal["in", "not in"] = "in"
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """Days from `start` to `end`, both inclusive."""

    start: date
    end: date
    label: str = ""

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Having:
    """A threshold on a metric of the result, in the metric's own unit."""

    metric: str
    operator: Literal[">", ">=", "<", "<=", "=", "!="]
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricQuery:
    """What to measure, cut how, over which rows and days.

    Result columns: `by` dimensions in order, `period` (ISO start of the grain) when
    `grain` is set, then the metrics by name. `order_by` names one of these columns.
    `definition` maps a metric to one of its versions; absent means the version in force.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    window: TimeWindow | None = None
    grain: Grain | None = None
    having: tuple[Having, ...] = ()
    order_by: str | None = None
    order: Literal["asc", "desc"] = "asc"
    limit: int | None = None
    definition: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CubeQuery:
    """The additive parts of one metric in two windows at the grain of `dimensions`.

    Without `before`, only those of `now`; without either, of everything there is.
    """

    metric: str
    dimensions: tuple[str, ...]
    now: TimeWindow | None
    before: TimeWindow | None = None
    filters: tuple[Filter, ...] = ()
    definition: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One result column; `unit` is null for dimensions and periods."""

    name: str
    kind: Literal["dimension", "period", "metric"]
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sql:
    """One statement, its dialect and the columns it returns."""

    text: str
    columns: tuple[Column, ...]
    dialect: str = "duckdb"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A result, column-wise; every column has the same length."""

    columns: tuple[Column, ...]
    data: tuple[tuple[Any, ...] | NDArray[Any], ...]
    truncated: bool = False

    def __len__(self) -> int:
        return len(self.data[0]) if self.data else 0

    def column(self, name: str) -> tuple[Any, ...] | NDArray[Any]:
        """Return the values of one column."""
        return self.data[[c.name for c in self.columns].index(name)]

    def rows(self) -> tuple[tuple[Any, ...], ...]:
        """Return the values row-wise, for showing."""
        return tuple(zip(*self.data, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A statement that was run and what came back, kept together.

    rows: how many came back; a long list of ids is counted here but not kept in `table`.
    """

    id: str
    purpose: str
    sql: Sql
    table: Table
    rows: int
    ms: float
    query: MetricQuery | CubeQuery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cube:
    """Additive sums per cell and period, column-wise; one entry per (cell, period) that has rows.

    codes: (cells, dimensions) int32 indices into `members`; period: (cells,) 1 = now, 0 = before.
    n, d: sums of the numerator and denominator; nn, nd, dd: sums over rows of their products;
    rows: number of rows. For kind "additive" the value is n and d, nd, dd are zero.
    `nested` are (finer, coarser) pairs of dimensions.
    """

    metric: str
    kind: Literal["ratio", "additive"]
    dimensions: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int32]
    period: NDArray[np.int8]
    rows: NDArray[np.float64]
    n: NDArray[np.float64]
    d: NDArray[np.float64]
    nn: NDArray[np.float64]
    nd: NDArray[np.float64]
    dd: NDArray[np.float64]
    nested: frozenset[tuple[str, str]] = frozenset()
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Sums as in a cube, for a sample of the entities whose rows repeat, one entry per (entity, cell, period).

    cluster: (entries,) number of the entity; codes: (entries, dimensions) as in the cube.
    """

    cluster: NDArray[np.int64]
    codes: NDArray[np.int32]
    period: NDArray[np.int8]
    sums: dict[str, NDArray[np.float64]]
