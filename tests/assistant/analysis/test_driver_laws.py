"""What holds of the drivers of any metric: a share, a mean, a score of both signs, a sum, a formula, a forecast."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.analysis.drivers import explain, explain_formula
from assistant.types import Drivers, Segment
from semantic_layer.errors import UserError
from semantic_layer.query import UNKNOWN, Cube
from tests.assistant.analysis.test_drivers import cube, named, residuals

SIZES = (3, 4, 2)
CELLS = 24
SUMS = ("rows", "n", "d", "nn", "nd", "dd")
Turn = Callable[[Cube], Cube]


def leaves(seed: int) -> tuple[np.random.Generator, NDArray[np.int64], NDArray[np.int64]]:
    """Every cell once a period."""
    codes = np.column_stack(np.unravel_index(np.tile(np.arange(CELLS), 2), SIZES))
    return np.random.default_rng(seed), codes, np.repeat([0, 1], CELLS)


def share(seed: int) -> Cube:
    rng, codes, period = leaves(seed)
    d = rng.integers(40, 400, 2 * CELLS)
    return cube(rng.binomial(d, rng.uniform(0.1, 0.6, 2 * CELLS)), d, codes, period, sizes=SIZES)


def mean(seed: int) -> Cube:
    rng, codes, period = leaves(seed)
    d, value = rng.integers(40, 400, 2 * CELLS), rng.uniform(2, 9, 2 * CELLS)
    found = cube(d * value, d, codes, period, sizes=SIZES)
    return replace(found, nn=d * (value**2 + 4), nd=found.n, dd=found.d)


def score(seed: int) -> Cube:
    """Promoters less detractors."""
    rng, codes, period = leaves(seed)
    d = rng.integers(40, 400, 2 * CELLS)
    promoters = rng.binomial(d, rng.uniform(0.1, 0.7, 2 * CELLS))
    detractors = rng.binomial(d - promoters, rng.uniform(0.1, 0.7, 2 * CELLS))
    found = cube(promoters - detractors, d, codes, period, sizes=SIZES)
    return replace(found, nn=(promoters + detractors).astype(float), nd=found.n, dd=found.d)


def count(seed: int) -> Cube:
    rng, codes, period = leaves(seed)
    return cube(rng.integers(40, 400, 2 * CELLS), None, codes, period, sizes=SIZES)


def formula(seed: int, turn: Turn) -> Drivers:
    return explain_formula((turn(share(seed)), turn(count(seed + 1))), lambda x: x[0] * x[1])


KINDS: Mapping[str, Callable[[int, Turn], Drivers]] = {
    "share": lambda seed, turn: explain(turn(share(seed))),
    "mean": lambda seed, turn: explain(turn(mean(seed))),
    "score": lambda seed, turn: explain(turn(score(seed))),
    "sum": lambda seed, turn: explain(turn(count(seed))),
    "formula": formula,
    "forecast of a sum": lambda seed, turn: explain(turn(count(seed)), forecast=True),
    "forecast of a mean": lambda seed, turn: explain(turn(mean(seed)), forecast=True),
}
SCALES_WITH_ROWS = {"sum", "formula", "forecast of a sum"}
every_kind = pytest.mark.parametrize("kind", list(KINDS))
seeds = given(seed=st.integers(0, 10_000))
few = settings(max_examples=12, deadline=None)


def as_it_is(given_cube: Cube) -> Cube:
    return given_cube


def parts(found: Drivers) -> dict[tuple[str, str], float]:
    """The contribution of every member of every dimension."""
    rows = [(split.dimension, row) for split in found.by_dimension for row in split.rows]
    return {(name, str(named(row)[name][0])): row.contribution for name, row in rows}


def cells_named(segment: Segment, prefix: str = "") -> set[tuple[str, str, frozenset[str]]]:
    """The filters of a segment, whatever the order of what they list."""
    return {(f.dimension, f.operator, frozenset(f"{prefix}{value}" for value in f.values)) for f in segment.filters}


def close(values: Mapping[tuple[str, str], float]) -> object:
    return pytest.approx(values, rel=1e-7, abs=1e-9 * max(map(abs, values.values())))


@every_kind
@few
@seeds
def test_parts_add_up_to_the_change(kind: str, seed: int) -> None:
    found = KINDS[kind](seed, as_it_is)
    assert max(residuals(found)) <= 1e-9 * max(abs(found.total_change), sum(map(abs, parts(found).values())))


@every_kind
@few
@seeds
def test_swapped_periods_flip_every_sign(kind: str, seed: int) -> None:
    def swapped(given_cube: Cube) -> Cube:
        return replace(given_cube, period=1 - given_cube.period)

    forth, back = (parts(KINDS[kind](seed, turn)) for turn in (as_it_is, swapped))
    assert forth == close({key: -value for key, value in back.items()})


@every_kind
@few
@seeds
@example(seed=236)  # of a share: a segment and its part hold the same cells once the others are taken out
@example(seed=653)  # of a mean: a segment leaves out several members
def test_other_names_in_another_order_change_nothing_else(kind: str, seed: int) -> None:
    places = [np.random.default_rng(seed + d).permutation(size) for d, size in enumerate(SIZES)]

    def renamed(given_cube: Cube) -> Cube:
        order = np.random.default_rng(seed).permutation(len(given_cube.period))
        codes = np.column_stack([place[column] for place, column in zip(places, given_cube.codes.T, strict=True)])
        members = tuple(
            tuple(f"new {names[old]}" for old in np.argsort(place))
            for names, place in zip(given_cube.members, places, strict=True)
        )
        sums = {name: getattr(given_cube, name)[order] for name in SUMS}
        return replace(
            given_cube, members=members, codes=codes[order].astype(np.int32), period=given_cube.period[order], **sums
        )

    once, again = (KINDS[kind](seed, turn) for turn in (as_it_is, renamed))
    assert {(d, f"new {m}"): value for (d, m), value in parts(once).items()} == close(parts(again))
    assert [cells_named(s, "new ") for s in once.segments] == [cells_named(s) for s in again.segments]


@every_kind
@few
@seeds
def test_a_member_in_two_identical_halves_is_worth_as_much(kind: str, seed: int) -> None:
    def halved(given_cube: Cube) -> Cube:
        twin = given_cube.codes[:, 1] == 0
        codes = given_cube.codes.copy()
        codes[twin, 1] = SIZES[1]
        names = (*given_cube.members[1], "twin")
        halves = {name: np.where(twin, 0.5, 1.0) * getattr(given_cube, name) for name in SUMS}
        return replace(
            given_cube,
            members=(given_cube.members[0], names, given_cube.members[2]),
            codes=np.concatenate([given_cube.codes, codes[twin]]),
            period=np.concatenate([given_cube.period, given_cube.period[twin]]),
            **{name: np.concatenate([half, half[twin]]) for name, half in halves.items()},
        )

    whole, split = (parts(KINDS[kind](seed, turn)) for turn in (as_it_is, halved))
    both = split.pop(("land", "twin")) + split.pop(("land", "land0"))
    assert both == pytest.approx(whole.pop(("land", "land0")), abs=1e-9 * max(map(abs, whole.values())))
    assert split == close(whole)


@every_kind
@few
@seeds
def test_ten_times_the_rows_leave_a_rate_and_make_a_sum_tenfold(kind: str, seed: int) -> None:
    def tenfold(given_cube: Cube) -> Cube:
        return replace(given_cube, **{name: 10 * getattr(given_cube, name) for name in SUMS})

    once, often = (parts(KINDS[kind](seed, turn)) for turn in (as_it_is, tenfold))
    times = 10 if kind in SCALES_WITH_ROWS else 1
    assert {key: times * value for key, value in once.items()} == close(often)


@every_kind
def test_equal_periods_have_no_driver(kind: str) -> None:
    def equal(given_cube: Cube) -> Cube:
        first = given_cube.period == 0
        sums = {name: np.tile(getattr(given_cube, name)[first], 2) for name in SUMS}
        return replace(given_cube, **sums)

    found = KINDS[kind](1, equal)
    assert found.segments == ()
    assert set(parts(found).values()) == {0.0}


@every_kind
@pytest.mark.parametrize("period", [0, 1])
def test_an_empty_period_is_said(kind: str, period: int) -> None:
    def emptied(given_cube: Cube) -> Cube:
        there = (given_cube.period != period).astype(float)
        return replace(given_cube, **{name: there * getattr(given_cube, name) for name in SUMS})

    with pytest.raises(UserError) as caught:
        KINDS[kind](1, emptied)
    assert caught.value.code == "empty_period"


@every_kind
def test_an_infinite_sum_is_said(kind: str) -> None:
    def infinite(given_cube: Cube) -> Cube:
        return replace(given_cube, n=np.where(np.arange(2 * CELLS) == 3, np.inf, given_cube.n))

    with pytest.raises(UserError) as caught:
        KINDS[kind](1, infinite)
    assert caught.value.code == "not_finite"


@every_kind
def test_a_dimension_of_unknowns_only_is_never_named(kind: str) -> None:
    def unknown(given_cube: Cube) -> Cube:
        codes = given_cube.codes.copy()
        codes[:, 1] = 0
        return replace(given_cube, codes=codes, members=(given_cube.members[0], (UNKNOWN,), given_cube.members[2]))

    found = KINDS[kind](1, unknown)
    assert max(residuals(found)) <= 1e-9 * max(abs(found.total_change), sum(map(abs, parts(found).values())))
    assert all("land" not in named(segment) for segment in found.segments)


@every_kind
def test_one_row_a_period_has_no_driver(kind: str) -> None:
    def one(given_cube: Cube) -> Cube:
        kept = np.array([0, CELLS])
        sums = {name: getattr(given_cube, name)[kept] / given_cube.rows[kept] for name in SUMS}
        return replace(given_cube, codes=given_cube.codes[kept], period=given_cube.period[kept], **sums)

    assert KINDS[kind](1, one).segments == ()


@pytest.mark.parametrize("kind", ["share", "mean", "score", "forecast of a mean"])
@pytest.mark.parametrize("below", [0.0, -50.0])
def test_a_part_without_a_positive_denominator_leaves_no_residual(kind: str, below: float) -> None:
    def thin(given_cube: Cube) -> Cube:
        place = np.isin(np.arange(2 * CELLS), [2, CELLS + 2, CELLS + 7])
        return replace(given_cube, d=np.where(place, below, given_cube.d))

    found = KINDS[kind](1, thin)
    assert max(residuals(found)) <= 1e-9 * max(abs(found.total_change), sum(map(abs, parts(found).values())))


@pytest.mark.parametrize("kind", ["forecast of a sum", "sum"])
def test_a_hundred_thousand_members_without_an_effect_name_none(kind: str) -> None:
    rng, size = np.random.default_rng(3), 100_000
    n = np.concatenate([rng.poisson(20, size), rng.poisson(20, size)])
    codes = np.tile(np.arange(size), 2)[:, None]
    found = explain(cube(n, None, codes, np.repeat([0, 1], size), sizes=(size,)), forecast=kind != "sum")
    assert found.segments == ()
