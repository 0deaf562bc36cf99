"""How much of labelled personal data is hidden: presidio-research, MultiDoGO, and the demo with 30 % said aloud."""

import csv
import json
import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import phonenumbers

from indexes.redact import Redactor
from indexes.settings import RedactionSettings
from indexes.types import Turn
from tests.indexes.spoken import said

DATA = Path(os.environ.get("BECAUSE_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
_SPOKEN = 0.3
_SAYABLE = ("phone", "card", "iban")
_SLOTS = ("name", "phone_number", "card_number", "account_number", "ssn", "policyid", "address")
_PEOPLE = "PERSON"
_KINDS_TEXT = "CREDIT_CARD IBAN_CODE US_SSN EMAIL_ADDRESS IP_ADDRESS PHONE_NUMBER STREET_ADDRESS PERSON"
_KINDS = tuple(_KINDS_TEXT.split())
_UNKNOWN = "unknown"
# A spaCy pipeline or its folder; none is shipped.
_MODEL = os.environ.get("BECAUSE_NAME_MODEL", "")
# The set labels some titles as people; they name nobody.
_TITLES = ("mr", "mrs", "ms", "miss", "dr")

Hidden = dict[str, list[bool]]


def run() -> dict[str, str]:
    """Measure recall by kind on each set, and what is hidden where nothing is personal."""
    figures: dict[str, str] = {}
    if DATA.is_dir():
        figures |= _told("presidio-research", presidio(DATA / "pii_presidio_research"))
        figures |= _told("MultiDoGO", multidogo(DATA / "multidogo"))
        figures |= clean_turns(DATA / "multidogo")
    else:
        figures["public data"] = f"absent at {DATA}; set BECAUSE_SHARED_DATA"
    return figures | _told(f"demo, {_SPOKEN:.0%} said aloud", demo())


def _told(source: str, hidden: Hidden) -> dict[str, str]:
    return {f"{source}, {kind}": f"{sum(f) / len(f):.4f} of {len(f):,}" for kind, f in sorted(hidden.items())}


def presidio(folder: Path) -> Hidden:
    """Hide the labelled spans of both files, people once as strangers and once as names the workspace knows."""
    records = [
        record
        for name in ("synth_dataset_v2.json", "generated_large.json")
        for record in json.loads((folder / name).read_text(encoding="utf-8"))
    ]
    for record in records:
        record["spans"] = [s for s in record["spans"] if s["entity_value"].lower().rstrip(".") not in _TITLES]
    people = {s["entity_value"] for r in records for s in r["spans"] if s["entity_type"] == _PEOPLE}
    hidden: Hidden = defaultdict(list)
    for asked, redactor in _redactors(people):
        for record in records:
            spans = redactor.find(record["full_text"])
            for label in record["spans"]:
                person = label["entity_type"] == _PEOPLE
                if (person or asked == _UNKNOWN) and label["entity_type"] in _KINDS:
                    kind = f"{_PEOPLE}, {asked}" if person else _kind(label)
                    hidden[kind].append(_covered(spans, label["start_position"], label["end_position"]))
    return hidden


def _redactors(people: set[str]) -> Iterator[tuple[str, Redactor]]:
    """Give one that knows nobody, one that knows everybody, and, where one is named, one with a model of names."""
    yield _UNKNOWN, Redactor(RedactionSettings())
    yield "known", Redactor(RedactionSettings(), people)
    if _MODEL:
        yield f"unknown, with {Path(_MODEL).name}", Redactor(RedactionSettings(name_model=_MODEL))


def _kind(label: dict[str, Any]) -> str:
    """Tell telephone numbers that are valid in a configured region from those that are not."""
    if label["entity_type"] != "PHONE_NUMBER":
        return str(label["entity_type"])
    return f"PHONE_NUMBER, {'valid' if valid_phone(label['entity_value']) else 'valid nowhere configured'}"


@cache
def valid_phone(number: str) -> bool:
    """Say whether a number is valid in one of the default regions."""
    return any(_valid_in(number, region) for region in RedactionSettings().regions)


def _valid_in(number: str, region: str) -> bool:
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(number, region)))
    except phonenumbers.NumberParseException:
        return False


def multidogo(folder: Path) -> Hidden:
    """Hide the slots of customers who type without punctuation; the other side's questions are not in the data."""
    chats = [chat for file in sorted(folder.glob("*/*.tsv")) for chat in _chats(file)]
    people = {turn[a:b] for chat in chats for turn, slots in chat for a, b, kind in slots if kind == "name"}
    hidden: Hidden = defaultdict(list)
    for asked, redactor in _redactors(people):
        for chat in chats:
            turns = [Turn(number=i, speaker="customer", text=text) for i, (text, _) in enumerate(chat)]
            for (text, slots), (_, spans) in zip(chat, redactor.spans(turns), strict=True):
                for start, end, slot in slots:
                    if slot == "name" or asked == _UNKNOWN:
                        hidden[_slot(slot, text[start:end], asked)].append(_hidden(spans, text, start, end, slot))
    return hidden


def _hidden(spans: Sequence[Any], text: str, start: int, end: int, slot: str) -> bool:
    """Say whether a name is hidden whole, or every digit of a number: "pny" before one tells nobody apart."""
    if slot in ("name", "address"):
        return _covered(spans, start, end)
    return all(_covered(spans, i, i + 1) for i in range(start, end) if text[i].isdigit())


def _slot(slot: str, value: str, asked: str) -> str:
    digits = "".join(sign for sign in value if sign.isdigit())
    if slot == "name":
        return f"name, {asked}"
    if slot == "phone_number":
        return f"phone, {'valid' if valid_phone(value) else 'valid nowhere configured'}"
    if slot == "card_number":
        return f"card, {'passing Luhn' if len(digits) >= 12 and _luhn(digits) else 'no valid card'}"
    return f"{slot}, {'nine digits or more' if len(digits) >= 9 else 'shorter'}"


def _luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def _chats(file: Path) -> Iterator[list[tuple[str, list[tuple[int, int, str]]]]]:
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for _, group in groupby(rows, key=lambda row: row["conversationId"]):
        yield [
            (row["utterance"] or "", list(_slots(row["utterance"] or "", row["slot-labels"] or ""))) for row in group
        ]


def _slots(text: str, labels: str) -> Iterator[tuple[int, int, str]]:
    """Join neighbouring words of one label; a row whose labels do not fit its words is left out."""
    words, kinds = list(re.finditer(r"\S+", text)), labels.split()
    if len(words) != len(kinds):
        return
    for kind, group in groupby(zip(words, kinds, strict=True), key=lambda pair: pair[1]):
        held = [word for word, _ in group]
        if kind in _SLOTS:
            yield held[0].start(), held[-1].end(), kind


def clean_turns(folder: Path) -> dict[str, str]:
    """The share of customer turns without a labelled slot in which something is hidden."""
    clean = []
    for file in sorted(folder.glob("*/*.tsv")):
        with file.open(encoding="utf-8") as lines:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            clean += [r["utterance"] for r in rows if r["utterance"] and set((r["slot-labels"] or "").split()) <= {"O"}]
    touched = {asked: sum(bool(r.find(text)) for text in clean) for asked, r in _redactors(set()) if asked != "known"}
    return {
        f"MultiDoGO, clean turns touched{asked.removeprefix(_UNKNOWN)}": f"{n / len(clean):.2%} of {len(clean):,}"
        for asked, n in touched.items()
    }


def demo() -> Hidden:
    """Say three in ten of the demo's planted numbers aloud, then hide; the workspace knows its agents' names only."""
    from evals.world.build import build_world

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build_world(folder, size="demo")
        planted = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["transcripts"]["personal"]
        values: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for item in planted:
            values[item["contact_id"]].append((item["type"], item["value"]))
        hidden: Hidden = defaultdict(list)
        redactor, rng = Redactor(RedactionSettings()), Random(7)
        with next((folder / "transcripts").glob("*.jsonl")).open(encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if record["contact_id"] in values:
                    _hide(record, values[record["contact_id"]], redactor, rng, hidden)
    return hidden


def _hide(
    record: dict[str, Any], values: Sequence[tuple[str, str]], redactor: Redactor, rng: Random, hidden: Hidden
) -> None:
    texts = [turn["text"] for turn in record["turns"]]
    wanted: list[tuple[int, int, int, str]] = []
    for kind, value in values:
        aloud = kind in _SAYABLE and any(c.isdigit() for c in value) and rng.random() < _SPOKEN
        place = next((i for i, text in enumerate(texts) if value in text), None)
        if place is None:
            continue
        shown = said(value, rng) if aloud else value
        texts[place] = texts[place].replace(value, shown, 1)
        start = texts[place].index(shown)
        spoken = aloud or (kind in _SAYABLE and not any(c.isdigit() for c in value))
        wanted.append((place, start, start + len(shown), f"{kind}, {'said aloud' if spoken else 'written'}"))
    turns = [
        Turn(number=turn["turn"], speaker=turn["speaker"], text=text)
        for turn, text in zip(record["turns"], texts, strict=True)
    ]
    found = [spans for _, spans in redactor.spans(turns)]
    for place, start, end, kind in wanted:
        hidden[kind].append(_covered(found[place], start, end))


def _covered(spans: Sequence[Any], start: int, end: int) -> bool:
    return any(span.start <= start and end <= span.end for span in spans)
