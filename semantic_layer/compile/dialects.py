"""The same statement in another engine's dialect."""

from dataclasses import replace

import sqlglot

from semantic_layer.compile.portable import portable
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.query import Sql

DIALECTS = ("duckdb", "postgres", "spark", "snowflake", "bigquery", "trino")


def render(sql: Sql, dialect: str) -> Sql:
    """Write a statement in a dialect whose renders are tested; raise UserError (unknown_dialect, unsupported)."""
    if dialect not in DIALECTS:
        raise UserError(f"unknown dialect '{dialect}'", code="unknown_dialect", hint=did_you_mean(dialect, DIALECTS))
    try:
        tree = portable(sqlglot.parse_one(sql.text, dialect=sql.dialect), dialect)
        text = tree.sql(dialect=dialect, pretty=True, unsupported_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.UnsupportedError as error:
        raise UserError(
            f"this statement cannot be written for {dialect}", code="unsupported", hint=str(error)
        ) from error
    return replace(sql, text=text, dialect=dialect)
