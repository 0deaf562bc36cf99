"""Why a metric moved: exact splits, the segments that stand out, traps."""

from assistant.analysis.drivers.combined import explain_formula
from assistant.analysis.drivers.explain import explain

__all__ = ["explain", "explain_formula"]
