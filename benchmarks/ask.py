"""Questions on the warm demo workspace (40 k customers, 400 k contacts, 8 k transcripts), from text to card.

Every figure but the last runs its statements: sums kept from the question before are let go of first.
"""

import assistant
from assistant.pipeline import Assistant
from benchmarks.timing import demo_workspace, milliseconds, p50, p95
from semantic_layer.engine import DuckDbEngine

WHY = "Why is churn up in August 2026 compared with June 2026?"


def run() -> dict[str, str]:
    """Measure a value, a breakdown and a why with quotes."""
    asked = assistant.build(demo_workspace())
    value = milliseconds(lambda: _anew(asked, "What was the churn rate last month?"))
    breakdown = milliseconds(lambda: _anew(asked, "average handle time by channel last month"))
    why = milliseconds(lambda: _anew(asked, WHY))
    again = milliseconds(lambda: asked.ask(WHY))
    return {
        "value, p50 (target < 50 ms)": f"{p50(value):.0f} ms",
        "breakdown, p50": f"{p50(breakdown):.0f} ms",
        "why with quotes, p50 (target < 600 ms)": f"{p50(why):.0f} ms",
        "why with quotes, p95 (target < 1,200 ms)": f"{p95(why):.0f} ms",
        "that why asked again, its sums kept, p50": f"{p50(again):.0f} ms",
    }


def _anew(asked: Assistant, question: str) -> None:
    if isinstance(asked.engine, DuckDbEngine):
        asked.engine.forget()
    asked.ask(question)
