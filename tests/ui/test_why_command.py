"""`because why`: the same answer as the question's, for those who name the parts themselves."""

import json
import shutil

import pytest

from ui.cli import run


@pytest.fixture
def why(tiny_workspace, capsys):
    """Run `because why` with --json; return its exit code and the one document it prints."""

    def call(*argv):
        code = run(["why", *argv, "--workspace", str(tiny_workspace), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


def test_periods_named_are_the_periods_compared(why):
    code, answer = why("churn_rate", "--window", "2026-08..2026-10", "--baseline", "2026-04..2026-06")
    reading = answer["reading"]
    assert (code, reading["intent"]) == (0, "why")
    assert (reading["window"]["start"], reading["window"]["end"]) == ("2026-08-01", "2026-10-31")
    assert (reading["baseline"]["start"], reading["baseline"]["end"]) == ("2026-04-01", "2026-06-30")
    lead = {f["dimension"]: f["values"] for f in answer["drivers"]["segments"][0]["filters"]}
    assert lead == {"segment": ["SMB"], "region": ["DACH"], "plan": ["Plus"]}


def test_a_split_by_named_dimensions_looks_at_no_others(why):
    _, answer = why("churn_rate", "--window", "2026-Q3", "--by", "region", "--by", "plan")
    assert [split["dimension"] for split in answer["drivers"]["by_dimension"]] == ["region", "plan"]


def test_a_year_ago_is_the_same_period_of_the_year_before(why):
    _, answer = why("contact_volume", "--window", "2026-09", "--baseline", "year")
    assert answer["reading"]["baseline"]["start"] == "2025-09-01"
    assert answer["reading"]["baseline"]["end"] == "2025-09-30"


def test_another_group_may_be_the_baseline(why):
    _, answer = why("churn_rate", "--where", "region=DACH", "--baseline", "region=Nordics")
    assert answer["reading"]["baseline"] is None
    assert answer["figures"][0]["change"] == pytest.approx(answer["drivers"]["total_change"])
    assert answer["figures"][1]["filters"][0]["values"] == ["Nordics"]


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["nonsense"], "unknown_metric"),
        (["churn_rate", "--by", "nonsense"], "unknown_dimension"),
        (["churn_rate", "--where", "region=Atlantis"], "unknown_value"),
        (["churn_rate", "--window", "2026-13"], "bad_date"),
        (["churn_rate", "--window", "2026-10..2026-08"], "bad_window"),
        (["churn_rate", "--baseline", "region=DACH"], "bad_baseline"),
    ],
)
def test_what_cannot_be_split_is_said_with_what_to_try(why, argv, code):
    exit_code, error = why(*argv)
    assert (exit_code, error["code"]) == (2, code)
    assert error["hint"]


def test_a_window_without_data_is_refused_and_not_invented(why):
    _, outcome = why("churn_rate", "--window", "2019-01")
    assert (outcome["kind"], outcome["reason"]) == ("refusal", "no_data")


def test_a_target_is_a_baseline_that_every_part_is_held_against(tiny_workspace, tmp_path, capsys):
    place = tmp_path / "targeted"
    shutil.copytree(tiny_workspace, place)
    told = place / "metrics" / "experience.yml"
    told.write_text(told.read_text().replace("- name: csat\n", "- name: csat\n    target: 0.9\n", 1))
    argv = ["why", "csat", "--window", "2026-10", "--baseline", "target", "--by", "queue", "--json"]
    assert run([*argv, "--workspace", str(place)]) == 0
    answer = json.loads(capsys.readouterr().out)
    figure, rows = answer["figures"][0], answer["drivers"]["by_dimension"][0]["rows"]
    assert figure["baseline_value"] == 0.9
    assert answer["drivers"]["total_change"] == pytest.approx(figure["value"] - 0.9)
    assert sum(row["contribution"] for row in rows) == pytest.approx(figure["value"] - 0.9)
    answered = sum(row["n_now"] for row in rows)
    for row in rows:
        assert row["contribution"] == pytest.approx(row["n_now"] / answered * (row["value_now"] - 0.9))
    assert "below its target of 90.00 %" in answer["headline"]


def test_a_metric_without_a_target_is_held_against_none(why):
    code, answer = why("csat", "--baseline", "target")
    assert (code, answer["kind"], answer["reason"]) == (0, "refusal", "no_data")


def test_every_dimension_is_split_on_one_scale_below_the_drivers(tiny_workspace, capsys):
    argv = ["why", "churn_rate", "--window", "2026-08..2026-10", "--baseline", "2026-04..2026-06"]
    assert run([*argv, "--by", "region", "--by", "plan", "--workspace", str(tiny_workspace)]) == 0
    shown = capsys.readouterr().out
    cuts = shown.split("Split by each dimension")[1].split("How I read it")[0]
    assert cuts.index("Region") < cuts.index("DACH")
    assert "Plan" in cuts
    bars = {line.split()[0]: line.count("█") for line in cuts.splitlines() if "█" in line}
    assert bars["DACH"] == max(bars[name] for name in bars if name != "Plus")
