"""What a whole comes to when one part of it is supposed to be otherwise."""

from typing import Literal

from assistant.analysis.moments import Moments
from assistant.types import Supposed


def supposed_value(now: float, supposed: Supposed) -> float:
    """Return the value supposed: a level, a step from now, or a multiple of now."""
    if supposed.how == "to":
        return supposed.value
    return now + supposed.value if supposed.how == "by" else now * supposed.value


def supposed_total(inside: Moments, whole: Moments, value: float, kind: Literal["ratio", "additive"]) -> float:
    """Return the whole's value when the part inside has `value`: R' = R + (d_S / D)(r' − r_S).

    Weights stay as they are; for a sum the difference is added.
    """
    if kind == "additive":
        return float(whole.n - inside.n + value)
    return float((whole.n - inside.n + value * inside.d) / whole.d)
