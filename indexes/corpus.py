"""The redacted conversations on disk (SQLite): the only text the index keeps."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from indexes.types import Contact, Turn
from indexes.untrusted import is_instruction

CORPUS = "corpus.db"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS contacts (
    position INTEGER PRIMARY KEY, contact_id TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL,
    language TEXT, occurred_at TEXT, turns TEXT NOT NULL, flagged TEXT NOT NULL)
"""

_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA secure_delete=ON"
_COMMIT_EVERY = 500
_INSERT = """
INSERT INTO contacts (contact_id, fingerprint, language, occurred_at, turns, flagged) VALUES (?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A redacted contact and the numbers of its turns that must not be quoted."""

    contact: Contact
    flagged: frozenset[int]


def fingerprint(contact: Contact) -> str:
    """Hash what was read, so that an unchanged contact is not processed again."""
    turns = [(turn.number, turn.speaker, turn.text) for turn in contact.turns]
    content = json.dumps([turns, contact.language, str(contact.occurred_at)], ensure_ascii=False)
    return hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=16).hexdigest()


class Corpus:
    """Reads, and while an index is built also writes, the redacted contacts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._written = 0

    @classmethod
    def create(cls, file: Path) -> "Corpus":
        """Open for building; what is written is committed now and then, so that an interrupted build can go on."""
        connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        connection.executescript(f"{_PRAGMAS}; {_SCHEMA}; BEGIN")
        return cls(connection)

    @classmethod
    def open(cls, file: Path) -> "Corpus":
        """Open for reading; versions never change once they are switched to."""
        uri = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        connection.execute("SELECT count(*) FROM contacts").fetchone()
        return cls(connection)

    def close(self) -> None:
        """Commit what was written, as one file that later readers may map, and close."""
        if self._connection.in_transaction:
            self._connection.commit()
            self._connection.executescript("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE")
        self._connection.close()

    def fingerprints(self) -> dict[str, str]:
        """Map contact ids to fingerprints."""
        return dict(self._connection.execute("SELECT contact_id, fingerprint FROM contacts"))

    def put(self, contact: Contact, mark: str) -> None:
        """Store or replace a redacted contact; it moves to the end."""
        turns = [(turn.number, turn.speaker, turn.text) for turn in contact.turns]
        flagged = [turn.number for turn in contact.turns if is_instruction(turn.text)]
        self.remove([contact.contact_id])
        self._connection.execute(
            _INSERT,
            (
                contact.contact_id,
                mark,
                contact.language,
                contact.occurred_at.isoformat() if contact.occurred_at else None,
                json.dumps(turns, ensure_ascii=False, separators=(",", ":")),
                json.dumps(flagged),
            ),
        )
        self._written += 1
        if self._written % _COMMIT_EVERY == 0:
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN")

    def remove(self, contact_ids: Iterable[str]) -> None:
        """Forget contacts."""
        self._connection.executemany("DELETE FROM contacts WHERE contact_id = ?", [(c,) for c in contact_ids])

    def all(self) -> Iterator[Stored]:
        """Yield every contact in row order."""
        cursor = self._connection.execute(f"{_SELECT} ORDER BY position")
        return (_stored(row) for row in cursor)

    def get(self, contact_id: str) -> Stored | None:
        """Read one contact."""
        row = self._connection.execute(f"{_SELECT} WHERE contact_id = ?", (contact_id,)).fetchone()
        return _stored(row) if row else None


_SELECT = "SELECT contact_id, language, occurred_at, turns, flagged FROM contacts"


def _stored(row: tuple[str, str | None, str | None, str, str]) -> Stored:
    contact_id, language, occurred_at, turns, flagged = row
    contact = Contact(
        contact_id=contact_id,
        language=language,
        occurred_at=datetime.fromisoformat(occurred_at) if occurred_at else None,
        turns=tuple(Turn(number=n, speaker=speaker, text=text) for n, speaker, text in json.loads(turns)),
    )
    return Stored(contact=contact, flagged=frozenset(json.loads(flagged)))
