"""Runs compiled SQL on DuckDB: read-only, one cursor a request, a time-out, a row limit."""

import re
import threading
from collections.abc import Callable
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from semantic_layer.errors import BecauseError, InternalError, UpstreamError, UserError
from semantic_layer.kept import KeptArrays
from semantic_layer.query import Sql, Table
from semantic_layer.storage import open_reader, search_path

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")
_ATTACKS = (
    "SET enable_external_access = true",
    "COPY (SELECT 1) TO 'because_attack.csv' (USE_TMP_FILE false)",
    "ATTACH 'because_attack.duckdb' AS attack",
    "SELECT * FROM read_csv('because_attack.csv')",
    "CREATE TABLE because_attack (x INT)",
)

_MISSING = {
    "table": r"Table with name (\S+) does not exist",
    "column": r"(?:Referenced column|does not have a column named) \"([^\"]+)\"",
}


class SqlEngine(Protocol):
    """Runs a statement and returns its rows."""

    def prepared(self, sql: Sql) -> Sql:
        """Return the statement as it is run."""
        ...

    def run(self, sql: Sql, *, timeout: float | None = None, max_rows: int | None = None) -> Table:
        """Run one statement; raise UserError (timeout, bad_sql) or UpstreamError."""
        ...

    def arrays(self, sql: Sql, *, timeout: float | None = None) -> dict[str, Any]:
        """Run one statement and return all its rows as numpy arrays by column name."""
        ...

    def close(self) -> None:
        """Let go of the warehouse."""
        ...


class DuckDbEngine:
    """A DuckDB file, and one of derived tables beside it, behind a locked door; a replaced file is opened anew."""

    def __init__(
        self,
        path: Path,
        *,
        timeout: float = 30.0,
        max_rows: int = 100_000,
        memory_limit: str = "2GB",
        beside: Path | None = None,
        timezone: str = "UTC",
    ) -> None:
        self._path = path
        self._beside = beside
        self._timeout = timeout
        self._max_rows = max_rows
        self._memory_limit = memory_limit
        self._timezone = timezone
        self._kept = KeptArrays()
        self._opening = threading.Lock()
        self._connection, self._stamp = self._open()

    def prepared(self, sql: Sql) -> Sql:
        """Return the statement as it is run: unchanged."""
        return sql

    def run(self, sql: Sql, *, timeout: float | None = None, max_rows: int | None = None) -> Table:
        """Run one statement and return at most `max_rows` rows, `truncated` when there are more.

        Decimals come as floats; what is no number (infinity, NaN) comes as None.
        """
        limit = self._max_rows if max_rows is None else max_rows

        def rows(cursor: "duckdb.DuckDBPyConnection") -> Table:
            fetched = cursor.execute(sql.text).fetchmany(limit + 1)
            kept = fetched[:limit]
            width = len(cursor.description or ())
            data = tuple(tuple(map(_plain, column)) for column in zip(*kept, strict=True)) if kept else ((),) * width
            return Table(columns=sql.columns, data=data, truncated=len(fetched) > limit)

        return self._on_cursor(sql, timeout, rows)

    def arrays(self, sql: Sql, *, timeout: float | None = None) -> dict[str, Any]:
        """Run one statement and return all its rows as numpy arrays by column name.

        A result is kept, in bounded memory, for as long as the files stay what they are.
        """
        # Taken before the run: a file replaced meanwhile leaves its rows under a key nobody asks for again.
        key = (self._stamps(), sql.text)
        found = self._kept.get(key)
        if found is None:
            found = self._on_cursor(sql, timeout, lambda cursor: dict(cursor.execute(sql.text).fetchnumpy()))
            self._kept.put(key, found)
        return found

    def forget(self) -> None:
        """Let go of the results kept."""
        self._kept.clear()

    def close(self) -> None:
        """Let go of the warehouse."""
        self._connection.close()

    def _on_cursor(self, sql: Sql, timeout: float | None, work: "Callable[[duckdb.DuckDBPyConnection], T]") -> T:
        import duckdb

        seconds = self._timeout if timeout is None else timeout
        cursor = self._current().cursor()
        timer = threading.Timer(seconds, cursor.interrupt)
        timer.daemon = True
        timer.start()
        try:
            for statement in search_path(self._beside):
                cursor.execute(statement)
            return work(cursor)
        except duckdb.Error as error:
            raise _explained(error, sql, seconds) from error
        finally:
            timer.cancel()
            cursor.close()

    def _current(self) -> "duckdb.DuckDBPyConnection":
        """Return the connection, opened anew when the file was replaced."""
        with self._opening:
            if self._path.is_file() and self._stamps() != self._stamp:
                self._kept.clear()
                # The old connection is let go, not closed: questions that are running end on it.
                self._connection, self._stamp = self._open()
            return self._connection

    def _open(self) -> "tuple[duckdb.DuckDBPyConnection, tuple[tuple[int, int], ...]]":
        stamps = self._stamps()
        connection = open_reader(
            self._path, memory_limit=self._memory_limit, beside=self._beside, timezone=self._timezone
        )
        _try_attacks(connection)
        return connection, stamps

    def _stamps(self) -> tuple[tuple[int, int], ...]:
        return tuple(_stamp(file) for file in (self._path, self._beside) if file and file.is_file())


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and not isfinite(value) else value


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def _try_attacks(connection: "duckdb.DuckDBPyConnection") -> None:
    """Refuse to serve when the sandbox lets a real attack through."""
    import duckdb

    for attack in _ATTACKS:
        try:
            connection.execute(attack)
        except duckdb.Error:
            continue
        raise InternalError(f"the sandbox allowed: {attack}", code="sandbox_open", hint="do not serve; report this")


def _explained(error: Exception, sql: Sql, seconds: float) -> BecauseError:
    import duckdb

    if isinstance(error, duckdb.InterruptException):
        return UserError(
            f"the query took longer than {seconds:g} s and was stopped",
            code="timeout",
            hint=f"ask for a shorter period or fewer dimensions, or raise engine.timeout_seconds\n{sql.text}",
        )
    for kind, pattern in _MISSING.items():
        if missing := re.search(pattern, str(error)):
            return UserError(
                f"the warehouse has no {kind} '{missing[1]}'",
                code=f"missing_{kind}",
                hint="`because check` compares the dictionary with the warehouse; `because init` starts from your own "
                f"files\nstatement: {sql.text}",
            )
    if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
        return UpstreamError(f"the warehouse failed: {error}", code="warehouse_failed", hint=sql.text)
    # A binder's list of all the functions there are helps nobody.
    said = str(error).split("Candidate functions:")[0].strip()
    return UserError(f"the warehouse refused the query: {said}", code="bad_sql", hint=sql.text)
