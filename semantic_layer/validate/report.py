"""Collects problems under the line of the definition they are about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from semantic_layer.errors import UserError
from semantic_layer.loader import Loaded
from semantic_layer.problems import Problem


class Report:
    """Problems so far, and the definitions that have an error."""

    def __init__(self, loaded: Loaded) -> None:
        self._sources = loaded.sources
        self.problems: list[Problem] = []
        self._broken: dict[str, Problem] = {}

    def error(self, source: str, code: str, message: str, hint: str = "") -> None:
        """Note an error of `kind:name`."""
        self._broken.setdefault(source, self._add("error", source, code, message, hint))

    def warning(self, source: str, code: str, message: str, hint: str = "") -> None:
        """Note a warning of `kind:name`."""
        self._add("warning", source, code, message, hint)

    def sound(self, source: str) -> bool:
        """Whether no error of `kind:name` was noted."""
        return source not in self._broken

    def first_errors(self) -> dict[str, Problem]:
        """Return the first error of each `kind:name` that has one."""
        return dict(self._broken)

    @contextmanager
    def noting(self, source: str, subject: str) -> Iterator[None]:
        """Note a UserError of the block as an error of `kind:name`."""
        try:
            yield
        except UserError as error:
            self.error(source, error.code, f"{subject}: {error.message.splitlines()[0]}", error.hint)

    def _add(self, severity: Literal["error", "warning"], source: str, code: str, message: str, hint: str) -> Problem:
        file, line = self._sources.get(source, ("metrics", 0))
        problem = Problem(severity=severity, file=file, line=line, code=code, message=message, hint=hint)
        self.problems.append(problem)
        return problem
