"""Shares of contacts and how far they may be off."""

import math
from dataclasses import dataclass

_Z = 1.959963984540054


def wilson(k: int, n: int) -> tuple[float, float]:
    """Give the 95 % interval of k of n (Wilson 1927)."""
    from scipy.stats import binomtest

    interval = binomtest(k, n).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How a classifier did on contacts it had not seen.

    Of `contacts`, `positives` are of the class and `told` were put into it; `hits` are both.
    """

    hits: int
    positives: int
    told: int
    contacts: int

    @property
    def precision(self) -> float | None:
        """The share of those put into the class that are of it."""
        return self.hits / self.told if self.told else None

    @property
    def recall(self) -> float | None:
        """The share of those of the class that were put into it."""
        return self.hits / self.positives if self.positives else None


def measured(k: int, n: int, tested: Trial) -> tuple[float, float]:
    """Give the 95 % interval of the share of n contacts of which a tested classifier put k into a class.

    It holds Wilson's interval of k of n and that of the share corrected for the measured error,
    (k/n + specificity − 1) / (recall + specificity − 1), with both rates as uncertain as their test leaves them
    (Rogan, Gladen 1978; delta method). A classifier that tells nothing leaves every share possible.
    """
    low, high = wilson(k, n)
    others = tested.contacts - tested.positives
    recall, its_error = _rate(tested.hits, tested.positives)
    specificity, other_error = _rate(others - (tested.told - tested.hits), others)
    power = recall + specificity - 1
    if power <= 0:
        return 0.0, 1.0
    share = k / n
    true = min(max((share + specificity - 1) / power, 0.0), 1.0)
    variance = share * (1 - share) / n + true * true * its_error + (1 - true) ** 2 * other_error
    half = _Z * math.sqrt(variance) / power
    return min(low, max(0.0, true - half)), max(high, min(1.0, true + half))


def _rate(k: int, n: int) -> tuple[float, float]:
    """Estimate a proportion and its variance under Jeffreys' prior, which no test makes certain."""
    rate = (k + 0.5) / (n + 1)
    return rate, rate * (1 - rate) / (n + 1)
