"""What judging needs of a workspace: its assistants by role, raw SQL, and the transcripts' words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import assistant
from assistant.log import AnswerLog
from assistant.pipeline import Assistant
from assistant.workspace import open_workspace
from evals.score import RunSql
from semantic_layer.engine import DuckDbEngine, SqlEngine
from semantic_layer.query import Column, Sql

# A truth cut short would call a right answer wrong.
_ALL = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """An assistant and the truth it is judged by; other roles are opened when a case asks for one."""

    assistant: Assistant
    run_sql: RunSql
    quote_of: Callable[[str], str]
    open_role: Callable[[str], Assistant] | None = None
    _roles: dict[str, Assistant] = field(default_factory=dict)

    def asked(self, role: str | None) -> Assistant:
        """Return the assistant of a role; raise UserError (unknown_role)."""
        if role is None or self.open_role is None:
            return self.assistant
        if role not in self._roles:
            self._roles[role] = self.open_role(role)
        return self._roles[role]


@contextmanager
def open_bench(root: Path) -> Iterator[Bench]:
    """Open a workspace for judging; what is asked is kept apart from what people asked."""
    workspace = open_workspace(root)
    log = AnswerLog(path=workspace.evals / "answers.db")

    def build(role: str | None) -> Assistant:
        return replace(assistant.build(root, role=role), log=log)

    asked = build(None)
    engine = DuckDbEngine(workspace.warehouse)
    try:
        yield Bench(assistant=asked, run_sql=raw_sql(engine), quote_of=asked.quote, open_role=build)
    finally:
        engine.close()
        asked.close()


def raw_sql(engine: SqlEngine) -> RunSql:
    """Return what runs a hand-written statement and gives its rows."""

    def run(sql: str) -> tuple[tuple[Any, ...], ...]:
        return engine.run(Sql(text=sql, columns=(Column(name="value", kind="metric"),)), max_rows=_ALL).rows()

    return run
