"""What each column of a table is taken for."""

from dataclasses import dataclass

from semantic_layer.starter.profile import ColumnProfile, TableProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The columns of a table by what they are for; `noun` is what one row is called."""

    profile: TableProfile
    key: ColumnProfile | None
    time: ColumnProfile | None
    flags: tuple[ColumnProfile, ...]
    measures: tuple[ColumnProfile, ...]
    dimensions: tuple[ColumnProfile, ...]
    texts: tuple[ColumnProfile, ...]
    durations: tuple[str, ...]
    noun: str
    other_nouns: tuple[str, ...]
