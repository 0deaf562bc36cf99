"""The way from a table to another over N:1 joins: the shortest one, or an error that lists them."""

from dataclasses import dataclass

from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue


@dataclass(frozen=True, slots=True)
class Step:
    """Table `source`'s column `on` holds the key of table `target`."""

    source: str
    on: str
    target: str
    key: str


def path(catalogue: Catalogue, source: str, target: str) -> tuple[Step, ...] | None:
    """Return the joins that lead from a table to another; None when there are none.

    Raises UserError (ambiguous_join) where several paths are equally short, since they may
    give different answers, and UserError (no_key) where a joined table has no single key.
    """
    known = catalogue.worked_out
    key = ("path", source, target)
    if key not in known:
        known[key] = _shortest(catalogue, source, target)
    found = known[key]
    if len(found) > 1:
        ways = "; ".join(" > ".join((source, *(f"{s.target} (on {s.on})" for s in way))) for way in found)
        raise UserError(
            f"several joins lead from {source} to {target}: {ways}",
            code="ambiguous_join",
            hint="leave one join out of the YAML, or give the dimension to a table that is reached one way only",
        )
    return found[0] if found else None


def _shortest(catalogue: Catalogue, source: str, target: str) -> list[tuple[Step, ...]]:
    frontier: list[tuple[Step, ...]] = [()]
    seen = {source}
    while frontier:
        arrived = [way for way in frontier if (way[-1].target if way else source) == target]
        if arrived:
            return arrived
        frontier = [
            (*way, step)
            for way in frontier
            for step in _steps(catalogue, way[-1].target if way else source)
            if step.target not in seen
        ]
        seen.update(way[-1].target for way in frontier)
    return []


def _steps(catalogue: Catalogue, name: str) -> list[Step]:
    return [Step(name, join.on, join.to, _single_key(catalogue, join.to)) for join in catalogue.table(name).joins]


def _single_key(catalogue: Catalogue, name: str) -> str:
    key = catalogue.table(name).key
    if not key or "," in key:
        raise UserError(
            f"table '{name}' is joined but has no single key column", code="no_key", hint=f"set `key` of {name}"
        )
    return key
