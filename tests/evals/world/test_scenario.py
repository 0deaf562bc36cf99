"""A scenario file is read strictly: what is wrong is named with its line and what is allowed."""

from datetime import date
from pathlib import Path

import pytest

from evals.world.agents import hire
from evals.world.build import SCENARIOS, members_of
from evals.world.effect import Scenario
from evals.world.reldate import resolve
from evals.world.scenario import load_scenario
from semantic_layer.errors import UserError

AS_OF = date(2026, 10, 31)
GOOD = "- {id: rise, metric: churn_rate, multiply: 2, filters: {region: [DACH]}, from: as_of-3mo}\n"


def members() -> dict[str, tuple[str, ...]]:
    import numpy as np

    return members_of(hire(np.random.default_rng(1), a_team=2, first=date(2024, 11, 1), last=AS_OF))


def read(tmp_path: Path, text: str) -> Scenario:
    file = tmp_path / "my.yml"
    file.write_text(text, encoding="utf-8")
    return load_scenario(file, members=members(), as_of=AS_OF)


def refused(tmp_path: Path, text: str) -> UserError:
    with pytest.raises(UserError) as caught:
        read(tmp_path, text)
    assert caught.value.code == "bad_scenario"
    assert caught.value.hint
    return caught.value


def test_an_effect_is_read_with_its_dates_resolved(tmp_path: Path) -> None:
    effect = read(tmp_path, GOOD).effects[0]
    assert (effect.start, effect.end, effect.filters) == (date(2026, 7, 1), None, {"region": ("DACH",)})


def test_an_empty_list_is_a_quiet_world(tmp_path: Path) -> None:
    assert read(tmp_path, "[]\n").effects == ()


def test_effects_may_stand_beside_interventions(tmp_path: Path) -> None:
    text = "effects: []\ninterventions:\n  - {name: Menu, started_on: 2026-05-04, target_metric: transfer_rate}\n"
    assert read(tmp_path, text).interventions[0].kind == "intervention"


def test_without_expect_the_segment_itself_is_expected(tmp_path: Path) -> None:
    expect = read(tmp_path, GOOD).effects[0].expect
    assert expect is not None
    assert (expect.segment, expect.direction) == ({"region": ("DACH",)}, "up")


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yml")), ids=lambda file: file.name)
def test_the_shipped_scenarios_are_right(file: Path) -> None:
    effects = load_scenario(file, members=members(), as_of=AS_OF).effects
    assert {"price_rise", "outage", "new_team", "billing_transfers"} <= {effect.id for effect in effects}


def test_every_shipped_story_that_speaks_has_forty_wordings() -> None:
    for effect in load_scenario(SCENARIOS / "default.yml", members=members(), as_of=AS_OF).effects:
        assert not effect.phrasings or len(set(effect.phrasings)) >= 40, effect.id


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("metric: chrun_rate, multiply: 2, from: as_of", "unknown metric 'chrun_rate'", "churn_rate"),
        ("multiply: 2, from: as_of", "`metric` is missing", "churn_rate"),
        ("metric: churn_rate, multiply: 2, add: 1, from: as_of", "both `multiply` and `add`", "exactly one"),
        ("metric: churn_rate, from: as_of", "neither", "exactly one"),
        ("metric: churn_rate, multiply: much, from: as_of", "not a number: 'much'", "1.2"),
        ("metric: churn_rate, multiply: .nan, from: as_of", "not a number", "1.2"),
        ("metric: churn_rate, multiply: -1, from: as_of", "negative", "0 or more"),
        ("metric: churn_rate, multiply: 2", "`from` is missing", "as_of-3mo"),
        ("metric: churn_rate, multiply: 2, from: last summer", "`from` is not a date: 'last summer'", "as_of-3mo"),
        ("metric: churn_rate, multiply: 2, from: 2026-13-40", "`from` is not a date", "2026-07-15"),
        ("metric: churn_rate, multiply: 2, from: as_of, to: as_of-2mo", "before it starts", "`to`"),
        ("metric: churn_rate, multiply: 2, from: 2027-01-01", "after the data end on 2026-10-31", "as_of-3mo"),
        ("metric: churn_rate, multiply: 2, from: as_of, filters: {regoin: [DACH]}", "unknown dimension", "'region'"),
        ("metric: churn_rate, multiply: 2, from: as_of, filters: {team: [Luzon]}", "cannot be filtered", "segment"),
        ("metric: churn_rate, multiply: 2, from: as_of, filters: {region: [DAHC]}", "no member 'DAHC'", "'DACH'"),
        ("metric: churn_rate, multiply: 2, from: as_of, filters: [DACH]", "filters are a mapping", "region"),
        ("metric: churn_rate, multiply: 2, from: as_of, topics: {Price rise: 3}", "'Price rise'", "Price increase"),
        ("metric: churn_rate, multiply: 2, from: as_of, topics: {Outage: -3}", "negative", "0 or more"),
        ("metric: churn_rate, multiply: 2, from: as_of, phrasings: too dear", "list of sentences", "price"),
        ("metric: churn_rate, multiply: 2, from: as_of, phrasings: ['a #nonsense# b']", "'#nonsense#'", "write it out"),
        ("metric: churn_rate, multiply: 2, from: as_of, expect: {direction: sideways}", "sideways", "up or down"),
        ("metric: churn_rate, multiply: 2, from: as_of, expect: {segmnt: {}}", "unknown key 'segmnt'", "'segment'"),
        ("metric: churn_rate, multiplier: 2, from: as_of", "unknown key 'multiplier'", "'multiply'"),
        ("metric: contact_volume, add: 9, filters: {team: [Luzon]}, from: as_of", "takes no `add`", "multiply"),
    ],
)
def test_what_is_wrong_in_an_effect_is_named_with_its_line(tmp_path: Path, line: str, message: str, hint: str) -> None:
    error = refused(tmp_path, f"{GOOD}- {{id: second, {line}}}\n")
    assert "my.yml:2: effect 'second'" in error.message
    assert message in error.message
    assert hint in error.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a scenario is a list"),
        ("hello", "a scenario is a list"),
        ("effcts: []", "unknown key 'effcts'"),
        ("effects: {}", "'effects' must be a list"),
        ("- 3", "an effect is a mapping"),
        ("- {metric: churn_rate}", "needs an `id`"),
        ("- {id: a\n  b: [", "not valid YAML"),
        (GOOD + GOOD, "'rise' stands twice"),
        ("- {id: a, id: b}", "the key 'id' stands twice"),
        ("effects: []\ninterventions: [{name: A}]", "`started_on` is missing"),
        ("effects: []\ninterventions: [{name: A, started_on: as_of, kind: party}]", "unknown kind 'party'"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(tmp_path: Path, text: str, message: str) -> None:
    assert message in refused(tmp_path, text).message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.yml"):
        load_scenario(tmp_path / "nowhere.yml", members=members(), as_of=AS_OF)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-07-15", date(2026, 7, 15)),
        ("as_of", AS_OF),
        ("as_of-10d", date(2026, 10, 21)),
        ("as_of-3mo", date(2026, 7, 1)),
        ("as_of-3mo+14d", date(2026, 7, 15)),
        ("as_of-1y", date(2025, 10, 1)),
        ("as_of-1q", date(2026, 7, 1)),
        ("as_of-2w", date(2026, 10, 17)),
    ],
)
def test_months_count_from_the_as_of_month(text: str, day: date) -> None:
    assert resolve(text, AS_OF) == day


def test_a_month_as_an_end_is_its_last_day() -> None:
    assert resolve("as_of-8mo", AS_OF, last=True) == date(2026, 2, 28)
