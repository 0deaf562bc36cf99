"""Data that nobody here wrote; skipped, saying so, where it is absent."""

import csv
import json
from functools import partial
from pathlib import Path

import phonenumbers
import pytest

from indexes.build import build_index
from indexes.guess import guess_fields
from indexes.redact import Redactor
from indexes.search import TranscriptIndex
from indexes.settings import RedactionSettings
from indexes.untrusted import is_instruction


@pytest.fixture(scope="module")
def airline(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> TranscriptIndex:
    """The 200 support chats of tau-bench, fields guessed."""
    file = shared_data / "taubench_airline" / "gpt-4o-airline.json"
    settings = guess_fields(file)
    assert settings is not None
    root = tmp_path_factory.mktemp("airline") / "index"
    report = build_index(root, [file], transcripts=settings, redaction=RedactionSettings())
    assert (report.contacts, report.bad_lines) == (200, ())
    return TranscriptIndex.open(root)


def test_delayed_flights_are_found_in_chats_of_a_foreign_shape(airline: TranscriptIndex) -> None:
    found = airline.search("refund for a delayed flight", k=4)
    assert len(found) == 4
    assert all("delay" in e.quote.lower() for e in found)
    assert all(e.quote in airline.quote(e.citation) for e in found)


def test_no_policy_text_or_tool_reply_is_in_the_index(airline: TranscriptIndex) -> None:
    assert all(
        turn.speaker in ("customer", "agent") for stored in airline._corpus.all() for turn in stored.contact.turns
    )


def test_clean_customer_turns_are_left_alone(shared_data: Path) -> None:
    redactor = Redactor(RedactionSettings())
    touched = total = 0
    for domain in ("airline", "finance", "insurance"):
        with (shared_data / "multidogo" / domain / "dev.tsv").open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["utterance"] and set((row["slot-labels"] or "").split()) <= {"O"}:
                    total += 1
                    touched += bool(redactor.find(row["utterance"]))
    assert total > 3000
    assert touched / total <= 0.005


def test_labelled_personal_data_is_hidden(shared_data: Path) -> None:
    redactor = Redactor(RedactionSettings())
    hidden: dict[str, list[bool]] = {}
    for name in ("synth_dataset_v2.json", "generated_large.json"):
        for record in json.loads((shared_data / "pii_presidio_research" / name).read_text("utf-8")):
            spans = redactor.find(record["full_text"])
            for label in record["spans"]:
                start, end = label["start_position"], label["end_position"]
                covered = any(s.start <= start and end <= s.end for s in spans)
                hidden.setdefault(_kind(label), []).append(covered)
    for kind in ("CREDIT_CARD", "IBAN_CODE", "US_SSN", "EMAIL_ADDRESS", "IP_ADDRESS"):
        assert sum(hidden[kind]) / len(hidden[kind]) >= 0.995, kind
    assert sum(hidden["valid phone"]) / len(hidden["valid phone"]) >= 0.99
    assert sum(hidden["PHONE_NUMBER"]) / len(hidden["PHONE_NUMBER"]) >= 0.85


def _kind(label: dict[str, str]) -> str:
    """Tell telephone numbers that are valid where the redactor looks from those that are not."""
    if label["entity_type"] != "PHONE_NUMBER":
        return label["entity_type"]
    return "valid phone" if any(map(partial(_valid, label["entity_value"]), ("GB", "US", "DE"))) else "PHONE_NUMBER"


def _valid(number: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def test_ordinary_requests_are_not_taken_for_instructions(shared_data: Path) -> None:
    with (shared_data / "banking77" / "train.csv").open(encoding="utf-8") as lines:
        assert not [row["text"] for row in csv.DictReader(lines) if is_instruction(row["text"])]
