"""Shares of contacts and how far they may be off."""

import math

import numpy as np
from numpy.typing import NDArray

_Z = 1.959963984540054


def wilson(k: int, n: int) -> tuple[float, float]:
    """Give the 95 % interval of k of n (Wilson 1927)."""
    from scipy.stats import binomtest

    interval = binomtest(k, n).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)


def classified(probability: NDArray[np.float32], n: int) -> tuple[float, float]:
    """Give the 95 % interval of the share of n contacts that a classifier put into a class.

    `probability` (k,) says how sure it is of each of the k. Sampling gives Wilson's interval; to each side the
    spread of the classification is added in quadrature: Σ p (1 − p) for contacts that are in by mistake, and as
    much again for those that are out by mistake.
    """
    share = len(probability) / n
    low, high = wilson(len(probability), n)
    p = probability.astype(np.float64)
    spread = 2 * _Z * _Z * float((p * (1 - p)).sum()) / (n * n)
    return (
        max(0.0, share - math.sqrt((share - low) ** 2 + spread)),
        min(1.0, share + math.sqrt((high - share) ** 2 + spread)),
    )
