"""What an executive hears, from hand-made findings."""

from dataclasses import replace
from datetime import date
from typing import Literal

import pytest

from assistant.findings import Comparison, Findings
from assistant.narrate import TemplateNarrator
from assistant.types import Drivers, Figure, Listening, Plan, Question, Reading, ResultColumn, ResultTable, Segment
from assistant.windows import labelled
from indexes.types import Theme
from semantic_layer.model import Catalogue, DimensionSpec, MetricSpec
from semantic_layer.query import Filter

NOW = labelled(date(2026, 10, 1), date(2026, 10, 31))
BEFORE = labelled(date(2026, 9, 1), date(2026, 9, 30))
CATALOGUE = Catalogue(
    dimensions=(DimensionSpec(name="area", label="Area", table="visits", column="area"),),
    metrics=(
        MetricSpec(
            name="loss", label="Loss rate", type="ratio", definition="Lost.", unit="ratio", good="down", owner="A"
        ),
        MetricSpec(name="wait", label="Waiting time", type="ratio", definition="Waited.", unit="seconds", owner="A"),
    ),
)


def figure(value: float = 0.024, before: float = 0.019, *, significant: bool = True) -> Figure:
    change = value - before
    return Figure(
        metric="loss",
        label="Loss rate",
        value=value,
        unit="ratio",
        text=f"{value:.2%}".replace("%", " %"),
        window=NOW,
        baseline_value=before,
        change=change,
        change_ci=(change - 0.001, change + 0.001),
        significant=significant,
    )


def segment(area: str, contribution: float) -> Segment:
    return Segment(
        filters=(Filter(dimension="area", values=(area,)),),
        contribution=contribution,
        share_of_change=None,
        rate_effect=contribution,
        mix_effect=0.0,
        ci=None,
        p_value=0.001,
        value_now=0.08,
        value_before=0.02,
        n_now=900,
        n_before=900,
    )


def why(*segments: Segment, shown: Figure | None = None, direction: Literal["up", "down"] | None = None) -> Findings:
    shown = shown or figure()
    reading = Reading(intent="why", metrics=("loss",), window=NOW, baseline=BEFORE)
    change = shown.change or 0.0
    drivers = Drivers(
        total_change=change,
        method="",
        segments=segments,
        other=change - sum(s.contribution for s in segments),
        unexplained=0.0,
        by_dimension=(),
    )
    return Findings(
        plan=Plan(question=Question(text="?"), reading=reading, direction=direction),
        reading=reading,
        catalogue=CATALOGUE,
        figures=(shown,),
        drivers=drivers,
        comparison=Comparison(now=NOW, before=BEFORE, reason="asked"),
    )


def headline(found: Findings) -> str:
    return TemplateNarrator().narrate(found).headline.text


def sentences(found: Findings) -> list[str]:
    return [claim.text for claim in TemplateNarrator().narrate(found).claims]


def test_a_group_carries_its_part_of_a_change() -> None:
    assert headline(why(segment("North", 0.004))) == (
        "Loss rate rose by 0.50 points, from 1.90 % in September 2026 to 2.40 % in October 2026; North accounts for"
        " 0.40 points of it."
    )


def test_a_group_that_carries_more_than_the_change_carries_all_of_it() -> None:
    assert headline(why(segment("North", 0.006))).endswith("; North accounts for all of it (+0.60 points).")


def test_a_group_that_moved_against_the_total_is_not_its_cause() -> None:
    assert headline(why(segment("North", -0.002))).endswith("; North went the other way, by 0.20 points.")


def test_a_change_that_is_everywhere_names_no_group() -> None:
    assert headline(why()).endswith("; no single group stands out.")


def test_the_largest_part_is_told_first() -> None:
    told = [text for text in sentences(why(segment("North", 0.001), segment("South", 0.003))) if "contributes" in text]
    assert [text.split()[0] for text in told] == ["South", "North", "Everything"]


@pytest.mark.parametrize(
    ("direction", "value", "says"),
    [
        ("up", 0.014, "Loss rate actually fell by 0.50 points"),
        ("down", 0.024, "Loss rate actually rose by 0.50 points"),
        ("up", 0.024, "Loss rate rose by 0.50 points"),
        (None, 0.014, "Loss rate fell by 0.50 points"),
    ],
)
def test_an_asker_who_has_the_direction_wrong_is_told(
    direction: Literal["up", "down"] | None, value: float, says: str
) -> None:
    assert headline(why(shown=figure(value), direction=direction)).startswith(says)


def test_noise_is_called_noise() -> None:
    found = why(shown=figure(0.0191, significant=False), direction="up")
    assert headline(found) == (
        "Loss rate is not meaningfully up: 1.91 % in October 2026 against 1.90 % in September 2026."
    )
    assert "within normal variation" in sentences(found)[1]


@pytest.mark.parametrize(("value", "says"), [(0.024, "for the worse"), (0.014, "an improvement")])
def test_a_change_is_welcome_or_not(value: float, says: str) -> None:
    assert says in sentences(why(shown=figure(value)))[1]


def test_each_metric_is_told_with_its_own_certainty() -> None:
    reading = Reading(intent="value", metrics=("loss", "wait"), window=NOW, baseline=BEFORE)
    wait = replace(
        figure(), metric="wait", label="Waiting time", unit="seconds", value=60.0, text="1 min 0 s",
        baseline_value=50.0, change=10.0, change_ci=(8.0, 12.0),
    )  # fmt: skip
    found = replace(why(), reading=reading, figures=(figure(), wait), drivers=None)
    assert [text.split()[0] for text in sentences(found)] == ["Loss", "That", "Waiting", "That"]


def test_word_families_are_words_and_named_reasons_are_names() -> None:
    theme = Theme(
        theme="Invoice", passages=9, contacts=8, of_contacts=40, contacts_in_slice=90, share=0.2, share_before=0.1,
        ci=(0.1, 0.3),
    )  # fmt: skip
    found = replace(why(), themes=(theme, replace(theme, theme="bill, item")))
    told = [text for text in sentences(found) if "come" in text]
    assert told[0].startswith("“Invoice” comes up in 8 of 40 conversations")
    assert told[1].startswith("Words like “bill, item” come up in 8 of 40 conversations")


def test_a_theme_says_how_often_others_say_it_and_whether_that_sets_the_group_apart() -> None:
    theme = Theme(
        theme="Invoice", passages=9, contacts=8, of_contacts=40, contacts_in_slice=90, share=0.2, share_before=0.1,
        ci=(0.1, 0.3), share_elsewhere=0.05,
    )  # fmt: skip
    rare, common = sentences(replace(why(), themes=(theme, replace(theme, share_elsewhere=0.25))))[-2:]
    assert rare.endswith("(20 %, between 10 % and 30 %, against 10 % before and 5 % elsewhere).")
    assert common.endswith("25 % elsewhere): others say it as often, so it does not set this group apart.")


def test_a_leading_group_whose_words_tell_nothing_is_named() -> None:
    south = (Filter(dimension="area", values=("South",)),)
    mute = Listening(filters=south, contacts=90, with_transcript=40)
    told = sentences(replace(why(), listening=(mute, replace(mute, with_transcript=0))))
    assert told[-2] == (
        "40 of the 90 contacts from South have a transcript, and they say nothing distinctive: this rests on the"
        " numbers alone."
    )
    assert told[-1].startswith("None of the 90 contacts from South has a transcript")


def test_of_several_series_the_one_that_moved_most_is_told() -> None:
    reading = Reading(intent="trend", metrics=("loss",), by=("area",), grain="month", window=NOW)
    months = (date(2026, 9, 1), date(2026, 10, 1))
    values = {"North": (0.02, 0.05), "South": (0.02, 0.021)}
    rows = tuple((area, month, values[area][i]) for area in values for i, month in enumerate(months))
    columns = (ResultColumn(name="area"), ResultColumn(name="period"), ResultColumn(name="loss", unit="ratio"))
    found = replace(why(), reading=reading, figures=(), table=ResultTable(columns=columns, rows=rows))
    assert headline(found) == (
        "Loss rate moved most for North: from 2.00 % in September 2026 to 5.00 % in October 2026."
    )
