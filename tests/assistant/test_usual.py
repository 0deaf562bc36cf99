"""A period is held against its own history and season, and the distance from what they would have is split."""

import json

import duckdb
import pytest

from assistant.types import Answer
from ui.cli import run


@pytest.fixture
def why(tiny_workspace, capsys):
    def call(*argv):
        code = run(["why", *argv, "--workspace", str(tiny_workspace), "--json"])
        answer = json.loads(capsys.readouterr().out)
        assert code == 0, answer
        return answer

    return call


def _adds_up(answer) -> None:
    drivers = answer["drivers"]
    scale = max(abs(drivers["total_change"]), sum(abs(s["contribution"]) for s in drivers["segments"]), 1e-12)
    named = sum(s["contribution"] for s in drivers["segments"])
    assert abs(named + drivers["other"] - drivers["total_change"]) < 1e-9 * scale
    for split in drivers["by_dimension"]:
        parts = [row["contribution"] for row in split["rows"]]
        assert abs(sum(parts) - drivers["total_change"]) < 1e-9 * max(scale, sum(map(abs, parts)))
    assert drivers["total_change"] == pytest.approx(answer["figures"][0]["change"])


@pytest.mark.parametrize(
    "metric", ["churn_rate", "contact_volume", "average_handle_time", "contacts_per_customer", "nps"]
)
def test_the_distance_from_what_was_expected_is_split_without_a_rest(why, metric):
    answer = why(metric, "--baseline", "expected", "--window", "2026-08")
    _adds_up(answer)
    assert answer["figures"][0]["baseline_value"] != answer["figures"][0]["value"]
    assert "to be expected" in answer["headline"]
    assert not any("dropped" in note for note in answer["notes"])


def test_a_week_is_expected_to_be_like_its_weekdays_of_the_weeks_before(why, tiny_workspace):
    answer = why("contact_volume", "--baseline", "expected", "--window", "2026-06-10..2026-06-19")
    window = answer["figures"][1]["window"]
    assert not any("left out" in note for note in answer["notes"])
    with duckdb.connect(str(tiny_workspace / "warehouse.duckdb"), read_only=True) as db:
        (expected,) = db.execute(
            """
            WITH days AS (SELECT day::date AS day FROM range(?::date, ?::date + 1, INTERVAL 1 DAY) t(day)),
                 mean AS (SELECT isodow(day) AS weekday, count(c.started_at) / count(DISTINCT day) AS n
                          FROM days LEFT JOIN fct_contacts c ON c.started_at::date = day GROUP BY 1)
            SELECT sum(n) FROM range(DATE '2026-06-10', DATE '2026-06-20', INTERVAL 1 DAY) w(day)
            JOIN mean ON weekday = isodow(day)
            """,
            [window["start"], window["end"]],
        ).fetchone()
    assert answer["figures"][1]["value"] == pytest.approx(expected)


def test_what_is_split_is_what_a_month_is_judged_by(why):
    split = why("contact_volume", "--baseline", "expected", "--window", "2026-08")
    judged = why("contact_volume", "--window", "2026-08")
    usual = next(f for f in judged["figures"] if "its own history" in f["label"])
    assert usual["baseline_value"] == pytest.approx(split["figures"][0]["baseline_value"])


def test_the_question_may_be_asked_in_words(tiny_assistant):
    for text in ("Why was churn higher than usual in August 2026?", "Why was churn above normal in August 2026?"):
        answer = tiny_assistant.ask(text)
        assert isinstance(answer, Answer)
        assert answer.figures[1].label.endswith("level of the history")


def test_a_part_of_a_month_or_too_short_a_past_is_refused_with_the_reason(why):
    for window, reason in (("2026-10-01..2026-10-15", "whole month"), ("2024-12", "none before")):
        refusal = why("churn_rate", "--baseline", "expected", "--window", window)
        assert refusal["kind"] == "refusal"
        assert reason in refusal["message"]


GROUP = ["--where", "region=DACH", "--baseline", "region=Nordics"]


@pytest.mark.parametrize("held", [GROUP, ["--baseline", "expected"]])
def test_whatever_a_group_is_held_against_its_conversations_are_counted_or_their_silence_is(why, held):
    answer = why("churn_rate", "--window", "2026-08", *held)
    assert answer["listening"]
    for slice_ in answer["listening"]:
        assert 0 <= slice_["with_transcript"] <= slice_["contacts"]
    said = " ".join(claim["text"] for claim in answer["claims"])
    assert answer["themes"] or "transcript" in said
    assert not any("dropped" in note for note in answer["notes"])


def test_silence_is_said_with_its_counts(why):
    answer = why("churn_rate", "--window", "2026-08", *GROUP)
    told = {tuple(f["dimension"] for f in theme["filters"]) for theme in answer["themes"]}
    said = " ".join(claim["text"] for claim in answer["claims"])
    for slice_ in answer["listening"]:
        if tuple(f["dimension"] for f in slice_["filters"]) not in told:
            assert f"{slice_['contacts']:,} contacts" in said
