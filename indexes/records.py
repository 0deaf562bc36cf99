"""Files of records: JSONL, JSON, CSV, Parquet and plain conversations, read one record at a time."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexes import dialogues
from semantic_layer.errors import UserError
from semantic_layer.parquet import parquet_records

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", *dialogues.SUFFIXES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A record, or the reason why there is none; `consumed` bytes of the file were read."""

    number: int
    record: dict[str, Any] | None
    reason: str = ""
    consumed: int = 0


def read_records(file: Path) -> Iterator[Line]:
    """Yield every record of a file; malformed ones carry a reason, never an exception.

    Raises UserError: file_not_found, bad_file (an unknown suffix or a broken container).
    """
    if not file.is_file():
        raise UserError(
            f"no transcript file {file}", code="file_not_found", hint="check transcripts.files in because.yml"
        )
    suffix = file.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        return _json_lines(file)
    if suffix == ".json":
        return _json(file)
    if suffix in (".csv", ".tsv"):
        return _delimited(file, "\t" if suffix == ".tsv" else ",")
    if suffix == ".parquet":
        return _numbered(file, parquet_records(file))
    if suffix in dialogues.SUFFIXES:
        return _dialogues(file)
    raise UserError(f"{file}: unknown kind of transcript file", code="bad_file", hint=f"known: {', '.join(SUFFIXES)}")


def _json_lines(file: Path) -> Iterator[Line]:
    consumed = 0
    with file.open("rb") as lines:
        for number, raw in enumerate(lines, start=1):
            consumed += len(raw)
            if raw.strip():
                yield _parsed(number, raw, consumed)


def _parsed(number: int, raw: bytes, consumed: int) -> Line:
    try:
        record = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError:
        return Line(number=number, record=None, reason="not UTF-8 text", consumed=consumed)
    except (ValueError, RecursionError) as error:
        return Line(number=number, record=None, reason=f"not valid JSON: {error}", consumed=consumed)
    return _checked(number, record, consumed)


def _json(file: Path) -> Iterator[Line]:
    try:
        data = json.loads(file.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{file} is not valid JSON", code="bad_file", hint=str(error)) from error
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        data = lists[0] if len(lists) == 1 else [data]
    return _numbered(file, data if isinstance(data, list) else [data])


def _delimited(file: Path, delimiter: str) -> Iterator[Line]:
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        for number, record in enumerate(csv.DictReader(lines, delimiter=delimiter), start=2):
            yield Line(number=number, record={k: v for k, v in record.items() if k is not None})


def _dialogues(file: Path) -> Iterator[Line]:
    size = file.stat().st_size
    for number, (record, reason) in enumerate(dialogues.dialogues(file), start=1):
        yield Line(number=number, record=record, reason=reason, consumed=size)


def _numbered(file: Path, records: Any) -> Iterator[Line]:
    size = file.stat().st_size
    for number, record in enumerate(records, start=1):
        yield _checked(number, record, size)


def _checked(number: int, record: Any, consumed: int) -> Line:
    if isinstance(record, dict):
        return Line(number=number, record=record, consumed=consumed)
    return Line(number=number, record=None, reason="not an object with named fields", consumed=consumed)
