"""Reads questions, reasons and answers; `build` opens an assistant on a workspace."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

__all__ = ["build", "query_engine"]


def build(workspace: Path | str, *, role: str | None = None) -> "Assistant":
    """Open a workspace's assistant in a role.

    Raises UserError: no_workspace, bad_config, no_warehouse, corrupt_warehouse, unknown_role.
    """
    from assistant.opening import open_assistant

    return open_assistant(Path(workspace), role)


def query_engine(workspace: Path | str, *, role: str | None = None) -> Any:
    """Return the assistant as a llama-index query engine."""
    from assistant._llama_index import AskQueryEngine

    return AskQueryEngine(build(workspace, role=role))
