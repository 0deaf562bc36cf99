"""Parquet files as plain records."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from semantic_layer.errors import UserError


def parquet_records(file: Path, *, batch: int = 1_000) -> Iterator[dict[str, Any]]:
    """Yield each row as a dict, nested values as lists and dicts; raise UserError (bad_file)."""
    import duckdb

    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as connection:
        try:
            cursor = connection.execute("SELECT * FROM read_parquet(?)", [str(file)])
            names = [column[0] for column in cursor.description or ()]
            while rows := cursor.fetchmany(batch):
                for row in rows:
                    yield dict(zip(names, row, strict=True))
        except duckdb.Error as error:
            raise UserError(
                f"{file} is not a readable Parquet file", code="bad_file", hint=str(error).splitlines()[0]
            ) from error
