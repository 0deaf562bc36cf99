"""Proportions with their uncertainty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """k of n with its 95 % interval; all null when nothing was counted."""

    value: float | None
    ci: tuple[float, float] | None
    n: int


def proportion(k: int, n: int) -> Proportion:
    """Return k/n with the Wilson score interval (Wilson 1927)."""
    if n == 0:
        return Proportion(value=None, ci=None, n=0)
    from scipy.stats import binomtest

    interval = binomtest(k, n).proportion_ci(confidence_level=0.95, method="wilson")
    return Proportion(value=k / n, ci=(float(interval.low), float(interval.high)), n=n)


def clustered(hits: Mapping[str, Sequence[bool]], *, draws: int = 2_000, seed: int = 0) -> Proportion:
    """Return the share of hits with an interval that allows for families of like questions.

    The wider of the Wilson interval and a bootstrap over families, since questions of one family
    fail together.
    """
    flat = proportion(sum(sum(family) for family in hits.values()), sum(len(family) for family in hits.values()))
    if flat.ci is None or len(hits) < 2:
        return flat
    import numpy as np

    k = np.array([sum(family) for family in hits.values()], dtype=float)
    n = np.array([len(family) for family in hits.values()], dtype=float)
    drawn = np.random.default_rng(seed).integers(0, len(k), size=(draws, len(k)))
    shares = k[drawn].sum(axis=1) / n[drawn].sum(axis=1)
    low, high = (float(x) for x in np.quantile(shares, (0.025, 0.975)))
    return Proportion(value=flat.value, ci=(min(low, flat.ci[0]), max(high, flat.ci[1])), n=flat.n)
