"""Errors are those of customers, not of rows, wherever one customer has several."""

from dataclasses import replace

import numpy as np
import pytest

from assistant.analysis.change import change_of
from assistant.analysis.drivers import explain
from assistant.analysis.drivers.clusters import design_effect, design_of
from assistant.types import Drivers
from benchmarks.clustered import Rows, cube_and_clusters, visits
from semantic_layer.query import Filter


def parts(found: Drivers) -> dict[tuple[str, object], tuple[float, float]]:
    """The contribution of each member, and its standard error."""
    return {
        (split.dimension, row.filters[0].values[0]): (row.contribution, (row.ci[1] - row.contribution) / 1.96)
        for split in found.by_dimension
        for row in split.rows
        if row.ci
    }


def resampled(rows: Rows, rng: np.random.Generator) -> Rows:
    """Draw customers with replacement, all rows of each."""
    count = int(rows.customer.max()) + 1
    order = np.argsort(rows.customer, kind="stable")
    starts = np.searchsorted(rows.customer[order], np.arange(count + 1))
    drawn = rng.integers(0, count, count)
    kept = np.concatenate([order[starts[c] : starts[c + 1]] for c in drawn])
    whose = np.repeat(np.arange(count), starts[drawn + 1] - starts[drawn])
    return Rows(customer=whose, codes=rows.codes[kept], period=rows.period[kept], n=rows.n[kept], d=rows.d[kept])


@pytest.mark.parametrize(("kind", "stay"), [("rate", 0.0), ("amount", 0.0), ("amount", 1.0), ("count", 0.0)])
def test_errors_are_those_of_resampled_customers(kind, stay: float) -> None:
    rows = visits(3, kind, stay=stay, each=6, customers=1_500)
    cube, clusters = cube_and_clusters(rows)
    ours = parts(explain(cube, clusters=clusters))
    rng = np.random.default_rng(0)
    again = [parts(explain(cube_and_clusters(resampled(rows, rng))[0])) for _ in range(80)]
    ratios = [ours[key][1] / np.std([found[key][0] for found in again]) for key in ours]
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.15)


def test_intervals_of_cuts_cover_what_is_true_of_all_customers() -> None:
    found = [parts(explain(cube, clusters=c)) for cube, c in (cube_and_clusters(visits(s, "rate")) for s in range(60))]
    keys = sorted(found[0])
    values, errors = (np.array([[one[key][i] for key in keys] for one in found]) for i in (0, 1))
    covered = np.abs(values) <= 1.96 * errors
    assert 0.92 <= covered.mean() <= 0.975
    naive = [parts(explain(cube_and_clusters(visits(s, "rate"))[0])) for s in range(8)]
    assert np.mean([[one[key][1] for key in keys] for one in naive]) < 0.75 * errors.mean()


def test_customers_who_differ_for_good_are_no_driver() -> None:
    drawn = [cube_and_clusters(visits(seed, "rate")) for seed in range(30)]
    assert sum(bool(explain(cube, clusters=clusters).segments) for cube, clusters in drawn) <= 2
    assert sum(bool(explain(cube).segments) for cube, _ in drawn) > 5


def test_a_named_part_has_the_effect_of_its_own_rows() -> None:
    cube, clusters = cube_and_clusters(visits(3, "rate"))
    design = design_of(cube, clusters)
    assert design is not None
    of_customers = design.of_part((Filter(dimension="a", values=("a1",)),))
    assert of_customers == pytest.approx(design.members[0][1], rel=0.05)
    narrow = design.of_part((Filter(dimension="a", values=("a1",)), Filter(dimension="d", values=("d2",))))
    assert 1.0 < narrow < of_customers
    rest = design.of_part((Filter(dimension="a", operator="not in", values=("a0", "a2")),))
    assert rest == pytest.approx(of_customers)


def test_the_change_of_the_whole_has_the_error_of_customers() -> None:
    cube, clusters = cube_and_clusters(visits(3, "rate"))
    effect = design_effect(cube, clusters)
    wide, narrow = (change_of(cube, design=d).ci or (0.0, 0.0) for d in (effect, 1.0))
    assert effect > 1.5
    assert wide[1] - wide[0] == pytest.approx((narrow[1] - narrow[0]) * effect**0.5)


def test_customers_of_one_row_each_change_nothing() -> None:
    rows = visits(3, "rate", each=0.5)
    once = replace(rows, customer=np.arange(len(rows.n)))
    cube, clusters = cube_and_clusters(once)
    assert design_of(cube, clusters) is None
    assert design_effect(cube, clusters) == 1.0
