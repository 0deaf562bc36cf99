"""How a cube is read at least cost: at its finest grain where that collapses, else in a few coarse cubes.

Measured on DuckDB, in passes of one key over the rows: a GROUP BY of k keys costs about 0.55 + 0.45 k, and a
cell that comes out of it as much as 76 rows that go in. GROUPING SETS share no work, so a set of cubes is a
set of statements.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import combinations
from math import ceil, prod
from random import Random

from semantic_layer.compile.cubes import compile_cube_sizes
from semantic_layer.model import Catalogue
from semantic_layer.query import CubeQuery, Run, Sql

# So few cells, or rows, are grouped before a better plan is found.
FEW_CELLS = 200_000
FEW_ROWS = 1_000_000
CELL = 76.0
_TRIES = 60
Ask = Callable[[Sql], Run]


@dataclass(frozen=True, slots=True, kw_only=True)
class CubePlan:
    """The dimensions of each cube to read; one group is the finest grain itself."""

    groups: tuple[tuple[str, ...], ...]

    @property
    def is_finest(self) -> bool:
        """Whether one cube holds every cell."""
        return len(self.groups) == 1


def plan_cube(
    query: CubeQuery,
    catalogue: Catalogue,
    ask: Ask,
    *,
    members: Mapping[str, Sequence[str]],
    rows: int,
    as_of: date | None = None,
) -> CubePlan:
    """Choose the cubes to read for a query over tables of `rows` rows.

    `ask` runs the statement that estimates how many rows and cells there are; it is not run where
    the query is small at any rate. Another plan must halve the cost of the finest grain to be worth
    what it cannot combine.
    """
    finest = CubePlan(groups=(query.dimensions,))
    possible = prod(len(members.get(name, ())) + 1 for name in query.dimensions)
    if len(query.dimensions) <= 3 or possible <= FEW_CELLS or rows <= FEW_ROWS:
        return finest
    read, (cells,) = sizes(query, (query.dimensions,), catalogue, ask, as_of=as_of)
    whole = cost(len(query.dimensions), read, cells)
    for groups in (covering_pairs(query.dimensions), covering(query.dimensions)):
        if 2 * (sum(cost(len(g), read, FEW_CELLS / 100) for g in groups) + cost(4, read, FEW_CELLS)) <= whole:
            return CubePlan(groups=groups)
    return finest


def cost(keys: int, rows: float, cells: float) -> float:
    """Return what a GROUP BY costs, in passes of one key over a row."""
    return rows * (0.55 + 0.45 * keys) + CELL * cells


def sizes(
    query: CubeQuery, subsets: Sequence[tuple[str, ...]], catalogue: Catalogue, ask: Ask, *, as_of: date | None = None
) -> tuple[float, tuple[float, ...]]:
    """Return about how many rows a query reads and how many cells each subset of its dimensions has."""
    tables = [ask(sql).table for sql in compile_cube_sizes(query, subsets, catalogue, as_of=as_of)]
    found = [table.rows()[0] for table in tables]
    return sum(float(row[0]) for row in found), tuple(
        max(float(row[i]) for row in found) for i in range(1, len(subsets) + 1)
    )


def longest_fitting(
    query: CubeQuery, order: Sequence[str], catalogue: Catalogue, ask: Ask, *, as_of: date | None = None
) -> tuple[str, ...]:
    """Return as many of the dimensions, the first ones first, as have few enough cells together."""
    prefixes = [tuple(order[:n]) for n in range(2, len(order) + 1)]
    _, cells = sizes(query, prefixes, catalogue, ask, as_of=as_of)
    fitting = [prefix for prefix, size in zip(prefixes, cells, strict=True) if size <= FEW_CELLS]
    return max(fitting, key=len, default=tuple(order[:1]))


def covering_pairs(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return few triples of at least three names that hold every pair of them, mostly the fewest there are."""
    return tuple(tuple(names[i] for i in triple) for triple in _triples(len(names)))


@lru_cache
def _triples(count: int) -> tuple[tuple[int, ...], ...]:
    """Cover the pairs greedily with some luck, again and again, and keep the shortest cover.

    Schönheim's bound (1964) tells when there is none shorter.
    """
    pairs = {pair: 1 << i for i, pair in enumerate(combinations(range(count), 2))}
    held = {triple: sum(pairs[pair] for pair in combinations(triple, 2)) for triple in combinations(range(count), 3)}
    least = ceil(count / 3 * ceil((count - 1) / 2))
    lots, best = Random(0), tuple(held)
    for attempt in range(_TRIES):
        luck = 1.0 + attempt % 2
        found, left = [], (1 << len(pairs)) - 1
        while left:
            triple = max(held, key=lambda t: (held[t] & left).bit_count() + luck * lots.random())
            left &= ~held[triple]
            found.append(triple)
        best = min(best, tuple(found), key=len)
        if len(best) == least:
            break
    return best


def covering(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the fewest groups of at most three that hold every name."""
    return tuple(tuple(names[i : i + 3]) for i in range(0, len(names), 3))
