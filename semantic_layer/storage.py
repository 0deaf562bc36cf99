"""DuckDB files: read behind a locked door, written beside and then put in place."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from semantic_layer.errors import UpstreamError, UserError

if TYPE_CHECKING:
    import duckdb

# The order holds: read-only and without external access, the file itself could still be copied over
# or re-attached; see "DuckDB sandbox" in docs/architecture.md.
_LOCK = (
    "SET enable_external_access=false",
    "SET disabled_filesystems='LocalFileSystem'",
    "SET lock_configuration=true",
)


def open_reader(path: Path, *, memory_limit: str = "2GB") -> "duckdb.DuckDBPyConnection":
    """Open a file read-only, with no way out of it.

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
    try:
        connection = duckdb.connect(str(path), read_only=True, config=config)
    except duckdb.IOException as error:
        raise _cannot_open(path, error) from error
    except duckdb.Error as error:
        raise _corrupt(path, error) from error
    if not _is_locked(connection):
        for statement in _LOCK:
            connection.execute(statement)
    return connection


def _is_locked(connection: "duckdb.DuckDBPyConnection") -> bool:
    """Tell whether another connection of this process has locked the same database already."""
    row = connection.execute("SELECT current_setting('lock_configuration')::BOOLEAN").fetchone()
    return bool(row and row[0])


def _cannot_open(path: Path, error: Exception) -> Exception:
    if "lock" in str(error).lower():
        return UpstreamError(
            f"{path} is locked by another process that writes to it",
            code="locked_warehouse",
            hint="close the program that has it open, or point `engine.path` at a copy",
        )
    return _corrupt(path, error)


def _corrupt(path: Path, error: Exception) -> UserError:
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
