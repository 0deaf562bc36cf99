"""A question that asks several things is answered in as many parts, and none is lost."""

from functools import reduce
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from assistant.pipeline import Assistant
from assistant.types import Answer, Clarification
from assistant.wire import to_dict
from ui.card_html import answer_parts
from ui.card_terminal import render
from ui.view import labels_of

BOTH = "Show CSAT by channel and AHT by team in September 2026"


@pytest.fixture(scope="module")
def both(tiny_assistant: Assistant) -> Answer:
    answer = tiny_assistant.ask(BOTH)
    assert isinstance(answer, Answer)
    return answer


def test_each_part_is_a_whole_answer_of_its_own(tiny_assistant: Assistant, both: Answer) -> None:
    (second,) = both.parts
    assert isinstance(second, Answer)
    alone = tiny_assistant.ask("AHT by team in September 2026")
    assert isinstance(alone, Answer)
    assert (second.table, second.headline) == (alone.table, alone.headline)
    assert both.question == BOTH


def test_the_headline_and_the_claims_speak_of_both(both: Answer) -> None:
    (second,) = both.parts
    assert isinstance(second, Answer)
    assert both.headline.endswith(second.headline)
    wire = to_dict(both)
    for claim in both.claims:
        for pointer in claim.figures:
            assert _found(wire, pointer) is not None, pointer


def test_a_part_that_must_be_refused_is_said_beside_the_other(tiny_assistant: Assistant) -> None:
    asked = tiny_assistant.ask("What was churn in October 2026 and what was csat in March 2020?")
    assert isinstance(asked, Clarification)
    assert "no data for March 2020" in asked.why
    assert [option.question for option in asked.options] == ["What was churn in October 2026"]


def test_one_question_has_no_parts_key(tiny_assistant: Assistant) -> None:
    assert "parts" not in to_dict(tiny_assistant.ask("churn last month"))


def test_terminal_and_page_show_every_part(tiny_assistant: Assistant, both: Answer) -> None:
    labels = labels_of(tiny_assistant.catalogue)
    terminal = Console(width=200, file=StringIO(), record=True)
    terminal.print(render(both, labels))
    page = answer_parts(both, labels, charted=False)
    (second,) = both.parts
    assert isinstance(second, Answer)
    for text in (terminal.export_text(), page.rest):
        assert "AHT by team" in text
        assert second.headline[:40] in text


def _found(wire: Any, pointer: str) -> Any:
    keys = pointer.strip("/").split("/")
    return reduce(lambda at, key: at[int(key)] if isinstance(at, list) else at[key], keys, wire)
