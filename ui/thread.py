"""The conversation drawn turn by turn: question, card, chart, chips."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from assistant.types import Answer, Clarification, Refusal
from ui import card_html
from ui.charts import chart
from ui.desk import Desk, Failure, Turn
from ui.verdict import QUIET, draw_verdict

MAX_CHIPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How a question is put: the handler and the components it reads and writes."""

    run: Callable[..., Any]
    inputs: list[Any]
    outputs: list[Any]

    def when(self, triggers: Sequence[Any], *, text: gr.Textbox) -> None:
        """Ask what stands in a text box."""
        gr.on(list(triggers), self.run, [text, *self.inputs], self.outputs, concurrency_id="ask", **QUIET)

    def on_click(self, button: gr.Button, question: str) -> None:
        """Ask one question at a click."""
        button.click(partial(self.run, question), self.inputs, self.outputs, concurrency_id="ask", **QUIET)


def draw_thread(desk: Desk, triggers: list[Any], *, turns: gr.State, role: gr.Dropdown, ask: Ask) -> None:
    """Draw the session's turns at every trigger; examples while there are none."""

    @gr.render(inputs=[turns, role], triggers=triggers, show_progress="hidden")  # type: ignore[untyped-decorator]
    def _draw(shown: list[Turn], as_role: str) -> None:
        if not shown:
            _empty(desk, ask)
        for number, turn in enumerate(shown):
            _turn(desk, turn, number, ask, as_role or None)


def _empty(desk: Desk, ask: Ask) -> None:
    facts = desk.facts
    gr.HTML(
        card_html.part(
            "empty", metrics=facts.metrics, as_of=facts.as_of, contacts=facts.conversations, workspace=facts.name
        ),
        key="empty",
    )
    with gr.Row(elem_classes="bc-examples", key="examples"):
        for number, question in enumerate(facts.examples):
            ask.on_click(gr.Button(question, elem_classes="bc-example", key=f"example-{number}"), question)


def _turn(desk: Desk, turn: Turn, number: int, ask: Ask, role: str | None) -> None:
    result = turn.result
    with gr.Column(elem_classes="bc-turn", elem_id=f"bc-turn-{number}", key=f"turn-{number}"):
        gr.HTML(card_html.part("question", text=turn.question), key=f"question-{number}")
        with gr.Column(elem_classes="bc-card", key=f"card-{number}"):
            if isinstance(result, Answer):
                _answer(desk, turn, result, number)
                _chips([(text, text) for text in result.follow_ups], number, ask)
                draw_verdict(desk, result.id, number, role)
            elif isinstance(result, Clarification):
                gr.HTML(card_html.clarification(result), key=f"top-{number}")
                _chips([(option.label, option.question) for option in result.options], number, ask)
            elif isinstance(result, Refusal):
                gr.HTML(card_html.refusal(result), key=f"top-{number}")
                _chips([(text, text) for text in result.nearest], number, ask)
            elif isinstance(result, Failure):
                gr.HTML(card_html.part("error", message=result.message, hint=result.hint), key=f"top-{number}")


def _answer(desk: Desk, turn: Turn, answer: Answer, number: int) -> None:
    labels = desk.facts.labels
    figure = chart(answer, labels)
    parts = card_html.answer_parts(answer, labels, charted=figure is not None, steps=turn.steps)
    gr.HTML(parts.top, key=f"top-{number}")
    if figure is not None:
        gr.Plot(figure, show_label=False, container=False, elem_classes="bc-plot", key=f"plot-{number}", buttons=[])
    gr.HTML(parts.rest, key=f"rest-{number}")


def _chips(offers: Sequence[tuple[str, str]], number: int, ask: Ask) -> None:
    """Offer (label, question) pairs as clicks."""
    if not offers:
        return
    with gr.Row(elem_classes="bc-chips", key=f"chips-{number}"):
        for place, (label, question) in enumerate(offers[:MAX_CHIPS]):
            button = gr.Button(label, size="sm", elem_classes="bc-chip", key=f"chip-{number}-{place}")
            ask.on_click(button, question)
