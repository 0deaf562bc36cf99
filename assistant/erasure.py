"""Erasing a person: their conversations from the index, their words from the answers that were kept."""

import json
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.corpus import build_corpus, quoted, transcript_files
from assistant.workspace import Workspace
from indexes.types import Progress
from semantic_layer.errors import UpstreamError, UserError
from semantic_layer.query import Column, Sql

if TYPE_CHECKING:
    from semantic_layer.model import Catalogue

ERASED = "[ERASED]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was erased; `still_in` names the source files, which are not ours to change, that hold the contacts."""

    contacts: int
    indexed: int
    answers: int
    still_in: tuple[str, ...]


def contacts_of(workspace: Workspace, catalogue: "Catalogue", customer: str) -> tuple[str, ...]:
    """Find a customer's contacts; raise UserError (no_contact_table, unknown_customer)."""
    from semantic_layer.engine import DuckDbEngine

    settings = workspace.config.transcripts
    table = next((t for t in catalogue.tables if settings and t.name == settings.table), None)
    if settings is None or table is None or table.entity is None:
        raise UserError(
            "the warehouse does not say whose contacts these are",
            code="no_contact_table",
            hint="name the table in because.yml (transcripts: table) and its entity in metrics/, or pass --contact ID",
        )
    literal = "'" + customer.replace("'", "''") + "'"
    text = (
        f"SELECT DISTINCT {quoted(settings.key)}::VARCHAR AS contact FROM {quoted(table.name)} "
        f"WHERE {quoted(table.entity)}::VARCHAR = {literal} ORDER BY contact"
    )
    engine = DuckDbEngine(workspace.warehouse)
    try:
        found = engine.run(Sql(text=text, columns=(Column(name="contact", kind="dimension"),)), max_rows=1_000_000)
    finally:
        engine.close()
    if not len(found.data[0]):
        raise UserError(
            f"no contact of {table.name} has {table.entity} = '{customer}'",
            code="unknown_customer",
            hint="check the id; contacts that are no longer in the warehouse are erased with --contact ID",
        )
    return tuple(str(value) for value in found.data[0])


def erase(
    workspace: Workspace, contact_ids: Collection[str], *, customer: str | None = None, progress: Progress | None = None
) -> Erasure:
    """Erase contacts from the index and from every answer kept, and keep them out of later builds."""
    from indexes.build import drop_older
    from indexes.forgotten import forget
    from indexes.search import TranscriptIndex
    from indexes.shelves import shelf_of

    before = TranscriptIndex.open(workspace.index).contact_ids
    forget(workspace.index, contact_ids)
    build_corpus(workspace, progress=progress)
    settings = workspace.config.transcripts
    drop_older(workspace.index, shelf_of(settings.store if settings else None))
    answers = _erase_answers(workspace.log, frozenset(contact_ids), customer)
    return Erasure(
        contacts=len(contact_ids),
        indexed=len(before & frozenset(contact_ids)),
        answers=answers,
        still_in=_sources_with(workspace, frozenset(contact_ids)),
    )


def _sources_with(workspace: Workspace, contact_ids: frozenset[str]) -> tuple[str, ...]:
    from indexes.ingest import read_contacts

    settings = workspace.config.transcripts
    files = transcript_files(workspace) if settings else []
    return tuple(
        str(file)
        for file in files
        if settings
        and any(r.contact and r.contact.contact_id in contact_ids for r in read_contacts(file, settings.fields))
    )


def _erase_answers(log: Path, contact_ids: frozenset[str], customer: str | None) -> int:
    """Rewrite the answers that quote somebody; the trail keeps when it was done, how often, and nothing of whom."""
    if not log.is_file():
        return 0
    try:
        with closing(sqlite3.connect(log, timeout=10, isolation_level=None)) as connection:
            connection.execute("pragma secure_delete = on")
            changed = _rewritten(connection, contact_ids, customer)
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.Error as error:
        raise UpstreamError(
            f"cannot rewrite the audit trail {log}: {error}",
            code="log_unavailable",
            hint="close what is using it and run the command again; the index is already clean",
        ) from error
    return changed


def _rewritten(connection: sqlite3.Connection, contact_ids: frozenset[str], customer: str | None) -> int:
    """Change rows in one transaction; the trigger that forbids it is dropped and made again as it was."""
    connection.execute("begin immediate")
    triggers = connection.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"drop trigger {quoted(name)}")
    changed = 0
    for rowid, held in connection.execute("select rowid, outcome from outcomes").fetchall():
        cleaned = json.dumps(without(json.loads(held), contact_ids, customer), ensure_ascii=False)
        if cleaned != json.dumps(json.loads(held), ensure_ascii=False):
            connection.execute("update outcomes set outcome = ? where rowid = ?", (cleaned, rowid))
            changed += 1
    connection.execute("create table if not exists erasures (at text not null, contacts int, answers int) strict")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute("insert into erasures values (?, ?, ?)", (now, len(contact_ids), changed))
    for _, sql in triggers:
        connection.execute(sql)
    connection.execute("commit")
    return changed


def without(outcome: Any, contact_ids: frozenset[str], customer: str | None) -> Any:
    """Give an outcome without a person's words, citations and ids; its figures stay as they were told."""
    quotes = sorted(_quotes(outcome, contact_ids), key=len, reverse=True)
    return _cleaned(outcome, contact_ids, {customer} if customer else set(), quotes)


def _quotes(value: Any, contact_ids: frozenset[str]) -> set[str]:
    if isinstance(value, dict):
        mine = {value["quote"]} if value.get("contact_id") in contact_ids and value.get("quote") else set()
        return mine.union(*(_quotes(part, contact_ids) for part in value.values()))
    return set().union(*(_quotes(part, contact_ids) for part in value)) if isinstance(value, list) else set()


def _cleaned(value: Any, contact_ids: frozenset[str], customers: set[str], quotes: list[str]) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(part, contact_ids, customers, quotes) for key, part in value.items()}
    if isinstance(value, list):
        return [_cleaned(part, contact_ids, customers, quotes) for part in value]
    if not isinstance(value, str):
        return value
    if value in contact_ids or value in customers or value.rpartition(":")[0] in contact_ids:
        return ERASED
    for quote in quotes:
        value = value.replace(quote, ERASED)
    return value
