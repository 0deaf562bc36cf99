"""What a scorer returns: right or not, and why; missing is not zero."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

RunSql: TypeAlias = Callable[[str], Sequence[tuple[Any, ...]]]
Cell: TypeAlias = tuple[str, float | None, float | None]
"""A row's key, what was due there and what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Whether one aspect of an answer is right, and why not.

    `code` is the reason for machines (`wrong_period`), `cells` are the first that differ.
    """

    scorer: str
    right: bool
    reason: str = ""
    code: str = ""
    cells: tuple[Cell, ...] = ()
