"""Dimensions inside one another: a site lies in one region, a team at one site."""

from collections.abc import Iterable

from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue


def ancestors(name: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the dimensions a dimension lies in, the nearest first; raise UserError (cyclic_hierarchy).

    A parent that the catalogue does not have, since a role may not see it, ends the line.
    """
    known = {d.name: d.parent for d in catalogue.dimensions}
    found: list[str] = []
    parent = known.get(name)
    while parent is not None and parent in known:
        if parent in (name, *found):
            raise UserError(
                f"dimension '{name}' lies in itself: {' > '.join((name, *found, parent))}",
                code="cyclic_hierarchy",
                hint="name as `parent` the coarser dimension only",
            )
        found.append(parent)
        parent = known[parent]
    return tuple(found)


def children(name: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the dimensions that divide a dimension's members further, in the catalogue's order."""
    return tuple(d.name for d in catalogue.dimensions if d.parent == name)


def nested(dimensions: Iterable[str], catalogue: Catalogue) -> frozenset[tuple[str, str]]:
    """Return the (finer, coarser) pairs among some dimensions."""
    names = tuple(dimensions)
    return frozenset((name, above) for name in names for above in ancestors(name, catalogue) if above in names)
