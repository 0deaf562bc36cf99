"""Where generated rows go: straight into the warehouse, or through Parquet files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from evals.world.tables import TABLES, projection


class Sink(Protocol):
    """Takes a table's rows as arrays, chunk by chunk."""

    def write(self, table: str, chunk: Mapping[str, npt.NDArray[Any]]) -> None:
        """Append rows to a table."""

    def close(self) -> None:
        """Put every table in place."""


class DirectSink:
    """Appends to tables of the warehouse."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        for table, columns in TABLES.items():
            connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind, _ in columns)})")

    def write(self, table: str, chunk: Mapping[str, npt.NDArray[Any]]) -> None:
        """Append rows to a table."""
        _run(self._connection, f"INSERT INTO {table} {projection(table)}", chunk)

    def close(self) -> None:
        """Do nothing: the rows are in place."""


class ParquetSink:
    """Writes a Parquet file a chunk, then loads them: memory holds one month at a time."""

    def __init__(self, connection: Any, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        self._written: dict[str, list[str]] = {table: [] for table in TABLES}

    def write(self, table: str, chunk: Mapping[str, npt.NDArray[Any]]) -> None:
        """Write the rows of a chunk to its own file."""
        file = self._folder / f"{table}-{len(self._written[table]):04d}.parquet"
        _run(self._connection, f"COPY ({projection(table)}) TO '{_quoted(file)}' (FORMAT parquet)", chunk)
        self._written[table].append(str(file))

    def close(self) -> None:
        """Load the files into tables of the warehouse, in the order of writing."""
        for table, files in self._written.items():
            listed = ", ".join(f"'{_quoted(file)}'" for file in files)
            self._connection.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet([{listed}])")
            for file in files:
                Path(file).unlink()


def _quoted(file: Path | str) -> str:
    return str(file).replace("'", "''")


def _run(connection: Any, statement: str, chunk: Mapping[str, npt.NDArray[Any]]) -> None:
    connection.register("chunk", dict(chunk))
    connection.execute(statement)
    connection.unregister("chunk")


def texts(values: Sequence[str]) -> npt.NDArray[Any]:
    """Return texts as an array that DuckDB reads."""
    return np.array(values, dtype=object)


def as_json(value: Any) -> str:
    """Return compact JSON with keys in order."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
