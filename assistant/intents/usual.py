"""A period against what the metric's own history and season would have it be."""

from dataclasses import replace
from datetime import date
from math import isfinite

from assistant.analysis.expectation import swings
from assistant.analysis.spikes import Spike, spikes
from assistant.findings import Findings
from assistant.intents.past import Past, past_of
from assistant.measuring import Bench
from assistant.phrases import show
from assistant.types import Figure
from assistant.windows import DAY, WEEK, labelled
from semantic_layer.errors import UserError

SURE = 0.05
LONG = 10
MOST_SPIKES = 2


def with_usual(found: Findings, bench: Bench) -> Findings:
    """Add what was to be expected of the figure, and the one-off weeks, where the history tells."""
    window = found.reading.window
    if window is None or found.figures[0].value is None:
        return found
    try:
        past = past_of(found.reading, bench, window)
    except UserError as error:
        if error.code == "not_permitted":
            raise
        return found
    return _with_spikes(_with_expected(found, past), past)


def _with_expected(found: Findings, past: Past) -> Findings:
    """Add the figure beside its expectation; nothing is said where only a season could tell and none is known."""
    figure, told, expected = found.figures[0], past.expectation, past.expected
    if told.scale is None or not isfinite(expected) or (past.kind == "additive" and expected <= 0):
        return found
    value = figure.value or 0.0
    (low, high), p_value = swings(told, expected, value, past.kind)
    if p_value < SURE and not told.years:
        return found
    usual = replace(
        figure,
        label=f"{figure.label}, against its own history{' and season' if told.step else ''}",
        baseline_value=expected,
        change=value - expected,
        change_pct=(value - expected) / abs(expected) if expected else None,
        change_ci=(value - high, value - low),
        significant=p_value < SURE,
    )
    return replace(found, figures=(*found.figures, usual), usual=len(found.figures))


def _with_spikes(found: Findings, past: Past) -> Findings:
    """Add the weeks inside longer windows that stood out and did not last, each beside the weeks around it."""
    if past.line is None or past.first is None:
        return found
    longer = [w for w in (found.reading.window, found.reading.baseline) if w is not None and w.days > LONG]
    stretches = [((w.start - past.first).days, (w.end - past.first).days) for w in longer]
    odd = spikes(past.line, stretches)[:MOST_SPIKES] if stretches else []
    figures = tuple(_week(found.figures[0], spike, past.first) for spike in odd)
    places = tuple(range(len(found.figures), len(found.figures) + len(figures)))
    return replace(found, figures=(*found.figures, *figures), spikes=places)


def _week(figure: Figure, spike: Spike, first: date) -> Figure:
    start = first + spike.start * DAY
    change = spike.value - spike.around
    return replace(
        figure,
        label=f"{figure.label}, a week that stands out",
        value=spike.value,
        text=show(spike.value, figure.unit),
        window=labelled(start, start + WEEK - DAY),
        baseline_value=spike.around,
        change=change,
        change_pct=change / abs(spike.around) if spike.around else None,
        change_ci=None,
        significant=True,
    )
