"""Drivers add up, find what was planted, and name nothing where nothing is."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from assistant.analysis.change import change_of
from assistant.analysis.changepoint import level_shift
from assistant.analysis.drivers import explain
from assistant.types import Drivers, Segment
from semantic_layer.errors import UserError
from semantic_layer.query import Cube

SIZES = (3, 4, 4, 5)
NAMES = ("size", "land", "tariff", "way")


def cube(
    n: ArrayLike,
    d: ArrayLike | None,
    codes: ArrayLike,
    period: ArrayLike,
    sizes: Sequence[int] = SIZES,
) -> Cube:
    """A cube of events n among d rows each (a ratio), or of counts n."""
    n_ = np.asarray(n, dtype=float)
    zero = np.zeros(len(n_))
    d_ = zero if d is None else np.asarray(d, dtype=float)
    return Cube(
        metric="m", kind="additive" if d is None else "ratio", dimensions=NAMES[: len(sizes)],
        members=tuple(tuple(f"{name}{i}" for i in range(size)) for name, size in zip(NAMES, sizes, strict=False)),
        codes=np.asarray(codes, dtype=np.int32), period=np.asarray(period, dtype=np.int8),
        rows=n_ if d is None else d_, n=n_, d=d_, nn=n_, nd=zero if d is None else n_, dd=d_,
    )  # fmt: skip


def simulated(
    seed: int, *, rate: float = 0.03, rows: int = 30_000, planted: dict[int, int] | None = None, factor: float = 1.0
) -> Cube:
    """Rows spread over all cells in both periods; inside `planted` the rate is multiplied in the later one."""
    rng = np.random.default_rng(seed)
    weights = [rng.dirichlet(np.full(size, 3.0)) for size in SIZES]
    grids = np.stack(np.meshgrid(*[np.arange(size) for size in SIZES], indexing="ij"), axis=-1).reshape(-1, len(SIZES))
    share = np.prod([w[grids[:, i]] for i, w in enumerate(weights)], axis=0)
    parts = []
    for period in (0, 1):
        d = rng.multinomial(rows, share)
        inside = (
            np.all([grids[:, k] == v for k, v in (planted or {}).items()], axis=0)
            if planted
            else np.zeros(len(d), bool)
        )
        p = np.where(inside & (period == 1), rate * factor, rate)
        parts.append((rng.binomial(d, p), d, grids, np.full(len(d), period)))
    n, d, codes, period = (np.concatenate(x) for x in zip(*parts, strict=True))
    kept = d > 0
    return cube(n[kept], d[kept], codes[kept], period[kept])


def named(segment: Segment) -> dict[str, tuple[object, ...]]:
    return {f.dimension: f.values for f in segment.filters}


def residuals(found: Drivers) -> list[float]:
    whole = sum(s.contribution for s in found.segments) + found.other + found.unexplained + found.definitional_change
    cuts = [sum(r.contribution for r in split.rows) + found.definitional_change for split in found.by_dimension]
    return [abs(total - found.total_change) for total in (whole, *cuts)]


@st.composite
def cubes(draw: st.DrawFn) -> Cube:
    cells = draw(st.integers(2, 40))
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    codes = np.column_stack([rng.integers(0, size, cells) for size in SIZES])
    both = np.concatenate([codes, codes])
    period = np.repeat([0, 1], cells)
    d = rng.integers(0, 400, 2 * cells)
    d[[0, cells]] = 10
    if draw(st.booleans()):
        return cube(rng.binomial(d, rng.uniform(0, 1, 2 * cells)), d, both, period)
    return cube(d, None, both, period)


@settings(max_examples=150, deadline=None)
@given(cubes())
def test_segments_and_every_dimension_add_up_to_the_change(given_cube: Cube) -> None:
    found = explain(given_cube)
    parts = [abs(r.contribution) for split in found.by_dimension for r in split.rows]
    assert max(residuals(found)) <= 1e-9 * max(abs(found.total_change), sum(parts), 1e-300)


@settings(max_examples=60, deadline=None)
@given(cubes())
def test_swapping_the_periods_flips_every_sign(given_cube: Cube) -> None:
    forth, back = explain(given_cube), explain(replace(given_cube, period=1 - given_cube.period))
    for a, b in zip(forth.by_dimension, back.by_dimension, strict=True):
        there = {named(r)[a.dimension]: r.contribution for r in a.rows}
        here = {named(r)[b.dimension]: r.contribution for r in b.rows}
        assert there == pytest.approx({k: -v for k, v in here.items()})


@settings(max_examples=60, deadline=None)
@given(cubes(), st.floats(1.1, 5.0))
def test_more_volume_at_the_same_rates_moves_no_ratio(given_cube: Cube, factor: float) -> None:
    if given_cube.kind == "additive":
        return
    once = given_cube.period == 0
    first = [getattr(given_cube, name)[once] for name in ("codes", "rows", "n", "d", "nn", "nd", "dd")]
    codes, *sums = first
    twice = [np.concatenate([s, s * factor]) for s in sums]
    same = replace(
        given_cube, codes=np.concatenate([codes, codes]), period=np.repeat([0, 1], len(codes)).astype(np.int8),
        **dict(zip(("rows", "n", "d", "nn", "nd", "dd"), twice, strict=True)),
    )  # fmt: skip
    found = explain(same)
    assert found.total_change == pytest.approx(0, abs=1e-12)
    assert all(abs(r.contribution) < 1e-12 for split in found.by_dimension for r in split.rows)
    assert not found.segments


def test_equal_periods_have_no_drivers() -> None:
    half = simulated(3)
    keep = half.period == 0
    parts = {name: np.tile(getattr(half, name)[keep], 2) for name in ("rows", "n", "d", "nn", "nd", "dd")}
    codes = np.tile(half.codes[keep], (2, 1))
    equal = replace(half, codes=codes, period=np.repeat([0, 1], keep.sum()).astype(np.int8), **parts)
    assert explain(equal).segments == ()


def test_names_do_not_matter() -> None:
    given_cube = simulated(5, planted={0: 1, 1: 2}, factor=3.0)
    turned = replace(
        given_cube,
        codes=np.column_stack([given_cube.codes[:, i] for i in (3, 2, 1, 0)]),
        dimensions=given_cube.dimensions[::-1],
        members=given_cube.members[::-1],
    )
    assert [named(s) for s in explain(given_cube).segments] == [
        dict(sorted(named(s).items(), key=lambda kv: NAMES.index(kv[0]))) for s in explain(turned).segments
    ]


@pytest.mark.parametrize("planted", [{0: 1}, {0: 1, 2: 1}, {0: 0, 1: 1, 2: 2}])
def test_a_strong_planted_cause_leads_at_its_own_grain(planted: dict[int, int]) -> None:
    exact = 0
    for seed in range(12):
        found = explain(simulated(seed, rows=60_000, planted=planted, factor=4.0))
        wanted = {NAMES[d]: (f"{NAMES[d]}{m}",) for d, m in planted.items()}
        exact += bool(found.segments) and named(found.segments[0]) == wanted
    assert exact >= 10


def test_a_part_is_named_itself_where_the_rest_of_its_parent_hardly_varies() -> None:
    """Long calls vary a hundred times as much as short messages: a market is as clear as its calls."""
    rng = np.random.default_rng(2)
    codes = np.column_stack([rng.integers(0, size, 40_000) for size in SIZES])
    period = np.repeat([0, 1], 20_000)
    long = codes[:, 3] == 4
    moved = long & (codes[:, 1] == 2) & (period == 1)
    value = rng.normal(np.where(long, 600, 60), np.where(long, 200, 2)) * np.where(moved, 1.1, 1.0)
    keys, at = np.unique(np.column_stack([codes, period]), axis=0, return_inverse=True)
    rows, n, nn = (np.bincount(at.ravel(), w, len(keys)) for w in (np.ones(len(at)), value, value**2))
    given_cube = replace(cube(n, rows, keys[:, :4], keys[:, 4]), nn=nn, nd=n, dd=rows)
    assert named(explain(given_cube).segments[0]) == {"land": ("land2",), "way": ("way4",)}


def test_without_any_effect_a_driver_is_named_in_at_most_one_of_twenty_cases() -> None:
    false = sum(bool(explain(simulated(seed, rows=8_000)).segments) for seed in range(200))
    assert false <= 18  # binomial(200, .05) exceeds 18 with p < .005


def test_a_uniform_change_names_no_segment() -> None:
    false = 0
    for seed in range(40):
        given_cube = simulated(seed)
        later = given_cube.period == 1
        n = np.where(later, np.random.default_rng(seed).binomial(given_cube.d.astype(int), 0.045), given_cube.n)
        false += bool(explain(replace(given_cube, n=n, nn=n, nd=n)).segments)
    assert false <= 6


def test_intervals_of_the_change_cover_the_truth() -> None:
    covered = 0
    for seed in range(400):
        ci = change_of(simulated(seed, rows=2_000)).ci
        assert ci is not None
        covered += ci[0] <= 0 <= ci[1]
    assert 0.92 <= covered / 400 <= 0.98


def test_a_part_of_one_period_only_is_all_mix() -> None:
    codes = np.array([[0], [0], [1]])
    found = explain(cube([10, 10, 30], [100, 100, 100], codes, [0, 1, 1], sizes=(2,)))
    new = next(r for r in found.by_dimension[0].rows if named(r)["size"] == ("size1",))
    assert new.value_before is None
    assert new.rate_effect == pytest.approx(0)
    assert max(residuals(found)) < 1e-12


def test_a_total_that_moves_against_its_parts_is_called_a_paradox() -> None:
    codes = np.array([[0], [1], [0], [1]])
    found = explain(
        cube([9_000, 1_000, 2_850, 4_800], [10_000, 10_000, 3_000, 40_000], codes, [0, 0, 1, 1], sizes=(2,)),
        labels={"size": "Size"},
    )
    assert found.total_change < 0
    assert all((r.rate_effect or 0) > 0 for r in found.by_dimension[0].rows)
    assert [p.dimension for p in found.paradox] == ["size"]
    assert "size" in found.paradox[0].text.lower()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"period": np.ones(4, dtype=np.int8)}, "empty_period"),
        ({"d": np.zeros(4)}, "no_denominator"),
        ({"n": np.array([1.0, np.inf, 1.0, 1.0])}, "not_finite"),
    ],
)
def test_what_cannot_be_explained_is_said(change: dict[str, np.ndarray], code: str) -> None:
    plain = cube([5, 5, 5, 5], [50, 50, 50, 50], np.array([[0], [1], [0], [1]]), [0, 0, 1, 1], sizes=(2,))
    with pytest.raises(UserError) as caught:
        explain(replace(plain, **change))  # type: ignore[arg-type]
    assert caught.value.code == code


def test_one_row_a_period_invents_nothing() -> None:
    assert explain(cube([1, 0], [1, 1], np.array([[0], [0]]), [0, 1], sizes=(1,))).segments == ()


def test_a_hundred_thousand_members_are_split_without_a_residual() -> None:
    count = 100_000
    rng = np.random.default_rng(1)
    codes = np.tile(np.arange(count)[:, None], (2, 1))
    d = rng.integers(1, 20, 2 * count)
    found = explain(cube(rng.binomial(d, 0.1), d, codes, np.repeat([0, 1], count), sizes=(count,)))
    assert max(residuals(found)) < 1e-9


def test_a_lasting_step_is_found_where_it_began() -> None:
    rng = np.random.default_rng(2)
    series = [*rng.normal(2.0, 0.05, 8), *rng.normal(2.5, 0.05, 5)]
    shift = level_shift(series)
    assert shift is not None
    assert shift.index == 8
    assert shift.p_value < 0.01


def test_one_month_out_of_line_is_no_step() -> None:
    rng = np.random.default_rng(4)
    series = list(rng.normal(2.0, 0.05, 13))
    series[6] += 3.0
    shift = level_shift(series)
    assert shift is None or shift.p_value >= 0.01


def test_noise_rarely_looks_like_a_step() -> None:
    rng = np.random.default_rng(9)
    shifts = (level_shift(list(rng.normal(2.0, 0.1, 13))) for _ in range(300))
    assert sum(s is not None and s.p_value < 0.01 for s in shifts) <= 9


def forecast(
    seed: int, *, noise: float, causes: Sequence[dict[int, int]] = (), heavy: bool = False, bias: float = 1.0
) -> Cube:
    """Leaves with a forecast (before) and what happened (now): less by half where a cause is."""
    rng = np.random.default_rng(seed)
    grids = np.stack(np.meshgrid(*[np.arange(size) for size in SIZES], indexing="ij"), axis=-1).reshape(-1, len(SIZES))
    expected = rng.lognormal(4, 1, len(grids))
    error = rng.laplace(0, noise, len(grids)) if heavy else rng.normal(0, noise, len(grids))
    actual = expected * bias * np.maximum(1 + error, 0)
    for cause in causes:
        actual[np.all([grids[:, d] == m for d, m in cause.items()], axis=0)] *= 0.5
    return cube([*actual, *expected], None, np.tile(grids, (2, 1)), np.repeat([1, 0], len(grids)))


def test_what_left_its_forecast_is_found_at_its_grain() -> None:
    causes = [{0: 1, 3: 2}, {1: 3, 2: 0}]
    found = explain(forecast(1, noise=0.05, causes=causes), forecast=True)
    got = {frozenset((f.dimension, f.values[0]) for f in s.filters if f.operator == "in") for s in found.segments}
    assert max(residuals(found)) < 1e-9 * abs(found.total_change)
    assert all(s.ci and s.ci[1] < 0 for s in found.segments)
    assert got == {frozenset((NAMES[d], f"{NAMES[d]}{m}") for d, m in cause.items()) for cause in causes}


def test_a_forecast_that_was_right_shows_no_deviation() -> None:
    assert sum(bool(explain(forecast(seed, noise=0.05), forecast=True).segments) for seed in range(40)) <= 2


def test_errors_that_are_now_and_then_large_are_no_deviation() -> None:
    named_ = sum(bool(explain(forecast(seed, noise=0.1, heavy=True), forecast=True).segments) for seed in range(40))
    assert named_ <= 4


def test_a_forecast_that_was_too_high_everywhere_names_no_segment() -> None:
    named_ = [bool(explain(forecast(seed, noise=0.05, bias=0.9), forecast=True).segments) for seed in range(40)]
    assert sum(named_) <= 4


@pytest.mark.parametrize(("heavy", "bias"), [(True, 1.0), (False, 0.9)])
def test_a_cause_is_found_though_the_forecast_is_poor(heavy: bool, bias: float) -> None:
    found = explain(forecast(3, noise=0.08, causes=[{0: 1, 3: 2}], heavy=heavy, bias=bias), forecast=True)
    assert [named(s) for s in found.segments] == [{"size": ("size1",), "way": ("way2",)}]


def test_causes_on_both_sides_of_a_forecast_are_found() -> None:
    up = forecast(5, noise=0.05, causes=[{0: 1, 3: 2}])
    more = (up.period == 1) & (up.codes[:, 1] == 3) & (up.codes[:, 0] == 0)
    n = np.where(more, up.n * 2, up.n)
    found = explain(replace(up, n=n, nn=n), forecast=True)
    assert sorted(s.contribution > 0 for s in found.segments) == [False, True]


def test_an_offset_inside_a_flat_total_is_still_named() -> None:
    up = simulated(7, rows=80_000, planted={1: 0}, factor=2.0)
    later = up.period == 1
    fell = later & (up.codes[:, 1] == 1)
    n = np.where(fell, np.round(up.n * 0.4), up.n)
    found = explain(replace(up, n=n, nn=n, nd=n))
    signs = {str(named(s).get("land")): s.contribution > 0 for s in found.segments}
    assert signs.get("('land0',)") is True
    assert signs.get("('land1',)") is False


def test_segments_share_no_rows() -> None:
    both = simulated(11, rows=120_000, planted={0: 1}, factor=2.0)
    more = (both.period == 1) & (both.codes[:, 2] == 1)
    n = np.where(more, np.minimum(both.n * 2, both.d), both.n)
    lifted = replace(both, n=n, nn=n, nd=n)
    found = explain(lifted)
    rows = [members_inside(lifted, s) for s in found.segments]
    assert len(rows) >= 2
    assert max(np.sum(rows, axis=0)) == 1


def members_inside(given_cube: Cube, segment: Segment) -> np.ndarray:
    """Which entries of a cube pass a segment's filters."""
    kept = np.ones(len(given_cube.period), dtype=int)
    for f in segment.filters:
        at = given_cube.dimensions.index(f.dimension)
        has = np.isin([given_cube.members[at][c] for c in given_cube.codes[:, at]], f.values)
        kept &= has if f.operator == "in" else ~has
    return kept


def test_a_counted_segment_that_grew_alone_is_named() -> None:
    rng = np.random.default_rng(3)
    grids = np.stack(np.meshgrid(*[np.arange(size) for size in SIZES], indexing="ij"), axis=-1).reshape(-1, len(SIZES))
    grown = (grids[:, 1] == 2) & (grids[:, 3] == 4)
    before, now = rng.poisson(60, len(grids)), rng.poisson(np.where(grown, 110, 60))
    found = explain(cube(np.concatenate([now, before]), None, np.tile(grids, (2, 1)), np.repeat([1, 0], len(grids))))
    assert [named(s) for s in found.segments] == [{"land": ("land2",), "way": ("way4",)}]


def test_counts_that_grew_everywhere_alike_name_no_segment() -> None:
    named_ = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        codes = np.stack(np.meshgrid(*[np.arange(s) for s in SIZES], indexing="ij"), axis=-1).reshape(-1, len(SIZES))
        size = rng.uniform(5, 200, len(codes))
        counts = np.concatenate([rng.poisson(1.4 * size), rng.poisson(size)])
        named_ += bool(explain(cube(counts, None, np.tile(codes, (2, 1)), np.repeat([1, 0], len(codes)))).segments)
    assert named_ <= 5


def test_a_dimension_that_follows_from_another_is_never_named_with_it() -> None:
    given_cube = simulated(5, rows=60_000, planted={3: 2}, factor=4.0)
    coarse = given_cube.codes[:, 3] // 3
    twin = replace(given_cube, codes=np.column_stack([given_cube.codes[:, :3], coarse, given_cube.codes[:, 3]]))
    wide = replace(
        twin, dimensions=("size", "land", "tariff", "site", "team"),
        members=(*given_cube.members[:3], ("site0", "site1"), tuple(f"team{i}" for i in range(5))),
    )  # fmt: skip
    found = explain(wide)
    assert named(found.segments[0]) == {"team": ("team2",)}
    assert all(not {"site", "team"} <= set(named(s)) for s in found.segments)


def test_splitting_a_member_into_two_halves_leaves_the_rest_as_it_was() -> None:
    whole = simulated(5, planted={0: 1, 1: 2}, factor=3.0)
    half = {name: getattr(whole, name) / 2 for name in ("rows", "n", "d", "nn", "nd", "dd")}
    other = whole.codes.copy()
    other[other[:, 3] == 0, 3] = len(whole.members[3])
    split = whole.codes[:, 3] == 0
    keep = {name: np.where(split, half[name], getattr(whole, name)) for name in half}
    halves = replace(
        whole,
        members=(*whole.members[:3], (*whole.members[3], "twin")),
        codes=np.concatenate([whole.codes, other[split]]),
        period=np.concatenate([whole.period, whole.period[split]]),
        **{name: np.concatenate([keep[name], half[name][split]]) for name in half},  # type: ignore[arg-type]
    )
    once, twice = explain(whole), explain(halves)
    assert [named(s) for s in once.segments] == [named(s) for s in twice.segments]
    rows, parts = (
        {named(r)["way"][0]: r.contribution for r in x.by_dimension[3].rows} for x in (once, twice)
    )  # fmt: skip
    assert parts.pop("twin") + parts["way0"] == pytest.approx(rows["way0"])
    assert {k: v for k, v in parts.items() if k != "way0"} == pytest.approx(
        {k: v for k, v in rows.items() if k != "way0"}
    )


def test_a_definitional_part_is_reported_apart_and_adds_up() -> None:
    found = explain(simulated(5, planted={0: 1}, factor=3.0), definitional_change=-0.002)
    assert found.definitional_change == -0.002
    assert max(residuals(found)) < 1e-12


def test_a_metric_without_dimensions_or_with_only_nulls_is_not_split() -> None:
    bare = cube([5, 50], [500, 500], np.zeros((2, 0)), [0, 1], sizes=())
    assert explain(bare).segments == explain(bare).by_dimension == ()
    nulls = replace(cube([5, 50], [500, 500], [[0], [0]], [0, 1], sizes=(1,)), members=(("(unknown)",),))
    assert explain(nulls).segments == ()
    assert max(residuals(explain(nulls))) < 1e-12


@pytest.mark.parametrize("d", [[-50, 60, 80, 90], [0, 60, 0, 90]])
def test_parts_without_a_positive_denominator_leave_no_residual(d: list[float]) -> None:
    found = explain(cube([5, 5, 5, 9], d, [[0], [1], [0], [1]], [0, 0, 1, 1], sizes=(2,)))
    assert max(residuals(found)) < 1e-12
    assert all(r.value_before is None or np.isfinite(r.value_before) for r in found.by_dimension[0].rows)


def test_admissions_that_fell_for_women_although_they_rose_within_most_departments_are_called_so() -> None:
    """Berkeley, autumn 1973, men to women in the six largest departments: Bickel, Hammel, O'Connell 1975."""
    men = [(825, 512), (560, 353), (325, 120), (417, 138), (191, 53), (373, 22)]
    women = [(108, 89), (25, 17), (593, 202), (375, 131), (393, 94), (341, 24)]
    d, n = zip(*men, *women, strict=True)
    codes = [[i] for i in (*range(6), *range(6))]
    found = explain(cube(n, d, codes, [0] * 6 + [1] * 6, sizes=(6,)))
    assert found.total_change == pytest.approx(557 / 1835 - 1198 / 2691)
    assert sum(r.mix_effect or 0.0 for r in found.by_dimension[0].rows) < found.total_change
    assert sum(r.rate_effect or 0.0 for r in found.by_dimension[0].rows) > 0
    assert max(residuals(found)) < 1e-12


def test_a_published_reversal_is_called_one() -> None:
    """Deaths among Delta cases, unvaccinated to vaccinated, under 50 and older: Public Health England, briefing 20."""
    n, d = [48, 205, 21, 460], [147_612, 3_440, 89_807, 27_307]
    found = explain(cube(n, d, [[0], [1], [0], [1]], [0, 0, 1, 1], sizes=(2,)))
    assert found.total_change == pytest.approx(481 / 117_114 - 253 / 151_052)
    assert found.paradox[0].text == "The total rose although it fell within every size: the mix of size changed."
