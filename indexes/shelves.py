"""Where versions keep the vectors that a search without a filter asks: Chroma beside them, or PostgreSQL."""

import os
import shutil
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from indexes.lsa import Vectors
from indexes.settings import PostgresSettings
from semantic_layer.errors import UpstreamError, UserError

if TYPE_CHECKING:
    from llama_index.core.schema import BaseNode

CHROMA = "chroma"
_DATABASE = "chroma.sqlite3"
_PATIENCE = 60.0


class Store(Protocol):
    """A llama-index vector store of one version; a node's id is its citation."""

    def put(self, nodes: "Sequence[BaseNode]", vectors: Vectors) -> None:
        """Store nodes and a vector each."""
        ...

    def query(self, query: Any) -> Any:
        """Give the ids and similarities of the nearest; raise UpstreamError."""
        ...

    def delete_nodes(self, node_ids: list[str]) -> None:
        """Forget nodes."""
        ...

    def close(self) -> None:
        """Finish what was written and let go."""
        ...


class Shelf(Protocol):
    """Makes, opens and drops the stores of versions; `name` is its kind."""

    @property
    def name(self) -> str:
        """Name the kind."""
        ...

    def begin(self, folder: Path, before: Path | None, width: int) -> Store:
        """Make the store of a version, with what that of the version before holds; raise UpstreamError."""
        ...

    def open(self, folder: Path, width: int) -> Store:
        """Open the store of a version; raise UpstreamError."""
        ...

    def drop(self, versions: Collection[str]) -> None:
        """Remove the stores of versions whose folders are gone; raise UpstreamError."""
        ...


class ChromaShelf:
    """A Chroma collection in the folder of each version, which goes with it."""

    name = "chroma"

    def begin(self, folder: Path, before: Path | None, width: int) -> Store:
        """Make a collection, or go on with a copy of the one before."""
        if before:
            _copy(before / CHROMA, folder / CHROMA)
        return self.open(folder, width)

    def open(self, folder: Path, width: int) -> Store:
        """Open the collection of a version."""
        from indexes.vectors import open_store

        del width
        store: Store = open_store(folder / CHROMA)
        return store

    def drop(self, versions: Collection[str]) -> None:
        """Leave it to the folders."""


def _copy(before: Path, folder: Path) -> None:
    """Copy a collection that other processes may be opening: Chroma writes its database even then."""
    shutil.copytree(before, folder, ignore=shutil.ignore_patterns(f"{_DATABASE}*"))
    with (
        closing(sqlite3.connect(before / _DATABASE, timeout=_PATIENCE)) as source,
        closing(sqlite3.connect(folder / _DATABASE)) as target,
    ):
        source.backup(target)


class AbsentShelf(ChromaShelf):
    """Stands for a database that cannot be reached, so that a search compares with all vectors itself."""

    name = "postgres"

    def __init__(self, why: UserError) -> None:
        self.why = why

    def open(self, folder: Path, width: int) -> Store:
        """Raise UpstreamError."""
        del folder, width
        raise UpstreamError(self.why.message, code=self.why.code, hint=self.why.hint)


def readable_shelf(settings: PostgresSettings | None) -> Shelf:
    """Return where a workspace's vectors are read; one that writes must have the store itself."""
    try:
        return shelf_of(settings)
    except UserError as error:
        return AbsentShelf(error)


def shelf_of(settings: PostgresSettings | None) -> Shelf:
    """Return where a workspace keeps vectors; raise UserError (no_postgres)."""
    if settings is None:
        return ChromaShelf()
    url = os.environ.get(settings.url_env, "").strip()
    if not url:
        raise UserError(
            f"transcripts.store: ${settings.url_env} is empty",
            code="no_postgres",
            hint="put the URL of the database into it (postgresql://user:password@host/name), or remove `store`",
        )
    try:
        from indexes.postgres import PostgresShelf
    except ImportError as error:
        raise UserError(
            "transcripts.store: the libraries for PostgreSQL are not installed",
            code="no_postgres",
            hint="pip install 'because-ai[postgres]'",
        ) from error
    return PostgresShelf(url, settings.schema_name)
