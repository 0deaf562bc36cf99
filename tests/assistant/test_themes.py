"""What customers contact us about: recorded reasons as hand-written SQL counts them, and conversations n of N."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from assistant.pipeline import Assistant
from assistant.types import Answer, Clarify, Decline, Outcome, Plan, Question, Reading
from semantic_layer.query import Filter, TimeWindow
from semantic_layer.storage import open_reader

AUTUMN = TimeWindow(start=date(2026, 8, 1), end=date(2026, 10, 31), label="August to October 2026")
DACH = Filter(dimension="region", values=("DACH",))


@dataclass(frozen=True)
class Read:
    """A planner that reads every question the same way."""

    reading: Reading

    def plan(self, question: Question) -> Plan | Clarify | Decline:
        return Plan(question=question, reading=self.reading)

    def readable(self, text: str) -> bool:
        return bool(text)


def told(asked: Assistant, *, filters: tuple[Filter, ...] = (), window: TimeWindow = AUTUMN) -> Outcome:
    planner = Read(Reading(intent="themes", filters=filters, window=window))
    return replace(asked, planner=planner).ask("what are customers contacting us about?")


@pytest.fixture(scope="module")
def answer(tiny_assistant: Assistant) -> Answer:
    found = told(tiny_assistant, filters=(DACH,))
    assert isinstance(found, Answer)
    return found


@contextmanager
def warehouse(asked: Assistant) -> Iterator[Any]:
    with open_reader(asked.workspace.warehouse) as connection:
        yield connection


COUNTED = """
    SELECT topic, count(*) AS n, count(*) / sum(count(*)) OVER () AS share
    FROM fct_contacts JOIN dim_customers USING (customer_id)
    WHERE region = 'DACH' AND started_at >= '2026-08-01' AND started_at < '2026-11-01'
    GROUP BY topic ORDER BY n DESC, topic LIMIT 10
"""


def test_reasons_are_counted_over_every_contact(tiny_assistant: Assistant, answer: Answer) -> None:
    with warehouse(tiny_assistant) as connection:
        expected = connection.execute(COUNTED).fetchall()
    assert answer.table is not None
    assert [row[:2] for row in answer.table.rows] == [row[:2] for row in expected]
    assert [row[2] for row in answer.table.rows] == pytest.approx([row[2] for row in expected])
    assert expected[0][0] in answer.headline


def test_conversations_are_those_of_the_slice_that_have_a_transcript(tiny_assistant: Assistant, answer: Answer) -> None:
    lines = (tiny_assistant.workspace.root / "transcripts" / "transcripts.jsonl").read_text().splitlines()
    written = {str(json.loads(line)["contact_id"]) for line in lines}
    with warehouse(tiny_assistant) as connection:
        rows = connection.execute(
            "SELECT contact_id, topic FROM fct_contacts JOIN dim_customers USING (customer_id) "
            "WHERE region = 'DACH' AND started_at >= '2026-08-01' AND started_at < '2026-11-01'"
        ).fetchall()
    topics = {str(contact): topic for contact, topic in rows if str(contact) in written}
    recorded = [theme for theme in answer.themes if theme.theme in set(topics.values())]
    assert recorded
    for theme in recorded:
        assert theme.contacts == sum(topic == theme.theme for topic in topics.values())
        assert (theme.of_contacts, theme.contacts_in_slice) == (len(topics), len(rows))
    assert {quote.contact_id for quote in answer.evidence} <= topics.keys()


def test_the_rise_that_was_planted_is_named(answer: Answer) -> None:
    grew = [claim.text for claim in answer.claims if "grew most" in claim.text]
    assert grew
    assert grew[0].startswith(("Price increase", "Invoice dispute"))


def test_every_sentence_is_grounded(answer: Answer) -> None:
    assert not [note for note in answer.notes if "dropped" in note]
    assert all(claim.figures for claim in answer.claims)


def test_a_week_is_held_against_the_eight_before_it(tiny_assistant: Assistant) -> None:
    week = TimeWindow(start=date(2026, 10, 19), end=date(2026, 10, 25), label="last week")
    found = told(tiny_assistant, window=week)
    assert isinstance(found, Answer)
    assert found.reading.baseline is not None
    assert (found.reading.baseline.start, found.reading.baseline.end) == (date(2026, 8, 24), date(2026, 10, 18))
