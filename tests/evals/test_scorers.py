"""Each scorer says what is wrong: a code for machines, words and cells for people."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assistant.pipeline import Assistant
from assistant.types import Answer, Claim, ModelUse, ResultColumn, ResultTable
from evals.cases import Expected, ExpectedDriver, ExpectedReading, Relation
from evals.figures import figures
from evals.grounding import grounding
from evals.relation import relation
from evals.scorers import cost, driver, latency, themes
from indexes.types import Theme

TABLE = ResultTable(
    columns=(ResultColumn(name="region"), ResultColumn(name="churn_rate", unit="ratio")),
    rows=(("DACH", 0.02), ("Nordics", 0.03)),
)
BY_MONTH = ResultTable(
    columns=(ResultColumn(name="period"), ResultColumn(name="churn_rate", unit="ratio")),
    rows=((date(2026, 8, 1), 0.02), (date(2026, 9, 1), 0.03)),
)


@pytest.fixture(scope="module")
def answer(tiny_assistant: Assistant) -> Answer:
    found = tiny_assistant.ask("churn rate in September 2026")
    assert isinstance(found, Answer)
    return found


@pytest.fixture(scope="module")
def why(tiny_assistant: Assistant) -> Answer:
    found = tiny_assistant.ask("Why did churn rate change in August 2026 compared with June 2026?")
    assert isinstance(found, Answer)
    return found


def judged(answer: Answer, table: ResultTable, *rows: tuple[Any, ...], ordered: bool = False) -> Any:
    return figures(Expected(sql="-", ordered=ordered), replace(answer, table=table), lambda _: rows)


@pytest.mark.parametrize(
    ("table", "rows", "ordered", "code"),
    [
        (TABLE, (("DACH", 0.02), ("Nordics", 0.03), ("Iberia", 0.04)), False, "missing_rows"),
        (TABLE, (("DACH", 0.02),), False, "extra_rows"),
        (TABLE, ((0.02,), (0.03,)), False, "extra_columns"),
        (TABLE, (("DACH", "SMB", 0.02), ("Nordics", "SMB", 0.03)), False, "missing_columns"),
        (TABLE, (("DACH", 2.0), ("Nordics", 3.0)), False, "percent_versus_fraction"),
        (TABLE, (("DACH", 0.02), ("Nordics", 0.04)), False, "differing_cells"),
        (TABLE, (("Nordics", 0.03), ("DACH", 0.02)), True, "wrong_order"),
        (BY_MONTH, ((date(2026, 7, 1), 0.02), (date(2026, 8, 1), 0.03)), False, "wrong_period"),
        (TABLE, (("Nordics", 0.03), ("DACH", 0.02)), False, ""),
        (TABLE, (("DACH", 0.02), ("Nordics", 0.03 * (1 + 9e-7))), False, ""),
    ],
)
def test_rows_that_differ_have_a_code(
    answer: Answer, table: ResultTable, rows: tuple[tuple[Any, ...], ...], ordered: bool, code: str
) -> None:
    score = judged(answer, table, *rows, ordered=ordered)
    assert (score.right, score.code) == (not code, code)
    assert bool(score.reason) == bool(code)


def test_cells_that_differ_are_named_with_what_was_due(answer: Answer) -> None:
    score = judged(answer, TABLE, ("DACH", 0.02), ("Nordics", 0.04))
    assert score.cells == (("Nordics", 0.04, 0.03),)
    assert score.reason == "differing cells: 1 of 2 cells differ: Nordics: 0.03 instead of 0.04"


def test_a_figure_of_another_period_is_told_from_another_figure(answer: Answer) -> None:
    windows = ((date(2026, 8, 1), date(2026, 8, 31)), (date(2026, 9, 1), date(2026, 9, 30)))
    codes = [
        figures(Expected(sql="-", reading=ExpectedReading(window=window)), answer, lambda _: ((0.5,),)).code
        for window in windows
    ]
    assert codes == ["wrong_period", "other_value"]


def test_a_number_that_stands_nowhere_is_found(answer: Answer, why: Answer) -> None:
    assert grounding(answer).right
    assert grounding(why).right
    invented = replace(why.claims[0], text=why.claims[0].text + " It was 17.43 % in 1987.")
    score = grounding(replace(why, claims=(invented, *why.claims[1:])))
    assert (score.right, score.code) == (False, "unbound_number")
    assert "17.43 %" in score.reason


def test_a_number_bound_to_another_figure_is_not_bound(answer: Answer) -> None:
    value = answer.figures[0].text
    unbound = Claim(text=f"It was {value}.", figures=("/figures/0/unit",))
    assert not grounding(replace(answer, claims=(unbound,))).right
    assert grounding(replace(answer, claims=(replace(unbound, figures=("/figures/0/value",)),))).right


def test_a_driver_is_judged_by_the_share_it_holds(why: Answer) -> None:
    assert why.drivers is not None
    lead = why.drivers.segments[0]
    segment = {f.dimension: tuple(str(v) for v in f.values) for f in lead.filters}
    direction = "up" if lead.contribution > 0 else "down"
    share = lead.share_of_change
    assert share is not None

    def score(low: float, high: float) -> str:
        due = ExpectedDriver.model_validate({"segment": segment, "direction": direction, "share": (low, high)})
        return driver(Expected(driver=due), why).code

    assert [score(share - 0.1, share + 0.1), score(share + 0.1, share + 0.2)] == ["", "other_share"]


def test_a_theme_is_found_by_the_words_of_its_name(answer: Answer) -> None:
    theme = Theme(
        theme="Price increase letter", passages=1, contacts=1, of_contacts=2, contacts_in_slice=2, share=0.5,
        share_before=None, ci=(0.1, 0.9),
    )  # fmt: skip
    told = replace(answer, themes=(theme,))
    assert themes(Expected(themes=("price increase",)), told).right
    score = themes(Expected(themes=("Router",)), told)
    assert (score.code, score.reason) == ("missing_theme", "“Router” is missing; shown: Price increase letter")


def test_what_takes_too_long_or_costs_too_much_is_wrong() -> None:
    slow, dear = Expected(within_ms=100), Expected(within_cost=0.01)
    assert [latency(slow, ms).code for ms in (99, 101)] == ["", "too_slow"]
    used = ModelUse(calls=2, tokens=10, cost=0.02, currency="EUR")
    found = [cost(dear, use).code for use in (None, used, replace(used, cost=0.005), replace(used, cost=None))]
    assert found == ["", "too_dear", "", "no_price"]


@pytest.mark.parametrize(
    ("question", "kind", "others", "key", "right"),
    [
        ("churn rate in DACH in September 2026", "same", ("September 2026 churn rate for DACH",), "", True),
        ("churn rate in DACH in September 2026", "same", ("churn rate in DACH in August 2026",), "", False),
        ("churn rate in DACH in September 2026", "row", ("churn rate by region in September 2026",), "DACH", True),
        ("churn rate in DACH in September 2026", "row", ("churn rate by region in September 2026",), "Nordics", False),
        ("contact volume in September 2026", "sum", ("contact volume by channel in September 2026",), "", True),
        (
            "contact volume in Q3 2026",
            "sum",
            tuple(f"contact volume in {m} 2026" for m in ("July", "August")),
            "",
            False,
        ),
        ("contact volume in September 2026", "same", ("contact volume in Narnia",), "", False),
    ],
)
def test_answers_stand_to_each_other_as_their_questions_do(
    tiny_assistant: Assistant, question: str, kind: str, others: tuple[str, ...], key: str, right: bool
) -> None:
    answer = tiny_assistant.ask(question)
    assert isinstance(answer, Answer)
    score = relation(
        Relation.model_validate({"kind": kind, "questions": others, "key": key}), answer, tiny_assistant.ask
    )
    assert score.right == right, score
