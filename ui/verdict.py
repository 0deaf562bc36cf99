"""What an asker says of an answer: a thumb, why not, and what would be right."""

from typing import Any

import gradio as gr

from assistant.thumbs import REASONS
from ui import card_html
from ui.desk import Desk

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
CHOICES = [(words[:1].upper() + words[1:], reason) for reason, words in REASONS.items()]


def draw_verdict(desk: Desk, answer_id: str, number: int, role: str | None) -> None:
    """Draw the thumbs of an answer; a thumb down opens the reasons and room for a correction."""

    def keep(verdict: str, request: gr.Request, reason: str = "") -> str:
        desk.feedback(answer_id, role=role, verdict=verdict, reason=reason, author=request.session_hash or "")
        return card_html.part("thanks", verdict=verdict)

    def up(request: gr.Request) -> tuple[str, Any]:
        return keep("up", request), gr.update(visible=False)

    def down(request: gr.Request) -> tuple[str, Any]:
        return keep("down", request), gr.update(visible=True)

    def because(reason: str, request: gr.Request) -> str:
        return keep("down", request, reason) if reason in REASONS else ""

    def correct(text: str, request: gr.Request) -> str:
        if not text.strip():
            return ""
        desk.correct(answer_id, role=role, text=text, author=request.session_hash or "")
        return card_html.part("thanks", verdict="correction")

    with gr.Row(elem_classes="bc-verdict", key=f"verdict-{number}"):
        said = gr.HTML(card_html.part("thanks", verdict=""), key=f"said-{answer_id}")
        buttons = [
            gr.Button(text, size="sm", elem_classes=f"bc-thumb bc-{verdict}", key=f"{verdict}-{number}")
            for verdict, text in (("up", "Helpful"), ("down", "Not right"))
        ]
    with gr.Column(visible=False, elem_classes="bc-reasons", key=f"reasons-{number}") as reasons:
        why = gr.Radio(CHOICES, label="What is wrong?", key=f"why-{answer_id}")
        right = gr.Textbox(
            label="What would be right? (optional; Enter keeps it)", lines=1, max_lines=3, key=f"right-{answer_id}"
        )
    for button, handler in zip(buttons, (up, down), strict=True):
        button.click(handler, None, [said, reasons], **QUIET)
    why.input(because, why, said, **QUIET)
    right.submit(correct, right, said, **QUIET)
