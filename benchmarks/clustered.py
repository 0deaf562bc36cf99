"""Rows of customers who come back: alike within one, in the same period or in both."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from semantic_layer.query import Clusters, Cube

Floats = NDArray[np.float64]
Kind = Literal["rate", "amount", "count"]
OF_CUSTOMERS, OF_ROWS = (3, 4), (5, 6)
SIZES = (*OF_CUSTOMERS, *OF_ROWS)
LETTERS = "abcd"
SAMPLED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One row a contact: whose, its members (rows, dimensions), the period, numerator and denominator."""

    customer: NDArray[np.int64]
    codes: NDArray[np.int64]
    period: NDArray[np.int64]
    n: Floats
    d: Floats


def visits(seed: int, kind: Kind, *, each: float = 10.0, stay: float = 0.0, customers: int = 4_000) -> Rows:
    """Draw customers, who differ for good, and their rows; nothing changes between the periods.

    `each` is the number of rows of a customer and period, `stay` the share of customers who come in both periods.
    """
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(1)
    shares = [fixed.dirichlet(np.full(size, 4.0)) for size in SIZES]
    traits = np.column_stack([rng.choice(s, customers, p=shares[i]) for i, s in enumerate(OF_CUSTOMERS)])
    level, first = rng.normal(0, 1.2, customers), rng.integers(0, 2, customers)
    both = rng.random(customers) < stay
    parts = []
    for period in (0, 1):
        counts = rng.poisson(each * np.exp(0.4 * level), customers) * (both | (first == period))
        whose = np.repeat(np.arange(customers), counts)
        own = np.column_stack([rng.choice(s, len(whose), p=shares[i + 2]) for i, s in enumerate(OF_ROWS)])
        codes = np.column_stack([traits[whose], own])
        logit = -1.5 + 0.3 * codes[:, 0] - 0.1 * codes[:, 2] + level[whose]
        parts.append((whose, codes, np.full(len(whose), period), *_values(rng, kind, logit)))
    customer, codes, period, n, d = (np.concatenate(x) for x in zip(*parts, strict=True))
    return Rows(customer=customer, codes=codes, period=period, n=n, d=d)


def cube_and_clusters(rows: Rows) -> tuple[Cube, Clusters]:
    """Sum rows by cell, and by customer and cell for a sample of customers as large as the product's."""
    codes, period, sums = _summed(np.column_stack([rows.codes, rows.period]), rows, slice(None))
    cube = Cube(
        metric="m", kind="ratio" if rows.d.any() else "additive", dimensions=tuple(LETTERS),
        members=tuple(tuple(f"{x}{i}" for i in range(s)) for x, s in zip(LETTERS, SIZES, strict=True)),
        codes=codes, period=period, rows=sums["row_count"], **{k: v for k, v in sums.items() if k != "row_count"},
    )  # fmt: skip
    drawn = np.random.default_rng(5).integers(0, max(1, len(rows.n) // SAMPLED), rows.customer.max() + 1) == 0
    kept = drawn[rows.customer]
    keys = np.column_stack([rows.customer, rows.codes, rows.period])[kept]
    codes, period, sums = _summed(keys, rows, kept)
    cluster = np.unique(codes[:, 0], return_inverse=True)[1]
    return cube, Clusters(cluster=cluster, codes=codes[:, 1:], period=period, sums=sums)


def _values(rng: np.random.Generator, kind: Kind, logit: Floats) -> tuple[Floats, Floats]:
    ones = np.ones(len(logit))
    drawn: dict[Kind, Callable[[], tuple[Floats, Floats]]] = {
        "rate": lambda: ((rng.random(len(logit)) < 1 / (1 + np.exp(-logit))).astype(float), ones),
        "amount": lambda: (np.exp(3 + 0.3 * logit + rng.normal(0, 0.5, len(logit))), ones),
        "count": lambda: (ones, np.zeros(len(logit))),
    }
    return drawn[kind]()


def _summed(
    keys: NDArray[np.int64], rows: Rows, kept: NDArray[np.bool_] | slice
) -> tuple[NDArray[np.int32], NDArray[np.int8], dict[str, Floats]]:
    """Sum by the keys, whose last column is the period."""
    sizes = tuple(int(column.max()) + 1 for column in keys.T)
    found, where = np.unique(np.ravel_multi_index(tuple(keys.T), sizes), return_inverse=True)
    at = np.column_stack(np.unravel_index(found, sizes))
    n, d = rows.n[kept], rows.d[kept]
    values = {"row_count": np.ones(len(n)), "n": n, "d": d, "nn": n * n, "nd": n * d, "dd": d * d}
    sums = {name: np.bincount(where, value) for name, value in values.items()}
    return at[:, :-1].astype(np.int32), at[:, -1].astype(np.int8), sums
