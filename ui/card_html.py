"""The parts of a card as HTML, every value escaped: transcripts are untrusted text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant.types import Answer, Clarification, Outcome, Refusal
from indexes.types import Theme
from ui import format as write
from ui.charts import caption
from ui.multiples import multiples
from ui.view import (
    REASONS,
    STATUS,
    Labels,
    change_text,
    confidence_text,
    driver_unit,
    figure_scope,
    paradoxes,
    readable,
    reading_chips,
    reading_rows,
    sentences,
    sides,
    slice_text,
)

MAX_ROWS = 200
_FILTERS: Mapping[str, Any] = {
    "number": write.number,
    "change": write.change,
    "percent": write.percent,
    "day": write.day,
    "moment": write.moment,
    "cell": write.cell,
    "interval": write.interval,
    "slice": slice_text,
    "scope": figure_scope,
    "moved": change_text,
}


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
    return environment


def part(template: str, **values: Any) -> Markup:
    """Render one template of `ui/templates`, escaped."""
    return Markup(_templates().get_template(f"{template}.html").render(**values))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerParts:
    """An answer in two parts, with room for its chart between them."""

    top: str
    rest: str


def answer_parts(answer: Answer, labels: Labels, *, charted: bool, steps: Sequence[str] = ()) -> AnswerParts:
    """Render an answer's HTML; `charted` leaves room for a chart."""
    numbers = {item.citation: number for number, item in enumerate(answer.evidence, 1)}
    shared = {"answer": answer, "labels": labels, "unit": driver_unit(answer), "anchor": f"q-{answer.id}"}
    top = part(
        "answer_top",
        **shared,
        numbers=numbers,
        sentences=sentences(answer),
        figures=answer.figures[:4] if answer.figures else (),
        reading_rows=reading_rows(answer.reading, labels),
        reading_chips=reading_chips(answer.reading, labels),
        status_text=STATUS[answer.status],
        confidence_text=confidence_text(answer.confidence),
        chart_title=_chart_title(answer) if charted else "",
    )
    rest = part(
        "answer_rest",
        **shared,
        steps=steps,
        paradoxes=paradoxes(answer),
        references=_references(answer),
        panels=multiples(answer),
        sides=sides(answer.reading),
        chart_caption=caption(answer, labels) if charted else "",
        open_table=not charted and answer.drivers is None,
        table=table(answer, labels),
        total_time=_seconds(sum(answer.timings.values())),
    )
    return AnswerParts(top=top, rest=rest + Markup("").join(_part(other, labels) for other in answer.parts))


def _part(outcome: Outcome, labels: Labels) -> Markup:
    """Render what else was asked under its own words."""
    if isinstance(outcome, Answer):
        shown = answer_parts(outcome, labels, charted=False)
        body = Markup(shown.top) + Markup(shown.rest)
    else:
        body = Markup(refusal(outcome) if isinstance(outcome, Refusal) else clarification(outcome))
    return part("part", question=outcome.question, body=body)


def _references(answer: Answer) -> dict[Theme, list[int]]:
    """Number the quotes of each theme."""
    numbers = {item.citation: number for number, item in enumerate(answer.evidence, 1)}
    return {theme: [numbers[c] for c in theme.citations if c in numbers] for theme in answer.themes}


def table(answer: Answer, labels: Labels) -> Markup:
    """Render an answer's table, cut to what a page holds."""
    if answer.table is None:
        return Markup("")
    rows = answer.table.rows[:MAX_ROWS]
    shown = readable(replace(answer.table, rows=rows), answer.reading.grain, labels)
    return part("table", result=shown, rows=shown.rows, labels=labels, hidden=len(answer.table.rows) - len(rows))


def _chart_title(answer: Answer) -> str:
    return "What drove it" if answer.drivers else ""


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms"


def clarification(outcome: Clarification) -> str:
    """Render a question back; its options are buttons of the page."""
    return part("clarification", outcome=outcome)


def refusal(outcome: Refusal) -> str:
    """Render an honest no."""
    return part("refusal", outcome=outcome, reason=REASONS[outcome.reason])
