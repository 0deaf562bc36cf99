"""DuckDB files: read behind a locked door, written beside and then put in place."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from semantic_layer.errors import BecauseError, UpstreamError, UserError

if TYPE_CHECKING:
    import duckdb

# The order holds: read-only and without external access, the file itself could still be copied over
# or re-attached; see "DuckDB sandbox" in docs/architecture.md.
_LOCK = (
    "SET enable_external_access=false",
    "SET disabled_filesystems='LocalFileSystem'",
    "SET lock_configuration=true",
)

_HELD = ("Could not set lock", "Conflicting lock", "Unique file handle conflict")


def open_reader(
    path: Path, *, memory_limit: str = "2GB", beside: Path | None = None, timezone: str = "UTC"
) -> "duckdb.DuckDBPyConnection":
    """Open a file read-only, with no way out of it; tables of the file `beside` are found by a `search_path`.

    Timestamps that carry a zone are read in `timezone`, wherever the machine stands.
    Raises UserError (no_warehouse, corrupt_warehouse) or UpstreamError (locked_warehouse).
    """
    import duckdb

    if not path.is_file():
        raise UserError(
            f"no warehouse at {path}", code="no_warehouse", hint="`because demo` or `because init` makes one"
        )
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoload_known_extensions": "false",
        "autoinstall_known_extensions": "false",
        "python_enable_replacements": "false",
        "memory_limit": memory_limit,
    }
    connection = duckdb.connect(":memory:", config=config)
    try:
        for statement in (*_attached(path, beside), f"SET GLOBAL TimeZone = '{timezone}'", *_LOCK):
            connection.execute(statement)
    except duckdb.Error as error:
        connection.close()
        raise _cannot_open(path, error) from error
    return connection


def search_path(beside: Path | None) -> tuple[str, ...]:
    """Return the statement by which a cursor finds the tables of both files; a cursor starts without it."""
    return ("SET search_path = 'warehouse.main,beside.main'",) if beside else ()


def _attached(path: Path, beside: Path | None) -> tuple[str, ...]:
    """Make the files the only databases of a connection.

    `duckdb.connect(path)` would hand out the instance that this process has open already, with
    the old rows of a file that was replaced; an attached file is read anew.
    """
    files = {"warehouse": path} | ({"beside": beside} if beside else {})
    quoted = {name: str(file).replace("'", "''") for name, file in files.items()}
    attached = (f"ATTACH '{file}' AS {name} (READ_ONLY)" for name, file in quoted.items())
    return *attached, "USE warehouse", "DETACH memory"


def _cannot_open(path: Path, error: Exception) -> BecauseError:
    if any(sign in str(error) for sign in _HELD):
        return UpstreamError(
            f"{path} is locked by a program that writes to it",
            code="locked_warehouse",
            hint="close that program, or point `engine.path` at a copy",
        )
    return UserError(
        f"{path} is not a readable DuckDB file: {str(error).splitlines()[0]}",
        code="corrupt_warehouse",
        hint="restore it from a copy, or make it anew with `because demo` or `because init`",
    )


@contextmanager
def build_aside(path: Path) -> Iterator["duckdb.DuckDBPyConnection"]:
    """Yield a writable connection to a temporary file that replaces `path` when the block ends well."""
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        aside = Path(folder) / path.name
        connection = duckdb.connect(str(aside))
        try:
            yield connection
        finally:
            connection.close()
        aside.replace(path)
