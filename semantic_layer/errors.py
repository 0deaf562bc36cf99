"""The error tree; the class says who can fix it.

BecauseError
├── UserError       the asker or a data owner can fix it     exit 2
├── UpstreamError   the outside world failed                 exit 3
└── InternalError   our bug                                  exit 70
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar


class BecauseError(Exception):
    """An error that names the thing, what exists and what to try."""

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint


class UserError(BecauseError):
    """Something the asker or a data owner can put right."""

    exit_code = 2


class UpstreamError(BecauseError):
    """Something outside failed: a file system, a database, an endpoint."""

    exit_code = 3


class InternalError(BecauseError):
    """A bug of ours."""

    exit_code = 70


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Say which of the known names is meant, or list them."""
    names = sorted(known)
    close = get_close_matches(name.lower(), [n.lower() for n in names], n=1, cutoff=0.6)
    if close:
        match = next(n for n in names if n.lower() == close[0])
        return f"did you mean '{match}'?"
    return f"known: {', '.join(names[:20])}{', …' if len(names) > 20 else ''}" if names else "none are defined"
