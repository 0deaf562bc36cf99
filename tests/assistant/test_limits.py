"""Laws of roles over every kind of question: what is not open is in no part of an outcome."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import assistant
from assistant.callers import calls, fewest
from assistant.pipeline import Assistant
from assistant.types import Answer, Outcome
from assistant.wire import to_dict

EVERY_KIND = (
    "What was the cost per contact last month?",
    "Service cost by region",
    "Which queue has the longest hold time?",
    "Compare service cost between Voice and Chat",
    "How has churn rate developed over the past 12 months?",
    "Why did service cost change in October 2026?",
    "Why did cost to serve change in October 2026?",
    "Why is the hold time higher in Billing than in Sales?",
    "What do customers contact us about?",
    "Forecast service cost for the next 3 months",
    "What if churn rate fell by 1 point?",
    "How are we doing?",
    "Anything unusual last month?",
    "Who is likely to churn?",
    "Does hold time hurt CSAT?",
    "Did the phone menu work?",
    "Which queue's service cost grew most since June?",
    "When did churn start to rise?",
    "What percentage of contacts come through chat?",
    "Median wait by queue",
    "Churn rate in October as reported vs June",
)
SHUT = {"contact_volume": "Contact volume", "average_handle_time": "Average handle time", "segment": "Customer segment"}


@pytest.fixture(scope="module")
def limited(tiny_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a role for which every group is too small, and one from which a few names are hidden."""
    copy = shutil.copytree(tiny_workspace, tmp_path_factory.mktemp("limited") / "tiny")
    config = yaml.safe_load((copy / "because.yml").read_text(encoding="utf-8"))
    config["roles"]["blind"] = {"label": "Blind", "small_cells": 1_000_000}
    config["roles"]["clerk"] = {"label": "Clerk", "hidden": list(SHUT)}
    (copy / "because.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return copy


def asked(limited: Path, role: str) -> Iterator[tuple[str, Outcome]]:
    opened: Assistant = assistant.build(limited, role=role)
    yield from ((question, opened.ask(question)) for question in EVERY_KIND)
    opened.close()


def test_where_every_group_is_too_small_no_answer_holds_a_figure(limited):
    for question, outcome in asked(limited, "blind"):
        told = (outcome.figures, outcome.drivers, outcome.themes) if isinstance(outcome, Answer) else ((), None, ())
        assert told == ((), None, ()), question
        assert not isinstance(outcome, Answer) or outcome.table is None, question


def test_what_is_hidden_is_named_nowhere(limited):
    answers = 0
    for question, outcome in asked(limited, "clerk"):
        said = to_dict(outcome)
        said.pop("queries", None)
        text = json.dumps(said, ensure_ascii=False, default=str)
        assert not [name for name, label in SHUT.items() if f'"{name}"' in text or label in text], question
        answers += isinstance(outcome, Answer)
    assert answers > len(EVERY_KIND) / 2


def test_a_change_is_split_by_a_formula_whose_factors_are_all_open(limited, tiny_assistant):
    question = "Why did service cost change in October 2026?"
    assert "Contact volume" in tiny_assistant.ask(question).drivers.formula
    opened = assistant.build(limited, role="clerk")
    found = opened.ask(question).drivers
    opened.close()
    assert "Contact volume" not in (found.formula or "")
    assert sum(row.contribution for row in found.factors) == pytest.approx(found.total_change if found.factors else 0)


@pytest.mark.parametrize(
    ("contacts", "of_each", "customers"),
    [(0, (3, 1), 0), (3, (3, 1, 1), 1), (4, (3, 1, 1), 2), (5, (3, 1, 1), 3), (5, (1, 1, 1, 1, 1), 5)],
)
def test_contacts_are_of_at_least_so_many_customers(contacts, of_each, customers):
    assert fewest(contacts, of_each) == customers


def test_only_contacts_that_were_heard_count():
    assert calls({"a": "x", "b": "x", "c": "y", "d": "z"}, {"a", "b", "c"}) == (2, 1)
