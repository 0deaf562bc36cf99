"""Finding the id, turns, speaker and text among the fields of records never seen before."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from indexes.dialogues import SUFFIXES as SPOKEN
from indexes.dialogues import holds_dialogue
from indexes.ingest import reach
from indexes.records import SUFFIXES, read_records
from indexes.settings import FieldMap, TranscriptSettings
from indexes.speakers import KNOWN_SPEAKERS
from semantic_layer.errors import UserError

_SAMPLE = 200
_SPEAKER = ("speaker", "role", "from", "author", "sender", "participant", "who", "channel", "party")
_TEXT = ("text", "content", "utterance", "message", "body", "value", "transcript", "sentence", "words", "query")
_ID = ("contact_id", "conversation_id", "conversationid", "call_id", "chat_id", "ticket_id", "session_id",
       "dialogue_id", "interaction_id", "case_id", "meeting_id", "uuid", "id")  # fmt: skip
_TURN = ("turn", "turn_number", "turnnumber", "turn_id", "index", "position", "seq", "sequence", "order")
_WHEN = ("occurred_at", "started_at", "start_time", "created_at", "timestamp", "datetime", "date", "time")
_LANGUAGE = ("language", "lang", "locale")
_MACHINE = ("system", "tool", "function", "developer")

Records = Sequence[Mapping[str, Any]]


def guess_fields(file: Path) -> TranscriptSettings | None:
    """Read the first records and name their fields; None when they hold no conversation."""
    if file.suffix.lower() in SPOKEN:
        return TranscriptSettings(files=(str(file),)) if holds_dialogue(file) else None
    if file.suffix.lower() not in SUFFIXES:
        return None
    try:
        sample = [line.record for line in islice(read_records(file), _SAMPLE) if line.record]
    except UserError:
        return None
    fields = (_nested(sample) or _flat(sample)) if sample else None
    return TranscriptSettings(files=(str(file),), fields=fields) if fields else None


def _nested(sample: Records) -> FieldMap | None:
    """Records of one contact: a list of objects, most of which have a text."""
    for turns in _paths(sample):
        items = [item for record in sample for item in _list(reach(record, turns)) if isinstance(item, Mapping)]
        text = _text(items)
        if not items or text is None:
            continue
        speaker = _speaker(items, text)
        if speaker is None and len(items) < 2 * len(sample):
            continue
        return FieldMap(
            contact_id=_identifier(sample),
            turns=turns,
            turn=_named(items, _TURN),
            speaker=speaker,
            text=text,
            occurred_at=_named(sample, _WHEN),
            language=_named(sample, _LANGUAGE),
            skip_speakers=_machines(items, speaker),
        )
    return None


def _flat(sample: Records) -> FieldMap | None:
    """Records of one turn: a text, a speaker or a turn number, and an id that repeats."""
    text = _text(sample)
    turn = _named(sample, _TURN)
    speaker = _speaker(sample, text) if text else None
    group = _group(sample)
    if text is None or group is None or not (turn or _both_sides(sample, speaker)):
        return None
    return FieldMap(
        contact_id=group,
        turns=None,
        turn=turn,
        speaker=speaker,
        text=text,
        occurred_at=_named(sample, _WHEN),
        language=_named(sample, _LANGUAGE),
        skip_speakers=_machines(sample, speaker),
    )


def _paths(sample: Records) -> list[str]:
    """Names of lists of objects, one level deep included; the longest lists first."""
    sizes: dict[str, int] = {}
    for record in sample:
        for name, value in record.items():
            inner = [(f"{name}.{k}", v) for k, v in value.items()] if isinstance(value, Mapping) else []
            for path, held in [(name, value), *inner]:
                if isinstance(held, list) and held and isinstance(held[0], Mapping):
                    sizes[path] = sizes.get(path, 0) + len(held)
    return sorted(sizes, key=lambda path: -sizes[path])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _names(records: Records) -> list[str]:
    return list(dict.fromkeys(name for record in records for name in record))


def _named(records: Records, wanted: Iterable[str]) -> str | None:
    by_lower = {name.lower().replace("-", "_"): name for name in _names(records)}
    return next((by_lower[name] for name in wanted if name in by_lower), None)


def _values(records: Records, name: str) -> list[Any]:
    return [record[name] for record in records if record.get(name) is not None]


def _text(records: Records) -> str | None:
    """The field that reads like speech: a usual name, else the longest prose."""
    prose = {name: length for name in _names(records) if (length := _prose(_values(records, name))) > 0}
    usual = _named([dict.fromkeys(prose)], _TEXT)
    return usual or max(prose, key=lambda name: prose[name], default=None)


def _prose(values: list[Any]) -> float:
    texts = [value for value in values if isinstance(value, str) and value.strip()]
    if len(texts) < 0.5 * len(values) or not texts:
        return 0.0
    spoken = [text for text in texts if " " in text.strip()]
    return sum(map(len, texts)) / len(texts) if len(spoken) >= 0.3 * len(texts) else 0.0


def _speaker(records: Records, text: str | None) -> str | None:
    """The field whose few values name who speaks: known words first, then a usual name."""
    for name in _names(records):
        distinct = {str(value).lower() for value in _values(records, name) if isinstance(value, str)}
        if name != text and 1 <= len(distinct) <= 12 and distinct & KNOWN_SPEAKERS.keys():
            return name
    usual = _named(records, _SPEAKER)
    return usual if usual != text else None


def _both_sides(records: Records, speaker: str | None) -> bool:
    said = {KNOWN_SPEAKERS.get(str(record.get(speaker)).lower()) for record in records} if speaker else set()
    return "customer" in said and len(said & {"agent", "bot"}) > 0


def _machines(records: Records, speaker: str | None) -> tuple[str, ...]:
    said = {str(record.get(speaker)) for record in records} if speaker else set()
    return tuple(name for name in _MACHINE if name in said)


def _identifier(sample: Records) -> str | None:
    """A field that is different in every record; None leaves naming to file and position."""
    candidates = [name for name in _names(sample) if _is_unique(_values(sample, name), len(sample))]
    usual = _named([dict.fromkeys(candidates)], _ID)
    return usual or next((name for name in candidates if name.lower().endswith("id")), None)


def _is_unique(values: list[Any], records: int) -> bool:
    scalars = [value for value in values if isinstance(value, (str, int)) and not isinstance(value, bool)]
    return len(scalars) == records == len(set(scalars))


def _group(sample: Records) -> str | None:
    """An id that several records share."""
    repeated = [name for name in _names(sample) if _repeats(_values(sample, name), len(sample))]
    usual = _named([dict.fromkeys(repeated)], _ID)
    return usual or next((name for name in repeated if name.lower().endswith("id")), None)


def _repeats(values: list[Any], records: int) -> bool:
    scalars = [value for value in values if isinstance(value, (str, int))]
    return len(scalars) == records and 1 < len(set(scalars)) < records
