"""A change is shared out over the factors of a formula without a rest."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis.drivers.factors import shapley

values = st.lists(st.tuples(st.floats(0.01, 1e4), st.floats(0.01, 1e4)), min_size=2, max_size=5)


def odd(x: tuple[float, ...]) -> float:
    return x[0] / x[1] - sum(x[1:]) * x[0]


@given(values)
def test_parts_of_a_product_and_of_any_formula_add_up(pairs: list[tuple[float, float]]) -> None:
    before, now = zip(*pairs, strict=True)
    for formula in (prod, sum, odd):
        parts = shapley(formula, before, now)
        size = max(abs(formula(before)), abs(formula(now)), sum(map(abs, parts)))
        assert sum(parts) == pytest.approx(formula(now) - formula(before), abs=1e-9 * size)


@given(values)
def test_swapping_the_periods_flips_every_part(pairs: list[tuple[float, float]]) -> None:
    before, now = zip(*pairs, strict=True)
    forth, back = shapley(odd, before, now), shapley(odd, now, before)
    size = max(map(abs, forth))
    assert forth == pytest.approx([-part for part in back], abs=1e-9 * max(size, abs(odd(now)), abs(odd(before))))


@given(values)
def test_a_factor_that_stayed_carries_nothing(pairs: list[tuple[float, float]]) -> None:
    before, now = zip(*pairs, strict=True)
    stayed = (before[0], *now[1:])
    assert shapley(prod, before, stayed)[0] == pytest.approx(0, abs=1e-9 * max(prod(before), prod(stayed)))


def test_two_factors_of_a_product_share_by_their_midpoints() -> None:
    assert shapley(prod, (2.0, 10.0), (3.0, 12.0)) == pytest.approx((11.0, 5.0))
