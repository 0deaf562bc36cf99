"""An effect on any base rate, in any segment, shows in the data with the size that was planted."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evals.world import build_world
from evals.world.metrics import METRICS

# One effect a metric, in segments that keep out of each other's way.
EFFECTS = """
- {id: churn, metric: churn_rate, multiply: 4, filters: {segment: [Consumer]}, from: as_of-3mo}
- {id: revenue, metric: arpu, multiply: 1.5, filters: {region: [Nordics]}, from: as_of-3mo}
- {id: risk, metric: churn_risk, multiply: 1.5, filters: {tenure_band: [1-2 years]}, from: as_of-3mo}
- {id: held, metric: products_per_customer, add: 0.6, filters: {segment: [SMB]}, from: as_of-3mo}
- {id: deflection, metric: deflection_rate, multiply: 0.6, filters: {channel: [Bot]}, from: as_of-3mo}
- {id: completion, metric: workflow_completion_rate, multiply: 0.5, filters: {channel: [Bot]}, from: as_of-3mo}
- {id: abandoned, metric: abandonment_rate, add: 0.15, filters: {plan: [Premium]}, from: as_of-3mo}
- {id: level, metric: service_level, multiply: 0.6, filters: {queue: [Sales]}, from: as_of-3mo}
- {id: answer, metric: average_speed_of_answer, multiply: 2, filters: {queue: [Complaints]}, from: as_of-3mo}
- {id: aht, metric: average_handle_time, multiply: 1.4, filters: {team: [Visayas]}, from: as_of-3mo}
- {id: hold, metric: hold_time, multiply: 2.5, filters: {queue: [Retention]}, from: as_of-3mo}
- {id: wrap, metric: after_call_work, multiply: 2, filters: {queue: [Orders]}, from: as_of-3mo}
- {id: transfers, metric: transfer_rate, multiply: 2.5, filters: {queue: [Billing]}, from: as_of-3mo}
- {id: escalations, metric: escalation_rate, add: 0.2, filters: {topic: [Refund request]}, from: as_of-3mo}
- {id: fcr, metric: first_contact_resolution_rate, multiply: 0.5, filters: {site: [Leipzig]}, from: as_of-3mo}
- {id: complaints, metric: complaint_rate, multiply: 2.5, filters: {region: [DACH]}, from: as_of-3mo}
- {id: avoidable, metric: avoidable_contact_rate, multiply: 1.6, filters: {contract_type: [Monthly]}, from: as_of-3mo}
- {id: feeling, metric: predicted_csat, multiply: 0.8, filters: {product: [TV]}, from: as_of-3mo}
- {id: mood, metric: sentiment_score, add: -0.3, filters: {product: [Mobile]}, from: as_of-3mo}
- {id: cost, metric: cost_per_contact, multiply: 1.5, filters: {region: [UK & Ireland]}, from: as_of-3mo}
- {id: csat, metric: csat, multiply: 0.5, filters: {channel: [Voice]}, from: as_of-3mo}
- {id: nps, metric: nps, add: -50, filters: {channel: [Chat]}, from: as_of-3mo}
- {id: effort, metric: customer_effort_score, multiply: 1.4, filters: {segment: [Consumer]}, from: as_of-3mo}
- {id: answers, metric: survey_response_rate, multiply: 2, filters: {site: [Austin]}, from: as_of-3mo}
- {id: quality, metric: qa_score, add: -10, filters: {team: [Zilker]}, from: as_of-3mo}
- {id: missed, metric: disclosure_miss_rate, multiply: 6, filters: {queue: [Sales]}, from: as_of-3mo}
"""

VOLUMES = """
- {id: outage, metric: contact_volume, multiply: 5, filters: {product: [Fibre], region: [DACH]}, from: as_of-2mo+6d,
   to: as_of-2mo+12d, topics: {Outage: 10}}
- {id: team, metric: contact_volume, multiply: 2, filters: {team: [Lagan]}, from: as_of-6mo, to: as_of-4mo}
- {id: human, metric: contact_volume, multiply: 0.5, filters: {handled_by: [human], product: [TV]}, from: as_of-12mo,
   to: as_of-10mo}
- {id: per_head, metric: contacts_per_customer, add: 0.4, filters: {segment: [Enterprise]}, from: as_of-15mo,
   to: as_of-13mo}
- {id: amount, metric: contact_volume, add: 500, filters: {topic: [Password reset]}, from: as_of-18mo, to: as_of-16mo}
"""


def world(folder: Path, text: str) -> Mapping[str, Any]:
    file = folder / "scenario.yml"
    file.write_text(text, encoding="utf-8")
    build_world(folder, size="tiny", scenario=file)
    return {e["id"]: e for e in json.loads((folder / "truth.json").read_text(encoding="utf-8"))["effects"]}


@pytest.fixture(scope="module")
def rates(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    return world(tmp_path_factory.mktemp("rates"), EFFECTS)


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    return world(tmp_path_factory.mktemp("volumes"), VOLUMES)


NAMES = [line.split("id: ")[1].split(",")[0] for line in EFFECTS.strip().splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_the_segment_moves_by_what_was_planted(rates: Mapping[str, Any], name: str) -> None:
    effect = rates[name]
    inside = effect["measured"]["inside"]
    wanted = inside["before"] * effect["multiply"] if effect["multiply"] else inside["before"] + effect["add"]
    moved = abs(wanted - inside["before"])
    assert abs(inside["after"] - wanted) <= 0.4 * moved, inside


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("deflection", "completion")])
def test_the_rest_moves_far_less(rates: Mapping[str, Any], name: str) -> None:
    inside, outside = rates[name]["measured"]["inside"], rates[name]["measured"]["outside"]
    assert abs(outside["after"] - outside["before"]) < 0.4 * abs(inside["after"] - inside["before"])


@pytest.mark.parametrize(("name", "ratio"), [("outage", 5.0), ("team", 2.0), ("human", 0.5)])
def test_volume_in_the_segment_is_multiplied(volumes: Mapping[str, Any], name: str, ratio: float) -> None:
    assert volumes[name]["planted"]["ratio"] == pytest.approx(ratio, rel=1e-3)
    assert volumes[name]["measured"]["inside"]["ratio"] == pytest.approx(ratio, rel=0.35)


def test_an_amount_of_contacts_is_an_amount_a_month(volumes: Mapping[str, Any]) -> None:
    inside = volumes["amount"]["measured"]["inside"]
    assert (inside["after"] - inside["before"]) * 30.4 == pytest.approx(500, rel=0.15)


def test_every_plantable_metric_is_in_the_dictionary() -> None:
    import yaml

    folder = Path(__file__).parents[3] / "evals" / "world" / "workspace" / "metrics"
    parts = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in folder.glob("*.yml")]
    assert set(METRICS) <= {metric["name"] for part in parts for metric in part.get("metrics", ())}
