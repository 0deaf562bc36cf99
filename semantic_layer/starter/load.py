"""Load foreign files into a warehouse, keeping their column names."""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from semantic_layer.errors import UserError
from semantic_layer.starter.guess import TextColumn
from semantic_layer.starter.profile import quoted
from semantic_layer.storage import build_aside, open_reader

if TYPE_CHECKING:
    import duckdb

TABULAR = (".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl", ".ndjson", ".duckdb", ".db")
NULLS = ["", " ", "NA", "N/A", "null", "NULL", "NaN", "nan"]
_DECIMAL_COMMA = r"-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTable:
    """A table that was loaded; `rejected` counts lines that could not be read."""

    name: str
    source: Path
    rows: int
    rejected: int = 0
    first_rejection: str | None = None


def load_tables(files: Sequence[Path], warehouse: Path, *, progress: Progress | None = None) -> tuple[LoadedTable, ...]:
    """Load files into a new DuckDB file; raise UserError (unreadable_file) naming the file."""
    loaded: list[LoadedTable] = []
    with build_aside(warehouse) as connection:
        for position, file in enumerate(files):
            if progress:
                progress(f"loading {file.name}", position, len(files))
            taken = {table.name for table in loaded}
            loaded += _load(connection, file, taken)
    return tuple(loaded)


def table_name(stem: str, taken: set[str]) -> str:
    """Turn a file's stem into a plain, free table name."""
    base = re.sub(r"\W+", "_", stem.strip().lower()).strip("_") or "data"
    base = f"t_{base}" if base[0].isdigit() else base
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name


def _load(connection: "duckdb.DuckDBPyConnection", file: Path, taken: set[str]) -> list[LoadedTable]:
    import duckdb

    try:
        if file.suffix in (".duckdb", ".db"):
            return _copy_database(connection, file, taken)
        return [_load_file(connection, file, table_name(file.stem, taken))]
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            f"{file} could not be read as a table: {reason}",
            code="unreadable_file",
            hint=f"readable: {', '.join(TABULAR)}; transcripts as JSON, JSONL or Parquet",
        ) from error


def _load_file(connection: "duckdb.DuckDBPyConnection", file: Path, name: str) -> LoadedTable:
    if file.suffix == ".parquet":
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM read_parquet(?)', [str(file)])
    elif file.suffix in (".json", ".jsonl", ".ndjson"):
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM read_json_auto(?)', [str(file)])
    else:
        return _load_csv(connection, file, name)
    return LoadedTable(name=name, source=file, rows=_count(connection, name))


def _load_csv(connection: "duckdb.DuckDBPyConnection", file: Path, name: str) -> LoadedTable:
    """Read a CSV with types sniffed over the whole file; broken lines are kept apart and counted."""
    connection.execute(
        f'CREATE TABLE "{name}" AS SELECT * FROM read_csv(?, sample_size=-1, nullstr=?, encoding=?, store_rejects=true,'
        " rejects_table='because_rejects', rejects_scan='because_scans')",
        [str(file), NULLS, _encoding(file)],
    )
    _read_decimal_commas(connection, name)
    rejects = connection.execute("SELECT line, error_message FROM because_rejects ORDER BY line").fetchall()
    connection.execute("DROP TABLE because_rejects; DROP TABLE because_scans")
    lines = {line for line, _ in rejects}
    first = f"line {rejects[0][0]}: {rejects[0][1]}" if rejects else None
    return LoadedTable(
        name=name, source=file, rows=_count(connection, name), rejected=len(lines), first_rejection=first
    )


def _encoding(file: Path) -> str:
    """Tell UTF-8 from UTF-16 by its mark, and from the older Western encodings by a byte that UTF-8 cannot hold."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as source:
        if source.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        source.seek(0)
        try:
            while chunk := source.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8"


def _read_decimal_commas(connection: "duckdb.DuckDBPyConnection", name: str) -> None:
    """Turn text columns of numbers such as 1.234,50 into numbers."""
    columns = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND data_type = 'VARCHAR'", [name]
    ).fetchall()
    for (column,) in columns:
        row = connection.execute(
            f"SELECT bool_and(regexp_full_match({quoted(column)}, ?)), bool_or(contains({quoted(column)}, ','))"
            f' FROM "{name}"',
            [_DECIMAL_COMMA],
        ).fetchone()
        if row == (True, True):
            number = f"replace(replace({quoted(column)}, '.', ''), ',', '.')::DOUBLE"
            connection.execute(f'ALTER TABLE "{name}" ALTER {quoted(column)} TYPE DOUBLE USING {number}')


def _copy_database(connection: "duckdb.DuckDBPyConnection", file: Path, taken: set[str]) -> list[LoadedTable]:
    connection.execute(f"ATTACH '{str(file).replace(chr(39), chr(39) * 2)}' AS source (READ_ONLY)")
    found = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source' ORDER BY table_oid"
    ).fetchall()
    loaded: list[LoadedTable] = []
    for schema, table in found:
        name = table_name(table, taken | {t.name for t in loaded})
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM source."{schema}"."{table}"')
        loaded.append(LoadedTable(name=name, source=file, rows=_count(connection, name)))
    connection.execute("DETACH source")
    return loaded


def _count(connection: "duckdb.DuckDBPyConnection", name: str) -> int:
    row = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
    return int(row[0]) if row else 0


def read_text(warehouse: Path, text: TextColumn) -> Iterator[tuple[str, str]]:
    """Yield (key, text) of each row that has a text, in the order of the key, or of the rows where there is none."""
    key = f"{quoted(text.key)}::VARCHAR" if text.key else f"'{quoted(text.table)[1:-1]}-' || (rowid + 1)"
    connection = open_reader(warehouse)
    try:
        rows = connection.execute(
            f"SELECT {key}, {quoted(text.column)} FROM {quoted(text.table)}"
            f" WHERE {quoted(text.column)} IS NOT NULL ORDER BY {1 if text.key else 'rowid'}"
        )
        while batch := rows.fetchmany(10_000):
            yield from batch
    finally:
        connection.close()
