"""The same statement in another engine's dialect."""

from dataclasses import replace

import sqlglot
from sqlglot.dialects.dialect import Dialect

from semantic_layer.compile.portable import portable
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.query import Sql

_KNOWN = ("duckdb", "postgres", "spark", "databricks", "snowflake", "bigquery", "trino", "redshift", "mysql", "tsql")


def render(sql: Sql, dialect: str) -> Sql:
    """Write a statement in another dialect; raise UserError (unknown_dialect, unsupported)."""
    try:
        Dialect.get_or_raise(dialect)
    except ValueError as error:
        raise UserError(
            f"unknown dialect '{dialect}'", code="unknown_dialect", hint=did_you_mean(dialect, _KNOWN)
        ) from error
    try:
        tree = portable(sqlglot.parse_one(sql.text, dialect=sql.dialect), dialect.lower())
        text = tree.sql(dialect=dialect, pretty=True, unsupported_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.UnsupportedError as error:
        raise UserError(
            f"this statement cannot be written for {dialect}", code="unsupported", hint=str(error)
        ) from error
    return replace(sql, text=text, dialect=dialect)
