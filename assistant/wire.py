"""The wire format: outcomes as JSON, every key present, and readings back from it."""

import json
import math
from typing import Any

from pydantic import TypeAdapter

from assistant.types import Outcome, Reading

_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)
_READING: TypeAdapter[Reading] = TypeAdapter(Reading)
_RARE = ("horizon", "within", "shares")


def to_dict(outcome: Outcome) -> dict[str, Any]:
    """Turn an outcome into plain JSON values: ISO dates, lists, null for what is not a number."""
    plain: dict[str, Any] = _finite(_OUTCOME.dump_python(outcome, mode="json", fallback=_scalar))
    return _as_answered(plain)


def to_json(outcome: Outcome, *, indent: int | None = 2) -> str:
    """Write an outcome as JSON text."""
    return json.dumps(to_dict(outcome), ensure_ascii=False, indent=indent, allow_nan=False)


def reading_to_dict(reading: Reading) -> dict[str, Any]:
    """Turn a reading into plain JSON values."""
    return _as_read(_finite(_READING.dump_python(reading, mode="json", fallback=_scalar)))


def reading_from_dict(raw: dict[str, Any]) -> Reading:
    """Read a reading back, as `--follow` needs it."""
    return _READING.validate_python(raw, strict=False)


def _as_answered(plain: dict[str, Any]) -> dict[str, Any]:
    """Leave the keys that few readings or answers have to those."""
    if "reading" in plain:
        plain["reading"] = _as_read(plain["reading"])
    if not plain.get("listening"):
        plain.pop("listening", None)
    parts = [_as_answered(part) for part in plain.pop("parts", ())]
    used = plain.pop("model", None)
    return {**plain, **({"model": used} if used else {}), **({"parts": parts} if parts else {})}


def _as_read(reading: dict[str, Any]) -> dict[str, Any]:
    """Leave the keys that few readings have to those; the others are always there."""
    return {key: value for key, value in reading.items() if key not in _RARE or value is not None}


def _scalar(value: Any) -> Any:
    """Unwrap a numpy scalar or array, write anything else as text."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
