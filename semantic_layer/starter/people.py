"""Columns that hold people's names, so that transcripts can be redacted of them."""

import re
from collections.abc import Sequence

from semantic_layer.starter.profile import TableProfile

_PART = re.compile(r"(?:first|last|full|given|family|middle|sur|maiden)_?name|surname|forename|fore_?name|lastname")
_WHOSE = (
    r"agent|customer|client|caller|employee|rep(?:resentative)?|advis[eo]r|operator|staff|person|member|patient|"
    r"subscriber|user|contact|owner|manager|supervisor|assignee|holder|guest|passenger"
)
_PERSON = re.compile(rf"(?:{_WHOSE})_?names?|(?:{_WHOSE})_full_?name")
_TABLE = re.compile(rf"(?:dim_|fct_|tbl_)?(?:{_WHOSE})s?")
_LEAST_DISTINCT = 3
_LONGEST = 40
_MOST_WORDS = 4


def name_columns(profiles: Sequence[TableProfile]) -> tuple[str, ...]:
    """Name the columns (`table.column`) that say by their own or their table's name that they name people."""
    return tuple(
        f"{table.name}.{column.name}"
        for table in profiles
        for column in table.columns
        if column.mean_length and column.mean_length <= _LONGEST and column.mean_words <= _MOST_WORDS
        if column.distinct >= _LEAST_DISTINCT and _names_people(table.name.lower(), column.name.lower())
    )


def _names_people(table: str, column: str) -> bool:
    written = re.sub(r"[\s-]+", "_", column)
    return bool(
        _PART.fullmatch(written)
        or _PERSON.fullmatch(written)
        or (written == "name" and _TABLE.fullmatch(table))
    )  # fmt: skip
