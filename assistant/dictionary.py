"""A workspace's dictionary and warehouse, with what its transcripts add to both."""

from dataclasses import replace

from assistant.scoring import scores_file, with_scores
from assistant.workspace import Workspace
from semantic_layer.engine import DuckDbEngine
from semantic_layer.loader import Loaded, load_catalogue


def load_dictionary(workspace: Workspace) -> Loaded:
    """Read `metrics/` and add the metrics that scores of transcripts make."""
    config = workspace.config
    loaded = load_catalogue(workspace.metrics, fiscal_year_start=config.fiscal_year_start, timezone=config.timezone)
    return replace(loaded, catalogue=with_scores(loaded.catalogue, workspace))


def open_engine(workspace: Workspace) -> DuckDbEngine:
    """Open the warehouse within the limits of because.yml, the scores of transcripts beside it."""
    settings = workspace.config.engine
    return DuckDbEngine(
        workspace.warehouse,
        timeout=settings.timeout_seconds,
        max_rows=settings.max_rows,
        memory_limit=settings.memory_limit,
        timezone=workspace.config.timezone,
        beside=scores_file(workspace),
    )
