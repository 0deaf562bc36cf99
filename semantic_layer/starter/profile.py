"""What the columns of a warehouse hold, read from the data itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from semantic_layer.storage import open_reader

if TYPE_CHECKING:
    import duckdb

Kind = Literal["text", "number", "boolean", "time", "other"]
SAMPLE = 12
MOST_AGAINST = 0.15
# Every table may have one of its own: the same name does not make it another's.
_BARE = ("id", "key", "uuid", "number", "nr", "no", "code", "name", "title")
_YES_NO = (
    ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("1", "0"), ("ja", "nein"), ("si", "no"),
    ("sí", "no"), ("oui", "non"), ("sim", "não"), ("ja", "nej"), ("ja", "nee"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """One column; `positive` is the member that means yes in a two-valued column, as SQL reads it."""

    name: str
    kind: Kind
    whole: bool
    rows: int
    distinct: int
    nulls: int
    low: Any
    high: Any
    mean_length: float
    mean_words: float
    members: tuple[str, ...]
    positive: str | bool | int | None

    @property
    def unique(self) -> bool:
        """Whether each row has its own value."""
        return self.nulls == 0 and self.distinct == self.rows and self.rows > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePair:
    """Two time columns of which the first comes before the second, but for `against` rows."""

    first: str
    second: str
    against: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProfile:
    """One table; `ordered` lists the time columns that follow one another."""

    name: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    ordered: tuple[TimePair, ...]
    month_starts: tuple[str, ...]
    contained: tuple[tuple[str, str, str], ...] = ()


def profile_warehouse(warehouse: Path) -> tuple[TableProfile, ...]:
    """Profile every table; `contained` holds (column, table, key) where a column's values are that key's."""
    connection = open_reader(warehouse)
    try:
        names = [
            row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY table_oid").fetchall()
        ]
        tables = [_profile_table(connection, name) for name in names]
        return tuple(_with_references(connection, table, tables) for table in tables)
    finally:
        connection.close()


def find_holder(warehouse: Path, profiles: Sequence[TableProfile], ids: Sequence[str]) -> dict[str, str]:
    """Return the `table` and `key` whose values hold most of the ids, or nothing."""
    connection = open_reader(warehouse)
    try:
        for profile in profiles:
            for column in (c for c in profile.columns if c.unique and ids):
                row = connection.execute(
                    f"SELECT count(*) FROM {quoted(profile.name)} WHERE {quoted(column.name)}::VARCHAR IN"
                    " (SELECT unnest(?::VARCHAR[]))",
                    [list(ids)],
                ).fetchone()
                if row and row[0] >= 0.5 * len(set(ids)):
                    return {"table": profile.name, "key": column.name}
        return {}
    finally:
        connection.close()


def quoted(name: str) -> str:
    """Quote an identifier."""
    return '"' + name.replace('"', '""') + '"'


def _profile_table(connection: "duckdb.DuckDBPyConnection", name: str) -> TableProfile:
    types = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", [name]
    ).fetchall()
    columns = tuple(_profile_column(connection, name, column, kind) for column, kind in types)
    times = [c.name for c in columns if c.kind == "time"]
    return TableProfile(
        name=name,
        rows=columns[0].rows if columns else 0,
        columns=columns,
        ordered=tuple(p for a in times for b in times if a != b and (p := _in_order(connection, name, a, b))),
        month_starts=tuple(t for t in times if _only_month_starts(connection, name, t)),
    )


def _profile_column(connection: "duckdb.DuckDBPyConnection", table: str, column: str, data_type: str) -> ColumnProfile:
    name, source = quoted(column), quoted(table)
    row = connection.execute(
        f"SELECT count(*), count(DISTINCT {name}), count(*) - count({name}), min({name}), max({name}),"
        f" avg(length({name}::VARCHAR)), avg(len(string_split(trim({name}::VARCHAR), ' '))) FROM {source}"
    ).fetchone()
    rows, distinct, nulls, low, high, length, words = row or (0, 0, 0, None, None, 0, 0)
    members = tuple(
        str(value[0])
        for value in connection.execute(
            f"SELECT {name}::VARCHAR FROM {source} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
            f" LIMIT {SAMPLE}"
        ).fetchall()
    )
    kind, positive = _kind(data_type, distinct, members)
    return ColumnProfile(
        name=column, kind=kind, whole="INT" in data_type, rows=rows, distinct=distinct, nulls=nulls,
        low=low, high=high, mean_length=length or 0.0, mean_words=words or 0.0, members=members, positive=positive,
    )  # fmt: skip


def _kind(data_type: str, distinct: int, members: tuple[str, ...]) -> tuple[Kind, str | bool | int | None]:
    if data_type == "BOOLEAN":
        return "boolean", True
    lowered = {m.strip().lower(): m for m in members}
    if distinct == 2:
        pair = next((p for p in _YES_NO if set(p) == set(lowered)), None)
        if pair:
            member = lowered[pair[0]]
            return "boolean", int(member) if "INT" in data_type else member
    if data_type.startswith(("TIMESTAMP", "DATE")):
        return "time", None
    if "INT" in data_type or data_type.startswith(("DOUBLE", "FLOAT", "DECIMAL")):
        return "number", None
    return ("text", None) if data_type in ("VARCHAR", "UUID") or data_type.startswith("ENUM") else ("other", None)


def _in_order(connection: "duckdb.DuckDBPyConnection", table: str, first: str, second: str) -> TimePair | None:
    """Tell whether one time follows another in nearly all rows; times without a relation do so in half."""
    row = connection.execute(
        f"SELECT count(*) FILTER (WHERE {quoted(first)} > {quoted(second)}),"
        f" count(*) FILTER (WHERE {quoted(first)} < {quoted(second)}) FROM {quoted(table)}"
    ).fetchone()
    against, along = row or (0, 0)
    if along == 0 or against > MOST_AGAINST * (against + along):
        return None
    return TimePair(first=first, second=second, against=against)


def _only_month_starts(connection: "duckdb.DuckDBPyConnection", table: str, column: str) -> bool:
    row = connection.execute(
        f"SELECT bool_and({quoted(column)} = date_trunc('month', {quoted(column)})) FROM {quoted(table)}"
    ).fetchone()
    return bool(row and row[0])


def _with_references(
    connection: "duckdb.DuckDBPyConnection", table: TableProfile, tables: list[TableProfile]
) -> TableProfile:
    found = [
        (column.name, other.name, key.name)
        for column in table.columns
        for other in tables
        if other.name != table.name
        for key in other.columns
        if key.unique
        and key.kind == column.kind
        and key.kind in ("text", "number")
        and _named_alike(column, key.name, other.name)
        and _contained(connection, table.name, column.name, other.name, key.name)
    ]
    return TableProfile(
        name=table.name, rows=table.rows, columns=table.columns, ordered=table.ordered,
        month_starts=table.month_starts, contained=tuple(found),
    )  # fmt: skip


def _named_alike(column: ColumnProfile, key: str, table: str) -> bool:
    """Tell whether a column is called after a table's key, or after the table where the key is.

    Small whole numbers lie in many keys, so a number that is called no id must bear the very name.
    """
    name = column.name.lower()
    if name in _BARE:
        return False
    plain, own, owner = _plain(name), _plain(key.lower()), table.lower().replace("_", "").removesuffix("s")
    if name == key.lower():
        return True
    if column.kind == "number" and plain == name.replace("_", ""):
        return plain in (own, owner, f"{owner}s")
    of_key = key.lower() in _BARE or own in plain or plain in own
    return of_key and len(plain) > 2 and (plain in owner or owner in plain)


def _plain(name: str) -> str:
    return name.replace("_", "").removesuffix("id").removesuffix("key")


def _contained(connection: "duckdb.DuckDBPyConnection", table: str, column: str, other: str, key: str) -> bool:
    row = connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE {quoted(column)} IN (SELECT {quoted(key)} FROM {quoted(other)}))"
        f" FROM {quoted(table)} WHERE {quoted(column)} IS NOT NULL"
    ).fetchone()
    return row is not None and row[0] > 0 and row[1] >= 0.95 * row[0]


def day(value: Any) -> date | None:
    """Return the day of a date or timestamp."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
