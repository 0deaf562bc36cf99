"""Records become contacts: whatever their fields are called, turn by turn or whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from indexes.dialogues import SUFFIXES as SPOKEN
from indexes.records import Line, read_records
from indexes.settings import FieldMap
from indexes.speakers import KNOWN_SPEAKERS
from indexes.types import BadLine, Contact, Turn

_OPPOSITE = {"agent": "customer", "customer": "agent", "bot": "customer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One contact read at `line`, or one bad line; `consumed` bytes of the file are behind it."""

    line: int = 0
    contact: Contact | None = None
    bad: BadLine | None = None
    consumed: int = 0


def read_contacts(file: Path, fields: FieldMap) -> Iterator[Read]:
    """Stream the contacts of a file; a bad record is yielded as such and never fatal.

    Files of one record a contact are streamed; files of one record a turn are gathered first.
    """
    lines = read_records(file)
    if file.suffix.lower() in SPOKEN:
        fields = FieldMap(speakers=fields.speakers, skip_speakers=fields.skip_speakers)
    return _gathered(file, lines, fields) if fields.turns is None else _streamed(file, lines, fields)


def _streamed(file: Path, lines: Iterator[Line], fields: FieldMap) -> Iterator[Read]:
    for position, line in enumerate(lines, start=1):
        try:
            contact = _contact(line, fields, f"{file.stem}-{position}")
        except _BadRecord as reason:
            yield Read(bad=BadLine(file=str(file), line=line.number, reason=str(reason)), consumed=line.consumed)
        else:
            yield Read(contact=contact, line=line.number, consumed=line.consumed)


def _gathered(file: Path, lines: Iterator[Line], fields: FieldMap) -> Iterator[Read]:
    turns: dict[str, list[Turn]] = {}
    first: dict[str, Mapping[str, Any]] = {}
    consumed = 0
    for position, line in enumerate(lines, start=1):
        consumed = line.consumed
        try:
            record = _record(line)
            contact_id = _contact_id(record, fields, f"{file.stem}-{position}")
            turn = _turn(record, fields, len(turns.get(contact_id, ())) + 1)
        except _BadRecord as reason:
            yield Read(bad=BadLine(file=str(file), line=line.number, reason=str(reason)))
            continue
        if turn:
            first.setdefault(contact_id, record)
            turns.setdefault(contact_id, []).append(turn)
    for contact_id, said in turns.items():
        yield Read(contact=_assembled(contact_id, said, first[contact_id], fields), consumed=consumed)


class _BadRecord(Exception):
    """Why a record cannot be a contact."""


def _contact(line: Line, fields: FieldMap, fallback: str) -> Contact:
    record = _record(line)
    contact_id = _contact_id(record, fields, fallback)
    listed = reach(record, fields.turns or "")
    if not isinstance(listed, list):
        raise _BadRecord(f"no list of turns at '{fields.turns}'")
    if bad := next((type(item).__name__ for item in listed if not isinstance(item, Mapping)), None):
        raise _BadRecord(f"a turn in '{fields.turns}' is a {bad}, not an object")
    turns = [_turn(item, fields, position) for position, item in enumerate(listed, start=1)]
    return _assembled(contact_id, [turn for turn in turns if turn], record, fields)


def _record(line: Line) -> Mapping[str, Any]:
    if line.record is None:
        raise _BadRecord(line.reason)
    return line.record


def _contact_id(record: Mapping[str, Any], fields: FieldMap, fallback: str) -> str:
    if fields.contact_id is None:
        return fallback
    value = reach(record, fields.contact_id)
    if value is None or isinstance(value, (dict, list)) or not str(value).strip():
        raise _BadRecord(f"no contact id at '{fields.contact_id}'")
    return str(value).strip()


def _turn(item: Mapping[str, Any], fields: FieldMap, position: int) -> Turn | None:
    speaker = reach(item, fields.speaker) if fields.speaker else "customer"
    if speaker is not None and str(speaker) in fields.skip_speakers:
        return None
    text = reach(item, fields.text)
    if text is None or (isinstance(text, str) and not text.strip()):
        return None
    if not isinstance(text, str):
        raise _BadRecord(f"the text at '{fields.text}' is a {type(text).__name__}")
    number = _whole(reach(item, fields.turn)) if fields.turn else None
    return Turn(number=position if number is None else number, speaker=_speaker(speaker, fields), text=_clean(text))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "").strip()


def _speaker(raw: Any, fields: FieldMap) -> str:
    name = str(raw if raw is not None else "unknown").strip()
    mapped = fields.speakers.get(name, name).lower()
    return KNOWN_SPEAKERS.get(mapped, mapped)


def _whole(value: Any) -> int | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(number) if number == int(number) and 0 <= number < 1e9 else None


def _assembled(contact_id: str, turns: list[Turn], record: Mapping[str, Any], fields: FieldMap) -> Contact:
    if not turns:
        raise _BadRecord("no turn with text")
    language = reach(record, fields.language) if fields.language else None
    return Contact(
        contact_id=contact_id,
        turns=_in_order(_anonymous(turns, fields)),
        language=str(language) if language else None,
        occurred_at=_moment(reach(record, fields.occurred_at)) if fields.occurred_at else None,
    )


def _anonymous(turns: list[Turn], fields: FieldMap) -> list[Turn]:
    """Number the speakers whose label is no role that is known or mapped: it may be a person's name.

    Whoever talks alone with an agent is the customer, and the other way round.
    """
    roles = {*KNOWN_SPEAKERS, *(role.lower() for role in fields.speakers.values()), "unknown"}
    others = list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker not in roles))
    if not others:
        return turns
    numbered = {label: f"speaker {number}" for number, label in enumerate(others, start=1)}
    known = {turn.speaker for turn in turns} - set(others)
    if len(others) == 1 and len(known) == 1:
        numbered = {others[0]: _OPPOSITE.get(known.pop(), "speaker 1")}
    return [replace(turn, speaker=numbered.get(turn.speaker, turn.speaker)) for turn in turns]


def _in_order(turns: list[Turn]) -> tuple[Turn, ...]:
    numbers = [turn.number for turn in turns]
    if len(set(numbers)) == len(numbers):
        return tuple(sorted(turns, key=lambda turn: turn.number))
    return tuple(Turn(number=i, speaker=t.speaker, text=t.text) for i, t in enumerate(turns, start=1))


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, (int, float)) and 1e8 < value < 1e11:
        return datetime.fromtimestamp(value, tz=UTC).replace(tzinfo=None)
    try:
        return datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None


def reach(record: Mapping[str, Any], path: str | None) -> Any:
    """Follow a dotted name into nested objects; None where it leads nowhere."""
    if path is None:
        return None
    if path in record:
        return record[path]
    value: Any = record
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value
