"""The workspace's redactor, and what it would hide in a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.corpus import known_names, redaction_settings
from assistant.workspace import Workspace, open_workspace
from indexes.settings import FieldMap, RedactionSettings
from indexes.types import BadLine, Contact, Turn
from semantic_layer.errors import UserError

if TYPE_CHECKING:
    from indexes.redact import Redactor, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTurn:
    """A turn as it is in the file, where it holds personal data, and as it would be stored."""

    number: int
    speaker: str
    text: str
    spans: "tuple[Span, ...]"
    redacted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A conversation and what would be hidden in it."""

    contact_id: str
    turns: tuple[ShownTurn, ...]


def redactor(workspace: Workspace) -> "Redactor":
    """Make the redactor that an index build uses: the workspace's settings and the names it knows."""
    from indexes.redact import Redactor

    return Redactor(redaction_settings(workspace), known_names(workspace))


def show(file: Path, root: Path) -> tuple[tuple[Shown, ...], tuple[BadLine, ...]]:
    """Redact a file as the workspace at `root` would, or by default settings where there is none.

    A file without conversations is read line by line. Raises UserError: file_not_found, bad_file.
    """
    from indexes.redact import Redactor

    workspace = open_workspace(root) if (root / "because.yml").is_file() else None
    used = redactor(workspace) if workspace else Redactor(RedactionSettings())
    contacts, bad = _contacts(file, workspace)
    return tuple(_shown(contact, used) for contact in contacts), bad


def _contacts(file: Path, workspace: Workspace | None) -> tuple[list[Contact], tuple[BadLine, ...]]:
    from indexes.guess import guess_fields
    from indexes.ingest import read_contacts

    if not file.is_file():
        raise UserError(f"no such file: {file}", code="file_not_found", hint=f"looked in {Path.cwd()}")
    fields = _mapping(file, workspace)
    if fields is None:
        guessed = guess_fields(file)
        fields = guessed.fields if guessed else None
    if fields is None:
        return [_lines(file)], ()
    read = list(read_contacts(file, fields))
    return [r.contact for r in read if r.contact], tuple(r.bad for r in read if r.bad)


def _mapping(file: Path, workspace: Workspace | None) -> FieldMap | None:
    """The workspace's own mapping, for its own files."""
    settings = workspace.config.transcripts if workspace else None
    if workspace is None or settings is None:
        return None
    theirs = {path.resolve() for pattern in settings.files for path in workspace.root.glob(pattern)}
    return settings.fields if file.resolve() in theirs else None


def _lines(file: Path) -> Contact:
    text = file.read_bytes().decode("utf-8-sig", "replace")
    lines = [line for line in text.splitlines() if line.strip()]
    return Contact(
        contact_id=file.stem,
        turns=tuple(Turn(number=i, speaker="unknown", text=line) for i, line in enumerate(lines, start=1)),
    )


def _shown(contact: Contact, used: "Redactor") -> Shown:
    turns = tuple(_turn(turn, spans, used.replaced(turn.text, spans)) for turn, spans in used.spans(contact.turns))
    return Shown(contact_id=contact.contact_id, turns=turns)


def _turn(turn: Turn, spans: "tuple[Span, ...]", redacted: str) -> ShownTurn:
    return ShownTurn(number=turn.number, speaker=turn.speaker, text=turn.text, spans=spans, redacted=redacted)
