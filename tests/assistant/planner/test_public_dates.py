"""Dates as people really write them: the resolver looking ahead, against NLU++ (reference day 15 March 2022)."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.planner.dates import Clock
from assistant.planner.text import clean, tokenize
from assistant.planner.timespans import find_times

AHEAD = Clock(as_of=date(2022, 3, 14), first=date(1900, 1, 1), prefer="future")
DEVELOP, HELD_OUT = range(5), range(5, 10)


def days(value: dict[str, Any]) -> tuple[date, date] | None:
    """Return the first and the last day of a dated value; None for one without days ("in 3 nights")."""
    ends = (value, value) if "year" in value else (value.get("from"), value.get("to"))
    if not all(isinstance(end, dict) for end in ends):
        return None
    first, last = (date(end["year"], end["month"], end["day"]) for end in ends)  # type: ignore[index]
    return first, last


def slots(folder: Path, folds: range) -> Iterator[tuple[str, str, tuple[date, date]]]:
    for part in ("banking", "hotels"):
        for fold in folds:
            for said in json.loads((folder / part / f"fold{fold}.json").read_text(encoding="utf-8")):
                for name, slot in (said.get("slots") or {}).items():
                    value = slot.get("value") or slot.get("values")
                    wanted = days(value) if "date" in name and isinstance(value, dict) else None
                    if wanted:
                        yield name, slot["text"], wanted


def is_read(name: str, text: str, wanted: tuple[date, date]) -> bool:
    period = next((s.period for s in find_times(tokenize(clean(text)), AHEAD) if s.period), None)
    if period is None:
        return False
    if name == "date_to":
        return period.end == wanted[1]
    return period.start == wanted[0] and (name != "date_period" or period.end == wanted[1])


@pytest.mark.parametrize(("folds", "least"), [(DEVELOP, 0.95), (HELD_OUT, 0.96)])
def test_public_date_phrases_are_read_as_annotated(shared_data: Path, folds: range, least: float) -> None:
    folder = shared_data / "nlupp"
    if not folder.is_dir():
        pytest.skip("NLU++ is absent")
    asked = list(slots(folder, folds))
    wrong = [(name, text, wanted) for name, text, wanted in asked if not is_read(name, text, wanted)]
    assert len(asked) > 150
    assert 1 - len(wrong) / len(asked) >= least, wrong


def test_the_same_words_look_back_where_analytics_ask() -> None:
    back = Clock(as_of=date(2022, 3, 14), first=date(2015, 1, 1))
    for text, ahead, behind in (("in June", 2022, 2021), ("on 23 December", 2022, 2021)):
        for clock, year in ((AHEAD, ahead), (back, behind)):
            period = find_times(tokenize(text), clock)[0].period
            assert period is not None
            assert period.start.year == year
