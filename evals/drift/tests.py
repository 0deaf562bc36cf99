"""What a check reports, and the tests and the rule that decide whether it is said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

LEVEL = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: how surprising it is, how large, and how large it must be to matter.

    A change seen directly (a column that is gone) has p-value 0 and effect 1 over floor 0.
    """

    subject: str
    text: str
    p_value: float = 0.0
    effect: float = 1.0
    floor: float = 0.0
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check's outcome: how many things were looked at, what is alarming, and what else is worth reading."""

    name: str
    looked_at: int
    alerts: tuple[Finding, ...]
    notes: tuple[str, ...] = ()


def check(name: str, found: Sequence[Finding], notes: Sequence[str] = ()) -> Check:
    """Keep the findings with p < .002 after Holm's correction (1979) whose effect reaches its floor."""
    order = sorted(range(len(found)), key=lambda n: found[n].p_value)
    worst, alerts = 0.0, []
    for rank, number in enumerate(order):
        worst = max(worst, min(1.0, found[number].p_value * (len(found) - rank)))
        if worst < LEVEL and found[number].effect >= found[number].floor:
            alerts.append(replace(found[number], p_value=worst))
    return Check(name=name, looked_at=len(found), alerts=tuple(alerts), notes=tuple(notes))


def surprise(now: float, before: Sequence[float], least: float) -> float:
    """Return the two-sided p-value of a new value among earlier ones (prediction by Student's t).

    The spread is robust (median and MAD) and never below `least`, the noise of counting.
    """
    from scipy.stats import t

    past = np.asarray(before, dtype=float)
    if len(past) < 4:
        return 1.0
    middle = float(np.median(past))
    spread = max(1.4826 * float(np.median(np.abs(past - middle))), float(past.std(ddof=1)) * 0.8, least, 1e-12)
    z = abs(now - middle) / (spread * np.sqrt(1 + 1 / len(past)))
    return float(2 * t.sf(z, len(past) - 1))


def share_surprise(now: tuple[int, int], before: Sequence[tuple[int, int]]) -> float:
    """Return the p-value of a share k/n among earlier weeks' shares, on the arcsine scale.

    The noise is that of counting (so a normal tail holds), widened by what the weeks themselves show.
    """
    from scipy.stats import norm

    weeks = [(k, n) for k, n in before if n > 0]
    if len(weeks) < 2 or now[1] == 0:
        return 1.0
    pooled = _angle(sum(k for k, _ in weeks), sum(n for _, n in weeks))
    counting = 0.25 / now[1] + 0.25 / sum(n for _, n in weeks)
    chi = sum((_angle(k, n) - pooled) ** 2 * 4 * n for k, n in weeks) / (len(weeks) - 1)
    z = abs(_angle(*now) - pooled) / np.sqrt(counting * max(1.0, chi))
    return float(2 * norm.sf(z))


def _angle(k: int, n: int) -> float:
    """Return Anscombe's variance-stabilised share."""
    return float(np.arcsin(np.sqrt((k + 0.375) / (n + 0.75))))
