"""How much of a change each factor of a formula carries."""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial

Formula = Callable[[tuple[float, ...]], float]


def shapley(formula: Formula, before: Sequence[float], now: Sequence[float]) -> tuple[float, ...]:
    """Return each factor's part of formula(now) − formula(before); the parts add up to it.

    Shapley's value over all orders in which factors may change (Shorrocks 2013): order-free, exact for
    any formula, x̄Δy + ȳΔx for a product of two. Takes 2^factors evaluations; the formula may raise.
    """
    count = len(now)
    everyone = range(count)
    values = {
        chosen: formula(tuple(now[i] if i in chosen else before[i] for i in everyone))
        for size in range(count + 1)
        for chosen in map(frozenset, combinations(everyone, size))
    }
    weights = [factorial(size) * factorial(count - size - 1) / factorial(count) for size in range(count)]
    return tuple(sum(weights[len(c)] * (values[c | {i}] - values[c]) for c in values if i not in c) for i in everyone)
