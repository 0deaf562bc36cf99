"""Conversations kept as plain text are read turn by turn."""

from pathlib import Path

import pytest

from indexes.guess import guess_fields
from indexes.ingest import read_contacts
from indexes.settings import FieldMap

TEXT = """[00:00:01] Agent: Hello, how can I help?
[00:00:05] Customer: My internet is slow.
It started last week: every evening.
00:20 Agent: I see.
"""
VTT = """WEBVTT

NOTE a comment

1
00:00:01.000 --> 00:00:04.000 align:start
<v Agent>Good morning.</v>

00:00:04.000 --> 00:00:09.000
<v Sarah Jones>I was charged twice
for my <i>plan</i>.</v>

00:09.500 --> 00:12.000
<v Sarah Jones>Please look.
"""
SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,000\r\nAgent: Hi\r\n\r\n2\r\n00:00:02,500 --> 00:00:05,000\r\nCustomer: It died\r\n"
)


def turns(file: Path, fields: FieldMap | None = None) -> list[list[tuple[int, str, str]]]:
    """Read a file's conversations as (number, speaker, text)."""
    read = [r.contact for r in read_contacts(file, fields or FieldMap()) if r.contact]
    return [[(t.number, t.speaker, t.text) for t in contact.turns] for contact in read]


def written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8", newline="")
    return file


def test_lines_of_speakers_are_turns_and_other_lines_go_on(tmp_path: Path) -> None:
    assert turns(written(tmp_path / "call.txt", TEXT)) == [
        [
            (1, "agent", "Hello, how can I help?"),
            (2, "customer", "My internet is slow. It started last week: every evening."),
            (3, "agent", "I see."),
        ]
    ]


def test_voices_of_subtitles_are_speakers_and_an_agents_partner_is_the_customer(tmp_path: Path) -> None:
    assert turns(written(tmp_path / "call.vtt", VTT)) == [
        [(1, "agent", "Good morning."), (2, "customer", "I was charged twice for my plan. Please look.")]
    ]


def test_subrip_is_read_like_webvtt(tmp_path: Path) -> None:
    assert turns(written(tmp_path / "call.srt", SRT)) == [[(1, "agent", "Hi"), (2, "customer", "It died")]]


def test_people_are_numbered_rather_than_named_unless_their_role_is_given(tmp_path: Path) -> None:
    file = written(tmp_path / "call.txt", "Tom: hello\nAnna: hi\nTom: which one?\nAnna: order 12\n")
    assert [speaker for _, speaker, _ in turns(file)[0]] == ["speaker 1", "speaker 2"] * 2
    named = FieldMap(speakers={"Tom": "agent", "Anna": "customer"})
    assert [speaker for _, speaker, _ in turns(file, named)[0]] == ["agent", "customer"] * 2


def test_a_line_of_dashes_begins_another_conversation(tmp_path: Path) -> None:
    file = written(tmp_path / "calls.txt", "Agent: one\nCustomer: two\n------\nAgent: three\nCustomer: four\n")
    read = [r.contact for r in read_contacts(file, FieldMap()) if r.contact]
    assert [contact.contact_id for contact in read] == ["calls-1", "calls-2"]


@pytest.mark.parametrize(("raw", "reason"), [(b"\xff\xfe", "UTF-8"), (b"WEBVTT\n\n", "no line"), (b"", "no line")])
def test_a_file_without_a_conversation_is_named_not_fatal(tmp_path: Path, raw: bytes, reason: str) -> None:
    file = tmp_path / "call.vtt"
    file.write_bytes(raw)
    (read,) = read_contacts(file, FieldMap())
    assert read.bad is not None
    assert reason in read.bad.reason


def test_prose_is_no_conversation(tmp_path: Path) -> None:
    assert guess_fields(written(tmp_path / "notes.txt", "Dear all,\nNote: the office is closed.\nBye\n")) is None
    assert guess_fields(written(tmp_path / "call.txt", TEXT)) is not None
