"""Vectors in PostgreSQL with pgvector, through llama-index: a table a version, so that readers see one whole."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from llama_index.core.schema import BaseNode, TextNode
from llama_index.vector_stores.postgres import PGVectorStore
from sqlalchemy.exc import SQLAlchemyError

from indexes.lsa import Vectors
from semantic_layer.errors import UpstreamError

_GRAPH = {"hnsw_m": 12, "hnsw_ef_construction": 40, "hnsw_ef_search": 100, "hnsw_dist_method": "vector_cosine_ops"}
_SECONDS = 10


class PostgresStore(PGVectorStore):  # type: ignore[misc]
    """Ids, vectors and the month alone, like its sibling in Chroma: text stays in the corpus."""

    def put(self, nodes: Sequence[BaseNode], vectors: Vectors) -> None:
        """Store nodes and a vector each."""
        with _reached():
            self.add([_bare(node, vector) for node, vector in zip(nodes, vectors, strict=True)])

    def query(self, query: Any, **kwargs: Any) -> Any:
        """Give the ids and similarities of the nearest; raise UpstreamError."""
        with _reached():
            return super().query(query, **kwargs)

    def close(self) -> None:
        """Index what was written, once, which is faster than row by row, and let go of the connections."""
        if self.perform_setup:
            with _reached():
                self._initialize()
                self.hnsw_kwargs = dict(_GRAPH)
                self._create_hnsw_index()
        if self._engine is not None:
            self._engine.dispose()


class PostgresShelf:
    """The tables of versions in one schema of a database."""

    name = "postgres"

    def __init__(self, url: str, schema: str) -> None:
        self._url = "postgresql+psycopg2://" + url.split("://", 1)[-1]
        self._schema = schema

    def begin(self, folder: Path, before: Path | None, width: int) -> PostgresStore:
        """Make the table of a version anew, with the rows of the version before."""
        self.drop([folder.name])
        store = self._store(folder.name, width, setup=True)
        with _reached():
            store._initialize()
            if before:
                columns = "node_id, text, metadata_, embedding"
                rows = f"SELECT {columns} FROM {self._place(before.name)}"
                self._run(f"INSERT INTO {self._place(folder.name)} ({columns}) {rows}")
        return store

    def open(self, folder: Path, width: int) -> PostgresStore:
        """Open the table of a version for reading."""
        return self._store(folder.name, width, setup=False)

    def drop(self, versions: Collection[str]) -> None:
        """Drop the tables of versions."""
        for version in versions:
            with _reached():
                self._run(f"DROP TABLE IF EXISTS {self._place(version)}")

    def _store(self, version: str, width: int, *, setup: bool) -> PostgresStore:
        return PostgresStore(
            connection_string=self._url,
            async_connection_string=self._url.replace("+psycopg2", "+asyncpg"),
            table_name=_table(version),
            schema_name=self._schema,
            embed_dim=width,
            perform_setup=setup,
            initialization_fail_on_error=True,
            hnsw_kwargs=None if setup else {"hnsw_ef_search": _GRAPH["hnsw_ef_search"]},
            create_engine_kwargs={"pool_pre_ping": True},
        )

    def _place(self, version: str) -> str:
        return f'"{self._schema}"."data_{_table(version)}"'

    def _run(self, statement: str) -> None:
        engine = sqlalchemy.create_engine(self._url, connect_args={"connect_timeout": _SECONDS})
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text(statement))
        engine.dispose()


def _table(version: str) -> str:
    """Name a version's table: `v-0123…` is no name without quotes."""
    return version.replace("-", "_")


def _bare(node: BaseNode, vector: Any) -> TextNode:
    return TextNode(
        id_=node.node_id, text="", metadata={"month": node.metadata["month"]}, embedding=[float(x) for x in vector]
    )


@contextmanager
def _reached() -> Iterator[None]:
    """Say that the database failed without its URL, which may hold a password."""
    try:
        yield
    except SQLAlchemyError as error:
        raise UpstreamError(
            f"PostgreSQL failed ({type(error).__name__})",
            code="postgres_unavailable",
            hint="check that it runs, that its URL is right and that the extension `vector` may be created there",
        ) from error
