"""Contacts that must not come back: the index keeps a hash of each, so that a rebuild leaves them out."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

_FILE = "forgotten.json"


def forgotten(root: Path) -> frozenset[str]:
    """Read the marks of contacts that were erased from the index at `root`."""
    file = root / _FILE
    return frozenset(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else frozenset()


def forget(root: Path, contact_ids: Iterable[str]) -> None:
    """Remember, without their ids, that contacts were erased."""
    marks = sorted(forgotten(root) | {mark(contact_id) for contact_id in contact_ids})
    root.mkdir(parents=True, exist_ok=True)
    aside = root / f"{_FILE}.new"
    aside.write_text(json.dumps(marks), encoding="utf-8")
    aside.replace(root / _FILE)


def mark(contact_id: str) -> str:
    """Hash a contact's id."""
    return hashlib.blake2b(contact_id.encode("utf-8", "replace"), digest_size=16).hexdigest()
