"""A formula of metrics is split as exactly as a ratio, and what may mislead is said."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.analysis.drivers import explain_formula
from assistant.analysis.drivers.traps import traps
from semantic_layer.errors import UserError
from semantic_layer.query import UNKNOWN, Cube
from tests.assistant.analysis.test_drivers import cube, named, simulated

LABELS = {"size": "Size", "land": "Country"}


def ratio_of_ratios(x: tuple[float, ...]) -> float:
    return x[0] / x[1]


def less(x: tuple[float, ...]) -> float:
    return 3 * x[0] - x[1]


def drawn(seed: int, *, counted: bool) -> Cube:
    rng = np.random.default_rng(seed)
    codes = np.column_stack([rng.integers(0, size, 40) for size in (3, 4, 4, 5)])
    d = rng.integers(5, 400, 80)
    both, period = np.concatenate([codes, codes]), np.repeat([0, 1], 40)
    return cube(d, None, both, period) if counted else cube(rng.binomial(d, 0.4) + 1, d, both, period)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from([ratio_of_ratios, less]))
def test_every_cut_of_a_formula_adds_up_to_its_change(seed: int, counted: bool, formula) -> None:
    cubes = drawn(seed, counted=counted), drawn(seed + 1, counted=False)
    found = explain_formula(cubes, formula)
    values = [tuple(_value(c, period) for c in cubes) for period in (0, 1)]
    assert found.total_change == pytest.approx(formula(values[1]) - formula(values[0]), rel=1e-9, abs=1e-12)
    parts = [sum(s.contribution for s in found.segments) + found.other]
    parts += [sum(r.contribution for r in split.rows) for split in found.by_dimension]
    size = max(abs(r.contribution) for split in found.by_dimension for r in split.rows)
    assert parts == pytest.approx([found.total_change] * 5, abs=1e-9 * max(size, abs(found.total_change)))


def _value(given_cube: Cube, period: int) -> float:
    inside = given_cube.period == period
    total = given_cube.n[inside].sum()
    return float(total if given_cube.kind == "additive" else total / given_cube.d[inside].sum())


def test_the_segment_that_moved_the_leading_factor_moves_the_formula() -> None:
    cubes = simulated(3, rows=60_000, planted={0: 1, 2: 1}, factor=4.0), simulated(4, rows=60_000)
    found = explain_formula(cubes, ratio_of_ratios)
    assert named(found.segments[0]) == {"size": ("size1",), "tariff": ("tariff1",)}
    assert found.segments[0].ci is not None
    assert found.segments[0].ci[0] > 0


def test_a_formula_that_divides_by_zero_says_so() -> None:
    calm = simulated(4)
    nothing = replace(calm, n=np.zeros(len(calm.n)))
    with pytest.raises(UserError, match="divides by zero"):
        explain_formula((calm, nothing), ratio_of_ratios)


def test_a_member_of_one_period_only_is_called_a_change_of_coverage() -> None:
    found = traps(cube([30, 30, 20], [90, 90, 90], [[0], [0], [1]], [0, 1, 1], sizes=(2,)), LABELS)
    assert found == ("Size size1 has rows in the later period only (50% of them): coverage changed",)


def test_rows_lost_to_unknown_are_called_a_change_of_tracking() -> None:
    given_cube = cube([90, 10, 60, 40], [900, 100, 600, 400], [[0], [1], [0], [1]], [0, 0, 1, 1], sizes=(2,))
    (found,) = traps(replace(given_cube, members=(("size0", UNKNOWN),)), LABELS)
    assert found.startswith("Size is unknown for 40% of the rows, up from 10%")


def test_a_handful_of_events_is_said() -> None:
    found = traps(cube([4, 40], [500, 500], [[0], [0]], [0, 1], sizes=(1,)), LABELS)
    assert found == ("the earlier period rests on about 4 events: a single one moves the figure",)


def test_steady_coverage_and_many_events_warn_of_nothing() -> None:
    assert traps(simulated(5), LABELS) == ()
