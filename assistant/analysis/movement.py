"""Whether metrics moved more than sampling and their own usual swings explain, many at once."""

from collections.abc import Sequence

import numpy as np

LEAST = 6
MAD_TO_SIGMA = 1.4826


def swing_p(history: Sequence[float], change: float) -> float | None:
    """Return the p-value of a change against the changes from period to period before it.

    The scale is the median absolute deviation of the past changes; None with fewer than six.
    """
    from scipy.special import stdtr

    past = np.diff(np.asarray(history, dtype=float))
    past = past[np.isfinite(past)]
    if len(past) < LEAST:
        return None
    scale = MAD_TO_SIGMA * float(np.median(np.abs(past - np.median(past))))
    if scale == 0:
        return None
    return float(2 * stdtr(len(past) - 1, -abs(change - float(np.median(past))) / scale))


def both(sampling: float | None, swing: float | None) -> float | None:
    """Require a change to pass both tests: the larger p-value (intersection-union)."""
    known = [p for p in (sampling, swing) if p is not None]
    return max(known, default=None)


def beyond_noise(p_values: Sequence[float | None], *, rate: float = 0.05) -> tuple[int, ...]:
    """Return the places that stay significant at a false discovery rate, surest first (Benjamini-Hochberg)."""
    from scipy.stats import false_discovery_control

    known = [i for i, p in enumerate(p_values) if p is not None]
    if not known:
        return ()
    adjusted = false_discovery_control([min(1.0, float(p_values[i] or 0.0)) for i in known])
    kept = [i for i, q in zip(known, adjusted, strict=True) if q < rate]
    return tuple(sorted(kept, key=lambda i: float(p_values[i] or 0.0)))
