"""The first step of a build: bring the redacted corpus up to date with the transcript files."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from indexes.aside import redacted
from indexes.corpus import CORPUS, Corpus, fingerprint
from indexes.forgotten import mark
from indexes.ingest import Read, read_contacts
from indexes.redact import Redactor
from indexes.settings import FieldMap
from indexes.types import BadLine, Contact, Progress


@dataclass(slots=True)
class Changes:
    """Which contacts are new, different or gone since the version before; `erased` when some were forgotten."""

    added: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    erased: bool = False
    redactions: int = 0
    bad_lines: list[BadLine] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How to read the files, and when contacts took place whose record does not say."""

    fields: FieldMap
    moments: Mapping[str, datetime]


class Updater:
    """Writes contacts that changed since `before` (their fingerprints), redacted once each, into a corpus."""

    def __init__(
        self, corpus: Corpus, redactor: Redactor, known: Known, forgotten: frozenset[str], before: dict[str, str]
    ) -> None:
        self._forgotten = forgotten
        self._corpus = corpus
        self._redactor = redactor
        self._known = known
        self._before = before
        self._held = corpus.fingerprints()
        self._seen: dict[str, str] = {}
        self._fingerprints: dict[str, str] = {}
        self.changes = Changes()

    def read(self, files: Sequence[Path], progress: Progress) -> Changes:
        """Read files and remove what they no longer hold."""
        for contact, count in redacted(self._changed(files, progress), self._redactor):
            self.changes.redactions += count
            self._corpus.put(contact, self._fingerprints.pop(contact.contact_id))
        self.changes.removed = self._before.keys() - self._seen.keys()
        self.changes.erased = any(mark(contact_id) in self._forgotten for contact_id in self.changes.removed)
        self._corpus.remove(self._held.keys() - self._seen.keys())
        return self.changes

    def _changed(self, files: Sequence[Path], progress: Progress) -> Iterator[Contact]:
        """Read files, passing on the contacts that are not in the corpus as they are."""
        sizes = [file.stat().st_size for file in files]
        for at, file in enumerate(files):
            behind = sum(sizes[:at])
            for count, read in enumerate(read_contacts(file, self._known.fields)):
                if (contact := self._taken(read, file)) and self._is_new(contact):
                    yield contact
                if count % 100 == 0:
                    progress("reading and redacting", behind + read.consumed, sum(sizes))
        progress("reading and redacting", sum(sizes), sum(sizes))

    def _taken(self, read: Read, file: Path) -> Contact | None:
        """Keep account of what was read; None for a bad record or one read before."""
        if read.bad:
            self.changes.bad_lines.append(read.bad)
        elif read.contact and read.contact.contact_id in self._seen:
            first = self._seen[read.contact.contact_id]
            reason = f"contact '{read.contact.contact_id}' was already read from {first}"
            self.changes.bad_lines.append(BadLine(file=str(file), line=read.line, reason=reason))
        elif read.contact and not self._is_forgotten(read.contact):
            self._seen[read.contact.contact_id] = file.name
            moment = read.contact.occurred_at or self._known.moments.get(read.contact.contact_id)
            return replace(read.contact, occurred_at=moment)
        return None

    def _is_forgotten(self, contact: Contact) -> bool:
        return bool(self._forgotten) and mark(contact.contact_id) in self._forgotten

    def _is_new(self, contact: Contact) -> bool:
        current = fingerprint(contact)
        known = self._before.get(contact.contact_id)
        if known != current:
            (self.changes.updated if known else self.changes.added).add(contact.contact_id)
        if self._held.get(contact.contact_id) == current:
            return False
        self._fingerprints[contact.contact_id] = current
        return True


def start_corpus(folder: Path, before: Path | None) -> Corpus:
    """Go on with what an interrupted build wrote, or begin with a copy of the corpus of the version before."""
    for held in folder.iterdir():
        if held.is_dir():
            shutil.rmtree(held)
    if before and not (folder / CORPUS).exists():
        shutil.copyfile(before / CORPUS, folder / f"{CORPUS}.new")
        (folder / f"{CORPUS}.new").replace(folder / CORPUS)
    return Corpus.create(folder / CORPUS)
