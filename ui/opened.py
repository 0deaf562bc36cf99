"""An opened workspace as the commands need it: its dictionary, its warehouse, its dates."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.workspace import Workspace, open_workspace
from semantic_layer.query import Filter
from ui.conditions import check_filters

if TYPE_CHECKING:
    from assistant.access import Access
    from semantic_layer.engine import DuckDbEngine
    from semantic_layer.loader import Loaded
    from semantic_layer.model import Catalogue
    from semantic_layer.values import DataRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A workspace and what its YAML says."""

    workspace: Workspace
    loaded: "Loaded"

    @property
    def catalogue(self) -> "Catalogue":
        """The semantic layer."""
        return self.loaded.catalogue

    def with_access(self, access: "Access") -> "Opened":
        """Return the workspace with a role's dictionary, and what the warehouse left out of it."""
        return replace(self, loaded=replace(self.loaded, catalogue=access.catalogue, problems=access.problems))

    def usable(self) -> "Opened":
        """Return the workspace with the definitions that hold in themselves; the warehouse is not asked."""
        from semantic_layer.quarantine import usable

        return replace(self, loaded=usable(self.loaded))

    @contextmanager
    def access(self, role: str | None) -> Iterator["Access"]:
        """Open the dictionary and the warehouse for one command as a role has them."""
        from assistant.access import open_access

        access = open_access(self.workspace, self.loaded, role)
        try:
            yield access
        finally:
            access.engine.close()

    @contextmanager
    def engine(self) -> Iterator["DuckDbEngine"]:
        """Open the warehouse for one command."""
        from assistant.dictionary import open_engine

        engine = open_engine(self.workspace)
        try:
            yield engine
        finally:
            engine.close()

    def dates(self, engine: "DuckDbEngine") -> "DataRange | None":
        """Return the first day and the as-of day of the data."""
        from semantic_layer.values import data_range

        return data_range(self.catalogue, engine, as_of=self.workspace.config.as_of)


def check_members(filters: Sequence[Filter], access: "Access") -> None:
    """Raise UserError (unknown_value) for a filter value that no row of the role has."""
    if filters:
        check_filters(filters, access.catalogue, access.values)


def open_here(root: Path) -> Opened:
    """Open a workspace folder and read its dictionary."""
    from assistant.dictionary import load_dictionary

    workspace = open_workspace(root)
    return Opened(workspace=workspace, loaded=load_dictionary(workspace))
