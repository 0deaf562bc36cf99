"""A period against what the metric's own history and season would have it be."""

from dataclasses import replace
from math import isfinite

from assistant.analysis.expectation import swings
from assistant.findings import Findings
from assistant.intents.past import past_of
from assistant.measuring import Bench
from semantic_layer.errors import UserError

SURE = 0.05


def with_usual(found: Findings, bench: Bench) -> Findings:
    """Add the figure beside what was to be expected of it, where the history tells.

    Nothing is said where only a season could tell and none is known.
    """
    figure, window = found.figures[0], found.reading.window
    if window is None or figure.value is None:
        return found
    try:
        past = past_of(found.reading, bench, window)
    except UserError as error:
        if error.code == "not_permitted":
            raise
        return found
    told, expected = past.expectation, past.expected
    if told.scale is None or not isfinite(expected) or (past.kind == "additive" and expected <= 0):
        return found
    (low, high), p_value = swings(told, expected, figure.value, past.kind)
    if p_value < SURE and not told.years:
        return found
    change = figure.value - expected
    usual = replace(
        figure,
        label=f"{figure.label}, against its own history{' and season' if told.step else ''}",
        baseline_value=expected,
        change=change,
        change_pct=change / abs(expected) if expected else None,
        change_ci=(figure.value - high, figure.value - low),
        significant=p_value < SURE,
    )
    return replace(found, figures=(*found.figures, usual), usual=len(found.figures))
