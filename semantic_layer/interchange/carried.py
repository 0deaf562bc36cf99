"""What was carried over from another tool, and what was not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Something that was left behind, or `partly` carried over: its place there and the reason."""

    name: str
    reason: str
    file: str = ""
    line: int = 0
    partly: bool = False


class NotCarriedError(Exception):
    """Ends the conversion of one definition; the message is the reason."""


class Entry(dict[str, Any]):
    """A mapping of a foreign file that knows where it stands."""

    file: str = ""
    line: int = 0


@dataclass(slots=True)
class Carried:
    """Specs in this layer's own form, as its YAML holds them, and what was left behind."""

    tables: list[Spec] = field(default_factory=list)
    dimensions: list[Spec] = field(default_factory=list)
    metrics: list[Spec] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)

    def lose(self, name: str, reason: str, entry: Mapping[str, Any] | None = None, *, partly: bool = False) -> None:
        """Note what is not carried over, at the place of its entry."""
        file, line = (entry.file, entry.line) if isinstance(entry, Entry) else ("", 0)
        self.lost.append(Lost(name=name, reason=reason, file=file, line=line, partly=partly))


def sql_text(text: object) -> str:
    """Return an expression of another tool as it may stand here; raise NotCarriedError where it cannot be parsed."""
    import sqlglot

    try:
        return sqlglot.parse_one(str(text), dialect="duckdb").sql(dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise NotCarriedError(f"the expression '{text}' cannot be parsed as SQL") from error


def plain_column(text: object) -> str | None:
    """Return the column where an expression is nothing but one."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    try:
        tree = parse_one(str(text), dialect="duckdb")
    except SqlglotError:
        return None
    return tree.name if isinstance(tree, exp.Column) and not tree.table else None


def dated_column(text: object) -> str | None:
    """Return the column whose day an expression is: itself, cut to its day, or cast to a date."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    try:
        tree = parse_one(str(text), dialect="duckdb")
    except SqlglotError:
        return None
    cut = isinstance(tree, exp.TimestampTrunc | exp.DateTrunc) and str(tree.text("unit")).upper() == "DAY"
    cast = isinstance(tree, exp.Cast) and tree.to.this in (exp.DataType.Type.DATE, exp.DataType.Type.TIMESTAMP)
    inner = tree.this if cut or cast else tree
    return inner.name if isinstance(inner, exp.Column) and not inner.table else None


def label_of(name: str) -> str:
    """Make a label of a name."""
    words = name.replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}"


def identifier(name: str) -> str:
    """Write a table's or column's name, in quotes where it needs them."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else '"' + name.replace('"', '""') + '"'
