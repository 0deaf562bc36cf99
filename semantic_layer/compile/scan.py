"""One reading of a table: its columns, the joins they ask for, its filters and its days."""

from collections.abc import Hashable, Sequence
from datetime import date, timedelta

from sqlglot import exp

from semantic_layer.calendar import period_end, period_start
from semantic_layer.compile import ast
from semantic_layer.compile.filters import condition
from semantic_layer.compile.joins import Step, path
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.model import Catalogue, DimensionSpec
from semantic_layer.query import NONE, Filter, Grain, TimeWindow
from semantic_layer.spans import NO_SPAN, Span
from semantic_layer.zones import midnight


class Scan:
    """Collects what is read of a table; joins appear when a column needs them.

    `stand_ins` names what is read in place of a joined table, under that table's name.
    `members_elsewhere` are members that rows joined beside bring, `filtered_elsewhere` the dimensions
    whose filters these rows have met.
    """

    def __init__(self, catalogue: Catalogue, table: str, time: str | None = None) -> None:
        self.catalogue = catalogue
        self.table = catalogue.table(table)
        self.time = time
        self.stand_ins: dict[str, str] = {}
        self.members_elsewhere: dict[str, exp.Column] = {}
        self.filtered_elsewhere: set[str] = set()
        self._steps: dict[Step, None] = {}
        self._beside: dict[Hashable, exp.Join] = {}
        self._clock = self._timed_by(time)

    def anew(self) -> "Scan":
        """Return another reading of the same table, dated the same way."""
        return Scan(self.catalogue, self.table.name, self.time)

    @property
    def monthly(self) -> bool:
        """Whether a row covers a month."""
        if self._clock is None:
            return False
        owner = self.catalogue.table(self._clock[0])
        return owner.time_grain == "month" and owner.time == self._clock[1]

    def column(self, table: str, name: str) -> exp.Column:
        """Return a column of this table or of one it joins."""
        if table != self.table.name:
            way = path(self.catalogue, self.table.name, table)
            if way is None:
                raise UserError(
                    f"no join leads from {self.table.name} to {table}",
                    code="no_join",
                    hint=f"add a join to {self.table.name} in its YAML",
                )
            self._steps.update(dict.fromkeys(way))
        return ast.column(name, table)

    def expression(self, text: str, table: str) -> exp.Expr:
        """Parse an expression over a table's columns; bare names are that table's."""
        tree = ast.parsed(text)
        for node in list(tree.find_all(exp.Column)):
            found = self._resolved(node, table)
            tree = found if node is tree else (node.replace(found), tree)[1]
        return tree

    def dimension(self, spec: DimensionSpec) -> exp.Expr:
        """Return the raw value of a dimension at a row."""
        if spec.expr:
            return self.expression(spec.expr, spec.table)
        return self._here(self.column(spec.table, spec.column or spec.name))

    def member(self, spec: DimensionSpec) -> exp.Expr:
        """Return a dimension's member at a row: text, `(unknown)` for NULL."""
        if spec.name in self.members_elsewhere:
            return exp.Coalesce(this=self.members_elsewhere[spec.name].copy(), expressions=[ast.text(NONE)])
        return ast.member(self.dimension(spec), is_text=spec.type == "text")

    def when(self) -> exp.Expr:
        """Return when a row was, by the clock of the workspace; raise UserError (no_time)."""
        return self._here(self._written())

    def _written(self) -> exp.Column:
        """Return the column that dates a row."""
        if self._clock is None:
            raise UserError(
                f"rows of {self.table.name} carry no date",
                code="no_time",
                hint=f"set `time` of table {self.table.name}, or ask without dates",
            )
        return self.column(*self._clock)

    def days(self, window: TimeWindow) -> tuple[date, date]:
        """Return the first and last day read for a window: whole months where a row covers one."""
        if self.monthly:
            return period_start(window.start, "month"), period_end(window.end, "month")
        return window.start, window.end

    def in_window(self, window: TimeWindow) -> exp.Expr:
        """Keep the rows of a window."""
        first, last = self.days(window)
        zone = self._zone(self._written())
        if zone is None:
            return ast.within(self._written(), first, last)
        # The bounds are converted, not each row.
        before = exp.LT(this=self._written(), expression=self._midnight(last + timedelta(days=1), zone))
        if first == date.min:
            return before
        return exp.And(this=exp.GTE(this=self._written(), expression=self._midnight(first, zone)), expression=before)

    def _midnight(self, day: date, zone: str) -> exp.Expr:
        return ast.moment(midnight(day, here=self.catalogue.timezone, written=zone))

    def older_than(self, age: int, as_of: date | None) -> exp.Expr:
        """Keep the rows at least `age` days old on the as-of date, else on the last date there is."""
        if as_of is not None:
            return exp.LT(this=self.when(), expression=ast.day(as_of - timedelta(days=age - 1)))
        owner, name = self._clock or ("", "")
        newest = self._here(ast.column(name, owner))
        latest = exp.Subquery(this=exp.select(ast.as_date(exp.Max(this=newest))).from_(_table(owner)))
        bound = exp.Sub(this=latest, expression=exp.Literal.number(age - 1))
        return exp.LT(this=self.when(), expression=bound)

    def join_beside(self, key: Hashable, join: exp.Join) -> None:
        """Join rows that are no table of the catalogue; a key that is known already is not joined again."""
        self._beside.setdefault(key, join)

    def is_beside(self, key: Hashable) -> bool:
        """Whether rows were joined under a key."""
        return key in self._beside

    def place_beside(self, key: Hashable) -> int:
        """Return the number of a key among those joined, or of the next one."""
        return [*self._beside, key].index(key) + 1

    def period(self, grain: Grain, *, ahead: Span = NO_SPAN) -> exp.Expr:
        """Return the first day of the period that holds a row, or of the one that lies `ahead` of it."""
        if self.monthly and grain in ("day", "week"):
            raise UserError(
                f"{self.table.name} holds one row a month and cannot be cut by {grain}",
                code="grain_too_fine",
                hint="use month or a longer grain",
            )
        start = _truncated(self.when(), grain, self.catalogue.fiscal_year_start)
        return ast.as_date(exp.Add(this=start, expression=ast.interval(ahead))) if ahead else start

    def kept(self, filters: Sequence[Filter]) -> list[exp.Expr]:
        """Return the conditions of typed filters."""
        here = [f for f in filters if f.dimension not in self.filtered_elsewhere]
        specs = [(self.catalogue.dimension(f.dimension), f) for f in here]
        return [condition(self.dimension(spec), spec, f) for spec, f in specs]

    def select(self, projections: Sequence[exp.Expr], where: Sequence[exp.Expr], group: int = 0) -> exp.Select:
        """Return the SELECT over the table and the joins asked for so far, grouped by the first columns."""
        query = exp.select(*projections, copy=False).from_(_table(self.table.name), copy=False)
        for step in self._steps:
            on = exp.EQ(this=ast.column(step.on, step.source), expression=ast.column(step.key, step.target))
            query.append("joins", exp.Join(this=self._joined(step.target), side="LEFT", on=on))
        for join in self._beside.values():
            query.append("joins", join.copy())
        kept = ast.conjunction(where)
        if kept is not None:
            query.set("where", exp.Where(this=kept))
        if group:
            query.set("group", exp.Group(expressions=[exp.Literal.number(i + 1) for i in range(group)]))
        return query

    def _joined(self, table: str) -> exp.Table:
        found = _table(self.stand_ins.get(table, table))
        if table in self.stand_ins:
            found.set("alias", exp.TableAlias(this=exp.to_identifier(table)))
        return found

    def _timed_by(self, time: str | None) -> tuple[str, str] | None:
        if time is None:
            return (self.table.name, self.table.time) if self.table.time else None
        table, _, name = time.rpartition(".")
        return (self.catalogue.table(table).name if table else self.table.name, name)

    def _zone(self, column: exp.Column) -> str | None:
        """Return the zone a column is written in, where that is not the workspace's."""
        owner = self.catalogue.table(column.table)
        zone = owner.timezone if owner.time == column.name else None
        return zone if zone != self.catalogue.timezone else None

    def _here(self, column: exp.Column) -> exp.Expr:
        """Return a column by the clock of the workspace."""
        zone = self._zone(column)
        return column if zone is None else ast.by_clock(column, written=zone, here=self.catalogue.timezone)

    def _resolved(self, node: exp.Column, table: str) -> exp.Expr:
        if node.name == ast.ROW_DATE:
            return self.when()
        owner = node.table or table
        if owner not in {t.name for t in self.catalogue.tables}:
            raise UserError(
                f"unknown table '{owner}' in '{node.sql()}'",
                code="unknown_table",
                hint=did_you_mean(owner, (t.name for t in self.catalogue.tables)),
            )
        self.column(owner, node.name)
        node.set("table", exp.to_identifier(owner))
        return self._here(node.copy()) if self._zone(node) else node


def _table(name: str) -> exp.Table:
    return exp.Table(this=exp.to_identifier(name))


def _truncated(when: exp.Expr, grain: Grain, fiscal_year_start: int) -> exp.Expr:
    if grain == "day":
        return ast.as_date(when)
    unit = exp.Var(this=grain.removeprefix("fiscal_").upper())
    ahead = fiscal_year_start - 1 if grain.startswith("fiscal") else 0
    if not ahead:
        return ast.as_date(exp.TimestampTrunc(this=when, unit=unit))
    months = ast.interval(Span(months=ahead))
    early = exp.Sub(this=when, expression=months)
    return ast.as_date(exp.Add(this=exp.TimestampTrunc(this=early, unit=unit), expression=months.copy()))
