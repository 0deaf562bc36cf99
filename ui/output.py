"""What commands print: JSON on stdout for programs, prose for people, waiting on stderr."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def out() -> "Console":
    """Return the console of results (stdout)."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def err() -> "Console":
    """Return the console of messages and progress (stderr)."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def jsonable(value: Any) -> Any:
    """Turn any value of ours into plain JSON types.

    Dataclasses become objects, dates ISO text, numpy numbers plain ones, NaN and infinities null.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: jsonable(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return jsonable(value.tolist())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    return jsonable(value.model_dump(mode="json")) if hasattr(value, "model_dump") else str(value)


def emit(value: Any) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(json.dumps(jsonable(value), ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    sys.stdout.flush()


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """Say on stderr what is being waited for: a spinner on a terminal, one line elsewhere."""
    console = err()
    if console.is_terminal:
        with console.status(text):
            yield
        return
    console.print(text)
    yield
