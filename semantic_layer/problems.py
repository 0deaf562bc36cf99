"""What is wrong with a semantic layer, where, and what to try."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A fault of a definition; `line` is 1-based, 0 when the whole file is meant."""

    severity: Literal["error", "warning"]
    file: str
    line: int
    code: str
    message: str
    hint: str = ""
