"""Transcripts belong to contacts, stand where the stories are, and carry what truth says."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from evals.world import build_world

Ask: TypeAlias = Callable[[str], Any]


def lines(folder: Path) -> list[dict[str, Any]]:
    file = folder / "transcripts" / "transcripts.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def truth(folder: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return found


def text_of(transcript: Mapping[str, Any]) -> str:
    return "\n".join(turn["text"] for turn in transcript["turns"])


def test_there_are_as_many_as_promised_in_order(tiny: Path, demo: Path) -> None:
    assert (len(lines(tiny)), len(lines(demo))) == (800, 8_000)
    names = [t["contact_id"] for t in lines(tiny)]
    assert names == sorted(set(names))


def test_every_transcript_belongs_to_a_contact(tiny: Path, ask_tiny: Ask) -> None:
    known = set(ask_tiny("SELECT list(contact_id) FROM fct_contacts"))
    assert all(t["contact_id"] in known for t in lines(tiny))


def test_no_transcript_is_a_copy_of_another(demo: Path) -> None:
    texts = [text_of(t) for t in lines(demo)]
    assert len(set(texts)) == len(texts)


def test_stories_that_speak_have_transcripts_before_and_after(demo: Path, ask_demo: Ask) -> None:
    ids = "', '".join(t["contact_id"] for t in lines(demo))
    sides = ask_demo(
        "SELECT [count(*) FILTER (started_at >= '2026-07-15'), count(*) FILTER (started_at BETWEEN '2026-03-15' AND "
        "'2026-07-15')] FROM fct_contacts JOIN dim_customers USING (customer_id) "
        f"WHERE segment = 'SMB' AND region = 'DACH' AND plan = 'Plus' AND contact_id IN ('{ids}')"
    )
    assert min(sides) >= 200


def test_planted_wordings_are_spoken_after_the_start_only(demo: Path, ask_demo: Ask) -> None:
    spoken = [c["contact_id"] for c in truth(demo)["transcripts"]["causes"] if c["effect"] == "price_rise"]
    listed = "', '".join(spoken)
    assert len(set(spoken)) >= 100
    assert ask_demo(f"SELECT min(started_at)::DATE FROM fct_contacts WHERE contact_id IN ('{listed}')").isoformat() >= (
        "2026-07-15"
    )


@pytest.mark.parametrize("kind", ["person", "phone", "email", "card", "iban", "address"])
def test_personal_data_of_every_kind_are_planted_and_named(demo: Path, kind: str) -> None:
    texts = {t["contact_id"]: text_of(t) for t in lines(demo)}
    planted = [p for p in truth(demo)["transcripts"]["personal"] if p["type"] == kind]
    assert len(planted) >= 50
    assert all(p["value"] in texts[p["contact_id"]] for p in planted)


def test_injections_are_planted_and_named(tiny: Path) -> None:
    texts = {t["contact_id"]: text_of(t) for t in lines(tiny)}
    injections = truth(tiny)["transcripts"]["injections"]
    assert len(injections) >= 5
    assert all(i["text"] in texts[i["contact_id"]] for i in injections)


def test_a_scenario_brings_its_own_wordings(tmp_path: Path) -> None:
    scenario = tmp_path / "own.yml"
    scenario.write_text(
        "- {id: fog, metric: complaint_rate, multiply: 2, filters: {region: [Nordics]}, from: as_of-3mo,\n"
        "   phrasings: [The marmalade incident annoyed me., That marmalade incident again!]}\n",
        encoding="utf-8",
    )
    build_world(tmp_path, size="tiny", scenario=scenario)
    assert sum("marmalade incident" in text_of(t).lower() for t in lines(tmp_path)) >= 30
