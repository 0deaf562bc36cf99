"""The page: a conversation of answer cards, streamed while they are made."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"

import gradio as gr

from ui.card_html import part
from ui.desk import Desk, Turn
from ui.evaluation_tab import draw_evaluation
from ui.thread import Ask, draw_thread
from ui.verdict import QUIET

AT_ONCE = 4
WAITING = 64
KEEP_SECONDS = 12 * 3600
STATIC = Path(__file__).parent / "static"
PLACEHOLDER = "Ask why a number moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page being served."""

    url: str
    blocks: gr.Blocks
    desk: Desk

    def wait(self) -> None:
        """Serve until interrupted."""
        Event().wait()

    def close(self) -> None:
        """Stop serving and let go of the warehouse."""
        self.blocks.close(verbose=False)
        self.desk.close()


def launch(workspace: Path, *, host: str = "127.0.0.1", port: int | None = None) -> Page:
    """Serve a workspace's page and return at once."""
    from ui.desk_open import open_desk

    return serve(open_desk(workspace), host=host, port=port)


def serve(desk: Desk, *, host: str = "127.0.0.1", port: int | None = None) -> Page:
    """Serve a desk's page and return at once; nothing leaves this machine."""
    blocks = build(desk)
    blocks.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE)
    _, url, _ = blocks.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        footer_links=[],
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
        theme=_theme(),
        css=(STATIC / "page.css").read_text(encoding="utf-8"),
        head=f"<script>{(STATIC / 'page.js').read_text(encoding='utf-8')}</script>",
    )
    return Page(url=url, blocks=blocks, desk=desk)


def _theme() -> gr.themes.Base:
    return gr.themes.Base(
        primary_hue="slate",
        neutral_hue="slate",
        font=["Liberation Sans", "Arial", "sans-serif"],
        font_mono=["Liberation Mono", "DejaVu Sans Mono", "monospace"],
    )


def build(desk: Desk) -> gr.Blocks:
    """Lay out the page; a session's turns live in its own state, never in the page's configuration."""
    with gr.Blocks(title=f"Because · {desk.facts.name}", analytics_enabled=False, fill_width=True) as blocks:
        turns = gr.State([], time_to_live=KEEP_SECONDS)
        revision = gr.State(0, time_to_live=KEEP_SECONDS)
        role, fresh = _header(desk)
        with gr.Tabs(elem_classes="bc-tabs"):
            with gr.Tab("Ask", elem_classes="bc-tab"):
                with gr.Column(elem_classes="bc-page"):
                    thread = gr.Column(elem_classes="bc-thread")
                    live = gr.HTML("", elem_classes="bc-live")
                box, send = _composer()
            with gr.Tab("Evaluation", elem_classes="bc-tab") as evaluation:
                draw_evaluation(desk, role, evaluation)
        ask = Ask(run=_asker(desk), inputs=[role, turns, revision], outputs=[box, live, turns, revision])
        ask.when([box.submit, send.click], text=box)
        with thread:
            draw_thread(desk, [blocks.load, revision.change], turns=turns, role=role, ask=ask)
        fresh.click(_start_again, inputs=revision, outputs=[turns, revision, live], **QUIET)
    return blocks


def _header(desk: Desk) -> tuple[gr.Dropdown, gr.Button]:
    named = [(label or name, name) for name, label in desk.facts.roles.items()]
    default = desk.facts.default_role or ""
    roles = named if default else [("Everyone", ""), *named]
    with gr.Row(elem_classes="bc-header"):
        gr.HTML(part("header", workspace=desk.facts.name), elem_classes="bc-header-brand")
        role = gr.Dropdown(
            choices=roles, value=default, show_label=False, label="Ask as", container=False,
            visible=bool(named), scale=0, min_width=160, elem_id="bc-role",
        )  # fmt: skip
        fresh = gr.Button("Start over", size="sm", scale=0, min_width=100, elem_id="bc-fresh")
    return role, fresh


def _composer() -> tuple[gr.Textbox, gr.Button]:
    with gr.Row(elem_classes="bc-composer"):
        box = gr.Textbox(
            placeholder=PLACEHOLDER, show_label=False, label="Your question", lines=1, max_lines=5,
            container=False, scale=1, elem_id="bc-box", autofocus=True,
        )  # fmt: skip
        send = gr.Button("Ask", variant="primary", scale=0, min_width=84, elem_id="bc-send")
    return box, send


def _start_again(revision: int) -> tuple[list[Turn], int, str]:
    return [], revision + 1, ""


def _asker(desk: Desk) -> Any:
    """Make the handler of every question: typed, chip or option."""

    def run(text: str, role: str, turns: list[Turn], revision: int) -> Iterator[tuple[Any, ...]]:
        number, said = len(turns), list[str]()
        yield "", part("working", text=text, steps=["Reading the question"], number=number), gr.skip(), gr.skip()
        for event in desk.ask(text, role=role or None, turns=turns):
            if isinstance(event, Turn):
                yield gr.skip(), gr.skip(), [*turns, event], revision + 1
                return
            said.append(event)
            yield gr.skip(), part("working", text=text, steps=said, number=number), gr.skip(), gr.skip()

    return run
