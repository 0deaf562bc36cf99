"""What is planted is found by redaction, and what is not planted is left alone."""

from random import Random

import numpy as np
import pytest

from evals.world.names import FIRST_NAMES, LAST_NAMES
from evals.world.talk import ContactFacts, converse, topics
from indexes.redact import Redactor
from indexes.settings import RedactionSettings

REGIONS = ("North America", "UK & Ireland", "DACH", "Nordics")
CHANNELS = ("Voice", "Chat", "Email", "Messaging", "Bot")


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor(RedactionSettings(), ("Jana Vogel",))


def facts(number: int, *, plant_pii: bool) -> ContactFacts:
    random = Random(number)
    topic = topics()[number % len(topics())]
    channel = CHANNELS[number % 5]
    return ContactFacts(
        contact_id=f"C{number}",
        topic=topic.name,
        channel=channel,
        queue=topic.queue,
        segment="SMB",
        region=REGIONS[number % 4],
        product=(topic.products or ("TV",))[0],
        plan="Plus",
        handled_by="bot" if channel == "Bot" else "human",
        agent_name=None if channel == "Bot" else "Jana Vogel",
        customer_name=f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}",
        is_resolved=number % 3 > 0,
        sentiment=random.uniform(-1, 1),
        talk_seconds=random.randint(100, 700),
        plant_pii=plant_pii,
    )


def test_no_planted_datum_survives_redaction(redactor: Redactor) -> None:
    survivors = []
    for number in range(400):
        conversation = converse(facts(number, plant_pii=True), np.random.default_rng(number))
        kept = "\n".join(redactor.redact(turn.text) for turn in conversation.turns)
        survivors += [(kind, value) for kind, value in conversation.planted if value in kept]
    assert not survivors


def test_what_customers_say_without_personal_data_is_left_alone(redactor: Redactor) -> None:
    touched, total = [], 0
    for number in range(400):
        conversation = converse(facts(number, plant_pii=False), np.random.default_rng(number))
        said = [turn.text for turn in conversation.turns if turn.speaker == "customer" and "Jana" not in turn.text]
        touched += [redactor.redact(text) for text in said if redactor.redact(text) != text]
        total += len(said)
    assert len(touched) / total < 0.03, touched
