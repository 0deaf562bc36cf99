"""The workspace's transcripts: found, redacted with the names the warehouse knows, and indexed."""

from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.workspace import Workspace
from indexes.settings import RedactionSettings
from indexes.types import IndexReport, Progress
from semantic_layer.errors import UserError
from semantic_layer.query import Column, Sql

if TYPE_CHECKING:
    from indexes.search import TranscriptIndex
    from semantic_layer.engine import DuckDbEngine
    from semantic_layer.model import Catalogue


def build_corpus(workspace: Workspace, *, progress: Progress | None = None) -> IndexReport:
    """Build or update the index of a workspace and its scores; raise UserError (no_transcripts)."""
    from assistant.embedding import open_embedder
    from assistant.scoring import score_corpus
    from indexes.build import build_index
    from indexes.shelves import shelf_of

    settings = workspace.config.transcripts
    files = transcript_files(workspace)
    if settings is None or not files:
        raise UserError(
            f"{workspace.root} has no transcripts to index",
            code="no_transcripts",
            hint="put JSONL or Parquet files under transcripts/ and name them in because.yml under transcripts: files",
        )
    report = build_index(
        workspace.index,
        files,
        transcripts=settings,
        redaction=redaction_settings(workspace),
        known_names=known_names(workspace),
        moments=moments(workspace),
        embedder=open_embedder(workspace),
        shelf=shelf_of(settings.store),
        progress=progress,
    )
    score_corpus(workspace, progress=progress)
    return report


def open_index(workspace: Workspace) -> "TranscriptIndex":
    """Open the index of a workspace; raise UserError (missing_index, corrupt_index).

    A model or a store of vectors that is not there is done without, and the index notes it.
    """
    from assistant.embedding import open_embedder
    from indexes.search import TranscriptIndex
    from indexes.shelves import readable_shelf

    settings = workspace.config.transcripts
    return TranscriptIndex.open(
        workspace.index,
        themes=settings.themes if settings else None,
        embedder=open_embedder(workspace),
        shelf=readable_shelf(settings.store if settings else None),
    )


def redaction_settings(workspace: Workspace) -> RedactionSettings:
    """Return the workspace's settings; its own name is nobody's, and a model's folder lies in it."""
    held = workspace.config.redaction
    folder = workspace.root / (held.name_model or "")
    model = str(folder.resolve()) if held.name_model and folder.is_dir() else held.name_model
    return held.model_copy(update={"not_names": (*held.not_names, workspace.config.name), "name_model": model})


def transcript_files(workspace: Workspace) -> list[Path]:
    """Return the transcript files that because.yml names, in order."""
    settings = workspace.config.transcripts
    patterns = settings.files if settings else ()
    return sorted({file for pattern in patterns for file in workspace.root.glob(pattern) if file.is_file()})


def strangers(workspace: Workspace, catalogue: "Catalogue", contact_ids: Collection[str]) -> int:
    """Count the contacts with a transcript that no row of the warehouse has; no slice ever reaches these."""
    settings = workspace.config.transcripts
    if settings is None or settings.table is None:
        return 0
    from semantic_layer.compile import compile_keys
    from semantic_layer.engine import DuckDbEngine

    engine = DuckDbEngine(workspace.warehouse)
    try:
        sql = compile_keys(catalogue, table=settings.table, key=settings.key, filters=(), window=None)
        known = engine.run(sql, max_rows=50_000_000).data[0]
    finally:
        engine.close()
    return len(set(contact_ids) - {str(value) for value in known})


def moments(workspace: Workspace) -> dict[str, datetime]:
    """Read when each contact took place from the table that the transcripts are tied to."""
    settings = workspace.config.transcripts
    if settings is None or settings.table is None or not workspace.warehouse.is_file():
        return {}
    from assistant.dictionary import load_dictionary
    from semantic_layer.engine import DuckDbEngine

    tables = {t.name: t for t in load_dictionary(workspace).catalogue.tables}
    clock = tables[settings.table].time if settings.table in tables else None
    if clock is None:
        return {}
    key, day = quoted(settings.key), quoted(clock)
    text = f"SELECT {key}, {day} FROM {quoted(settings.table)} WHERE {day} IS NOT NULL"
    columns = tuple(Column(name=name, kind="dimension") for name in (settings.key, clock))
    engine = DuckDbEngine(workspace.warehouse)
    try:
        rows = engine.run(Sql(text=text, columns=columns), max_rows=50_000_000).rows()
    finally:
        engine.close()
    return {str(key): _moment(value) for key, value in rows}


def _moment(value: datetime | date) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def known_names(workspace: Workspace) -> frozenset[str]:
    """Read the people's names that the warehouse holds, so that redaction knows them."""
    columns = workspace.config.redaction.known_names
    if not columns or not workspace.warehouse.is_file():
        return frozenset()
    from semantic_layer.engine import DuckDbEngine

    engine = DuckDbEngine(workspace.warehouse)
    try:
        return frozenset(name for column in columns for name in _names(column, engine))
    finally:
        engine.close()


def _names(column: str, engine: "DuckDbEngine") -> list[str]:
    table, _, name = column.rpartition(".")
    if not table:
        raise UserError(
            f"redaction.known_names: '{column}' names no table",
            code="bad_config",
            hint="write table.column, as in agents.full_name",
        )
    text = f"SELECT DISTINCT {quoted(name)} FROM {quoted(table)} WHERE {quoted(name)} IS NOT NULL"
    rows = engine.run(Sql(text=text, columns=(Column(name=name, kind="dimension"),)), max_rows=10_000_000)
    return [str(value) for value in rows.data[0]]


def quoted(identifier: str) -> str:
    """Quote a column's or table's name."""
    return '"' + identifier.replace('"', '""') + '"'
