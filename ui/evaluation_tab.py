"""The last evaluation's report as a tab, for those who may see every figure."""

from base64 import b64encode

import gradio as gr

from semantic_layer.errors import BecauseError
from ui.card_html import part
from ui.desk import Desk
from ui.verdict import QUIET


def draw_evaluation(desk: Desk, role: gr.Dropdown, tab: gr.Tab) -> None:
    """Fetch the report when the tab is opened or the role changes: a page's configuration is open to everyone."""

    def show(as_role: str) -> str:
        try:
            page = desk.report(as_role or None)
        except BecauseError as error:
            return part("evaluation_none", message=error.message, hint=error.hint)
        return part("evaluation", page=page, encoded=b64encode(page.encode()).decode())

    with gr.Column(elem_classes="bc-evaluation"):
        frame = gr.HTML("")
    tab.select(show, role, frame, **QUIET)
    role.change(show, role, frame, **QUIET)
