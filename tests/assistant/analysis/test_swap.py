"""A percentile's change splits like that of a mean: beside swaps done by hand, and beside resampled rows."""

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.analysis.change import change_of
from assistant.analysis.drivers import explain
from assistant.analysis.drivers.swap import Score, closed, far_score, is_far, near_score, share_error, way
from semantic_layer.query import Cube

Floats = NDArray[np.float64]
PARTS = 5


def drawn(seed: int, rows: int, slower: float) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Values and parts of rows before and now; part 0 is slower now, part 1 has grown."""
    rng = np.random.default_rng(seed)
    shares = ([0.2, 0.2, 0.2, 0.2, 0.2], [0.2, 0.26, 0.18, 0.18, 0.18])
    parts = [rng.choice(PARTS, rows, p=p) for p in shares]
    values = [rng.lognormal(5 + 0.1 * part, 0.7) for part in parts]
    values[1] = np.where(parts[1] == 0, values[1] * slower, values[1])
    return (values[0], parts[0]), (values[1], parts[1])


def score_of(before: Floats, now: Floats, fraction: float) -> Score:
    values = float(np.quantile(before, fraction)), float(np.quantile(now, fraction))
    steps, error = way(*values), share_error(fraction, (len(before), len(now)))
    shift = [float((now > x).mean() - (before > x).mean()) for x in steps]
    if is_far(shift, error):
        return far_score(steps, shift)
    reach = min(4 * error, 0.5 * min(fraction, 1 - fraction))
    spans = [float(np.subtract(*np.quantile(v, [fraction + reach, fraction - reach]))) for v in (before, now)]
    return near_score(sum(values) / 2, reach, spans)


def cube_of(before: tuple[Floats, Floats], now: tuple[Floats, Floats], fraction: float) -> Cube:
    score = score_of(before[0], now[0], fraction)
    sums = []
    for values, part in (before, now):
        counts = sum(w * (values > x) for x, w in zip(score.thresholds, score.weights, strict=True))
        sums.append([np.bincount(part, v, PARTS) for v in (np.ones(len(part)), counts, counts**2)])
    d, n, nn = np.concatenate(sums, axis=1)
    cube = Cube(
        metric="middle", kind="ratio", dimensions=("part",), members=(tuple(f"p{i}" for i in range(PARTS)),),
        codes=np.tile(np.arange(PARTS), 2)[:, None].astype(np.int32), period=np.repeat([0, 1], PARTS).astype(np.int8),
        rows=d, n=n, d=d, nn=nn, nd=n, dd=d,
    )  # fmt: skip
    return closed(cube, float(np.quantile(now[0], fraction) - np.quantile(before[0], fraction)))


def by_hand(before: tuple[Floats, Floats], now: tuple[Floats, Floats], fraction: float, order: list[int]) -> Floats:
    """Swap the parts' rows for the later ones in an order; return how far the percentile moved at each."""
    held = [before[0][before[1] == part] for part in range(PARTS)]
    moved = np.zeros(PARTS)
    for part in order:
        start = np.quantile(np.concatenate(held), fraction)
        held[part] = now[0][now[1] == part]
        moved[part] = np.quantile(np.concatenate(held), fraction) - start
    return moved


@pytest.mark.parametrize("fraction", [0.5, 0.9])
@pytest.mark.parametrize("slower", [1.0, 1.2, 2.0])
def test_parts_are_those_of_swaps_by_hand_in_any_order(fraction: float, slower: float) -> None:
    before, now = drawn(3, 40_000, slower)
    (split,) = explain(cube_of(before, now, fraction)).by_dimension
    ours = {row.filters[0].values[0]: row.contribution for row in split.rows}
    rng = np.random.default_rng(0)
    swaps = np.mean([by_hand(before, now, fraction, list(rng.permutation(PARTS))) for _ in range(60)], axis=0)
    scale = np.abs(swaps).sum()
    assert [ours[f"p{i}"] for i in range(PARTS)] == pytest.approx(swaps, abs=0.12 * scale)


@pytest.mark.parametrize("fraction", [0.25, 0.5, 0.95])
def test_parts_add_up_to_the_difference_of_the_two_percentiles(fraction: float) -> None:
    before, now = drawn(5, 5_000, 1.3)
    found = explain(cube_of(before, now, fraction))
    moved = np.quantile(now[0], fraction) - np.quantile(before[0], fraction)
    assert found.total_change == pytest.approx(moved)
    assert sum(row.contribution for row in found.by_dimension[0].rows) == pytest.approx(moved)
    assert sum(s.contribution for s in found.segments) + found.other == pytest.approx(moved)


def test_the_part_that_slowed_down_leads() -> None:
    lead = explain(cube_of(*drawn(7, 20_000, 1.6), 0.5)).segments[0]
    assert lead.filters[0].values == ("p0",)


def test_rows_of_one_kind_name_no_driver_of_a_median() -> None:
    named = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        halves = [(rng.lognormal(5, 0.7, 3_000), rng.integers(0, PARTS, 3_000)) for _ in range(2)]
        named += bool(explain(cube_of(*halves, 0.5)).segments)
    assert named <= 6


@pytest.mark.parametrize("slower", [1.0, 1.5])
def test_the_interval_of_a_median_is_as_wide_as_resampled_rows_say(slower: float) -> None:
    before, now = drawn(11, 4_000, slower)
    low, high = change_of(cube_of(before, now, 0.5)).ci or (0.0, 0.0)
    rng = np.random.default_rng(0)
    medians = [[np.median(rng.choice(v, len(v))) for v in (now[0], before[0])] for _ in range(800)]
    again = [later - earlier for later, earlier in medians]
    assert high - low == pytest.approx(2 * 1.96 * np.std(again), rel=0.2)


def test_values_that_are_all_alike_did_not_change() -> None:
    same = (np.full(300, 4.0), np.tile(np.arange(PARTS), 60))
    found = explain(cube_of(same, same, 0.5))
    assert (found.total_change, found.segments) == (0.0, ())
