"""An engine that runs nothing but statements narrowed to a role."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from semantic_layer.engine import SqlEngine
from semantic_layer.errors import BecauseError
from semantic_layer.guard import Guard
from semantic_layer.model import Catalogue, DimensionSpec
from semantic_layer.policy import RolePolicy
from semantic_layer.query import Sql, Table
from semantic_layer.values import members_of

_REMEMBERED = 512


class GuardedEngine:
    """Wraps an engine: whatever is asked of it is narrowed first, and shown as it was run."""

    def __init__(self, engine: SqlEngine, guard: Guard) -> None:
        self._engine = engine
        self._guarded = lru_cache(maxsize=_REMEMBERED)(guard.guarded)
        self._own: dict[str, None] = {}

    def prepared(self, sql: Sql) -> Sql:
        """Return the statement as it is run; raise UserError (not_permitted)."""
        if sql.text in self._own:
            return sql
        found = self._guarded(sql)
        self._own[found.text] = None
        while len(self._own) > _REMEMBERED:
            self._own.pop(next(iter(self._own)), None)
        return found

    def run(self, sql: Sql, *, timeout: float | None = None, max_rows: int | None = None) -> Table:
        """Run one statement over the role's rows."""
        return self._engine.run(self.prepared(sql), timeout=timeout, max_rows=max_rows)

    def arrays(self, sql: Sql, *, timeout: float | None = None) -> dict[str, Any]:
        """Run one statement over the role's rows and return all of them as arrays."""
        return self._engine.arrays(self.prepared(sql), timeout=timeout)

    def close(self) -> None:
        """Let go of the warehouse."""
        self._engine.close()


def permitted_values(catalogue: Catalogue, engine: SqlEngine, policy: RolePolicy) -> Mapping[str, tuple[str, ...]]:
    """Return the members of each dimension that rows of the role have; `catalogue` is the role's.

    A table that the policy cannot narrow (the agents, for a region) is read through the facts
    that it can narrow.
    """
    limits = {f.dimension: {str(v) for v in f.values} for f in policy.rows}
    found = {}
    for spec in catalogue.dimensions:
        if not spec.hidden:
            members = _members(spec, catalogue, engine)
            found[spec.name] = tuple(m for m in members if m in limits.get(spec.name, members))
    return found


def _members(spec: DimensionSpec, catalogue: Catalogue, engine: SqlEngine) -> tuple[str, ...]:
    try:
        return members_of(spec, catalogue, engine)
    except BecauseError as error:
        if error.code != "not_permitted":
            raise
    facts = [t.name for t in catalogue.tables if any(j.to == spec.table for j in t.joins)]
    seen: dict[str, None] = {}
    for fact in facts:
        try:
            seen.update(dict.fromkeys(members_of(spec, catalogue, engine, home=fact)))
        except BecauseError as error:
            if error.code != "not_permitted":
                raise
    return tuple(seen)
