"""A workspace folder: its configuration and where its parts lie."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from indexes.settings import RedactionSettings, TranscriptSettings
from semantic_layer.errors import UserError


class EngineSettings(BaseModel):
    """The warehouse and its limits; `path` is relative to the workspace."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = "warehouse.duckdb"
    timeout_seconds: float = 30.0
    max_rows: int = 100_000
    memory_limit: str = "2GB"


class RoleSettings(BaseModel):
    """A role that may ask."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str = ""


class WorkspaceConfig(BaseModel):
    """The keys of `because.yml`; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "workspace"
    engine: EngineSettings = EngineSettings()
    currency: str = "EUR"
    fiscal_year_start: int = Field(default=1, ge=1, le=12)
    as_of: date | None = None
    locale: str = "en-GB"
    transcripts: TranscriptSettings | None = None
    redaction: RedactionSettings = RedactionSettings()
    roles: dict[str, RoleSettings] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A workspace on disk."""

    root: Path
    config: WorkspaceConfig

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.root / self.config.engine.path

    @property
    def metrics(self) -> Path:
        """The folder of the semantic layer."""
        return self.root / "metrics"

    @property
    def index(self) -> Path:
        """The folder of the transcript index."""
        return self.root / "index"

    @property
    def evals(self) -> Path:
        """The folder of suites, run history and calibration."""
        return self.root / "evals"

    @property
    def log(self) -> Path:
        """The audit trail."""
        return self.root / "log" / "answers.db"


def open_workspace(root: Path) -> Workspace:
    """Read `because.yml`; raise UserError (no_workspace, bad_config) naming the file and line."""
    file = root / "because.yml"
    if not file.is_file():
        raise UserError(
            f"no workspace at {root}: because.yml is missing",
            code="no_workspace",
            hint="make one with `because demo` or `because init DIR --from FILE`, or pass --workspace DIR",
        )
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        config = WorkspaceConfig.model_validate(raw)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        raise UserError(f"{where}: not valid YAML", code="bad_config", hint=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UserError(
            f"{file}: {key}: {first['msg']}",
            code="bad_config",
            hint=f"keys: {', '.join(WorkspaceConfig.model_fields)}",
        ) from error
    return Workspace(root=root, config=config)
