"""Records of any shape become contacts; bad ones are named and never fatal."""

import json
from pathlib import Path

import pytest

from indexes.guess import guess_fields
from indexes.ingest import Read, read_contacts
from indexes.settings import FieldMap
from indexes.types import Contact
from semantic_layer.errors import UserError


def contacts(reads: list[Read]) -> list[Contact]:
    return [read.contact for read in reads if read.contact]


def lines(file: Path, *raw: str) -> Path:
    file.write_text("\n".join(raw) + "\n", encoding="utf-8")
    return file


GOOD = '{"contact_id": "A", "turns": [{"turn": 1, "speaker": "customer", "text": "hello"}]}'


def test_a_record_of_one_contact_becomes_a_contact(tmp_path: Path) -> None:
    (read,) = read_contacts(lines(tmp_path / "a.jsonl", GOOD), FieldMap())
    assert read.contact is not None
    assert (read.contact.contact_id, read.contact.turns[0].text) == ("A", "hello")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{not json", "not valid JSON"),
        ("[1, 2]", "not an object"),
        ('{"turns": []}', "no contact id"),
        ('{"contact_id": "B"}', "no list of turns"),
        ('{"contact_id": "B", "turns": ["hi"]}', "not an object"),
        ('{"contact_id": "B", "turns": []}', "no turn with text"),
        ('{"contact_id": "B", "turns": [{"text": 5}]}', "is a int"),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_are_kept(tmp_path: Path, bad: str, reason: str) -> None:
    reads = list(read_contacts(lines(tmp_path / "a.jsonl", GOOD, bad), FieldMap()))
    assert [contact.contact_id for contact in contacts(reads)] == ["A"]
    (line,) = [read.bad for read in reads if read.bad]
    assert (line.line, line.file) == (2, str(tmp_path / "a.jsonl"))
    assert reason in line.reason


def test_bytes_that_are_not_utf8_are_a_bad_line(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(GOOD.encode() + b"\n\xff\xfe\n")
    reads = list(read_contacts(file, FieldMap()))
    assert [read.bad.reason for read in reads if read.bad] == ["not UTF-8 text"]


def test_records_of_one_turn_are_gathered_by_contact(tmp_path: Path) -> None:
    file = lines(tmp_path / "a.csv", "call,who,said", "1,Agent,hello", "2,User,hi", "1,User,my line is dead")
    fields = FieldMap(contact_id="call", turns=None, turn=None, speaker="who", text="said")
    first, second = contacts(list(read_contacts(file, fields)))
    assert [(t.number, t.speaker, t.text) for t in first.turns] == [
        (1, "agent", "hello"),
        (2, "customer", "my line is dead"),
    ]
    assert second.contact_id == "2"


def test_system_turns_and_empty_ones_are_left_out_and_positions_stay(tmp_path: Path) -> None:
    record = {
        "log": [{"role": "system", "content": "policy"}, {"role": "user", "content": "hi"}, {"role": "assistant"}]
    }
    file = tmp_path / "chats.json"
    file.write_text(json.dumps([record]), encoding="utf-8")
    fields = FieldMap(contact_id=None, turns="log", speaker="role", text="content", skip_speakers=("system",))
    (contact,) = contacts(list(read_contacts(file, fields)))
    assert contact.contact_id == "chats-1"
    assert [(t.number, t.speaker, t.text) for t in contact.turns] == [(2, "customer", "hi")]


def test_a_dotted_name_reaches_into_a_record(tmp_path: Path) -> None:
    file = lines(tmp_path / "a.jsonl", '{"call": {"id": 7, "turns": [{"who": "x", "say": {"text": "hi"}}]}}')
    fields = FieldMap(contact_id="call.id", turns="call.turns", speaker="who", text="say.text")
    (contact,) = contacts(list(read_contacts(file, fields)))
    assert (contact.contact_id, contact.turns[0].text) == ("7", "hi")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no transcript file") as error:
        read_contacts(tmp_path / "gone.jsonl", FieldMap())
    assert error.value.code == "file_not_found"


def test_fields_with_foreign_names_are_guessed(tmp_path: Path) -> None:
    records = [
        {"vorgang": f"V{i}", "verlauf": [{"rolle": role, "inhalt": "my line is dead"} for role in ("Agent", "client")]}
        for i in range(5)
    ]
    file = tmp_path / "x.jsonl"
    file.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    settings = guess_fields(file)
    assert settings is not None
    assert (settings.fields.turns, settings.fields.speaker, settings.fields.text) == ("verlauf", "rolle", "inhalt")
    assert len(contacts(list(read_contacts(file, settings.fields)))) == 5


def test_a_table_without_conversations_is_not_taken_for_one(tmp_path: Path) -> None:
    file = lines(tmp_path / "t.csv", "id,category,note", "1,a,the printer is broken", "2,b,the mouse is gone")
    assert guess_fields(file) is None
