"""A sentence is shown only when every number in it stands in what it names."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from assistant.findings import Narration
from assistant.types import Answer, Claim, Confidence, Definition, Figure, Reading, ResultColumn, ResultTable
from assistant.verify import verify_claims
from semantic_layer.query import Filter, TimeWindow

OCTOBER = TimeWindow(start=date(2026, 10, 1), end=date(2026, 10, 31), label="October 2026")


def answer() -> Answer:
    """A churn of 2.41 %, up 0.45 points, with a table of two regions."""
    figure = Figure(
        metric="churn",
        label="Churn within 30 days",
        value=0.02413,
        unit="ratio",
        text="2.41 %",
        window=OCTOBER,
        filters=(Filter(dimension="tenure", values=("4-12 months",)),),
        baseline_value=0.01961,
        change=0.00452,
        change_ci=(-0.001, 0.01),
    )
    return Answer(
        id="a1",
        question="?",
        asked_at=datetime(2026, 11, 1, tzinfo=UTC),
        as_of=date(2026, 10, 31),
        role=None,
        language="en",
        reading=Reading(intent="value", metrics=("churn",), window=OCTOBER),
        headline="",
        figures=(figure, replace(figure, metric="wait", value=372.4, unit="seconds", filters=())),
        table=ResultTable(
            columns=(ResultColumn(name="region"), ResultColumn(name="cost", unit="EUR")),
            rows=(("North 7", 12_345.6), ("South", -80.0)),
        ),
        definitions=(
            Definition(
                metric="churn",
                label="Churn",
                definition="Gone within 30 days",
                owner="Ann",
                version=2,
                changed_on=date(2026, 4, 1),
                caveat=None,
            ),
        ),
        confidence=Confidence(probability=None, label="uncalibrated", calibrated_on=None, record=None, reasons=()),
    )


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        ("Churn was 2.41 % in October 2026.", ("/figures/0/value", "/figures/0/window")),
        ("Churn within 30 days was 2.41 %.", ("/figures/0/value",)),
        ("Churn for 4-12 months was 2.41 %.", ("/figures/0/value",)),
        ("It rose by 0.45 points from 1.96 %.", ("/figures/0/change", "/figures/0/baseline_value")),
        ("Between −0.10 points and +1.00 points.", ("/figures/0/change_ci/0", "/figures/0/change_ci/1")),
        ("Waiting took 6 min 12 s.", ("/figures/1/value",)),
        ("North 7 cost €12.3k, South −€80.00.", ("/table/rows/0/0", "/table/rows/0/1", "/table/rows/1/1")),
        ("2 regions.", ("/table/rows",)),
        ("Version 2 since 1 April 2026.", ("/definitions/0/version", "/definitions/0/changed_on")),
    ],
)
def test_numbers_as_they_are_said_are_traced(text: str, pointers: tuple[str, ...]) -> None:
    assert kept(text, pointers)


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        ("Churn was 2.42 %.", ("/figures/0/value",)),
        ("Churn was 2.41 %.", ("/figures/1/value",)),
        ("Churn was 2.41 %.", ()),
        ("It moved by −0.45 points.", ("/figures/0/change",)),
        ("Between +0.10 points and +1.00 points.", ("/figures/0/change_ci/0", "/figures/0/change_ci/1")),
        ("Churn was 2.41 % in November 2027.", ("/figures/0/value", "/figures/0/window")),
        ("Waiting took 6 min 13 s.", ("/figures/1/value",)),
        ("North 7 cost €12.4k.", ("/table/rows/0/0", "/table/rows/0/1")),
        ("South cost +€80.00.", ("/table/rows/1/1",)),
        ("3 regions.", ("/table/rows",)),
        ("Churn was 2.41 %.", ("/figures/0/value", "/figures/7/value")),
    ],
)
def test_any_other_number_drops_the_sentence(text: str, pointers: tuple[str, ...]) -> None:
    assert not kept(text, pointers)


def test_a_sentence_that_cites_a_passage_not_shown_is_dropped() -> None:
    claim = Claim(text="Customers say so.", citations=("C1:2-3",))
    assert verify_claims(Narration(headline=claim, claims=(claim,)), answer()) == ((), 1)


def kept(text: str, pointers: tuple[str, ...]) -> bool:
    """Tell whether a sentence that rests on those pointers would be shown."""
    claim = Claim(text=text, figures=pointers)
    return verify_claims(Narration(headline=claim, claims=(claim,)), answer())[0] == (claim,)
