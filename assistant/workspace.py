"""A workspace folder: its configuration and where its parts lie."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.embedding_settings import EmbeddingSettings
from assistant.llm_settings import LlmSettings
from indexes.settings import RedactionSettings, TranscriptSettings
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.zones import ZoneName

SMALL_CELL = 5


class EngineSettings(BaseModel):
    """The warehouse and its limits; `path` is relative to the workspace."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = "warehouse.duckdb"
    timeout_seconds: float = 30.0
    max_rows: int = 100_000
    memory_limit: str = "2GB"


class RoleSettings(BaseModel):
    """A role that may ask, and what it may see; without limits, everything.

    `rows` maps dimensions to the members that rows must have; `masked` dimensions cannot be asked
    for, `hidden` dimensions and metrics are not known at all. `small_cells: 5` (or `true`) withholds
    aggregates over fewer customers. `open_tables` are shown although `rows` cannot narrow them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str = ""
    rows: dict[str, Annotated[tuple[str | int | float | bool, ...], Field(min_length=1)]] = {}
    masked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    small_cells: bool | Annotated[int, Field(ge=2)] = False
    open_tables: tuple[str, ...] = ()

    @property
    def limited(self) -> bool:
        """Whether there is anything that the role may not see."""
        return bool(self.rows or self.masked or self.hidden or self.small_cells)

    @property
    def least(self) -> int | None:
        """The fewest customers a figure may rest on, where there is such a limit."""
        if isinstance(self.small_cells, bool):
            return SMALL_CELL if self.small_cells else None
        return self.small_cells


class InterventionSettings(BaseModel):
    """The table of interventions and its columns.

    `scope` holds JSON, dimension to list of members, of those an intervention reached; `metric` the name of the
    metric it was aimed at; `kind` says `event` of what befell the company.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    name: str = "name"
    started_on: str = "started_on"
    kind: str | None = None
    description: str | None = None
    metric: str | None = None
    scope: str | None = None


class WorkspaceConfig(BaseModel):
    """The keys of `because.yml`; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "workspace"
    engine: EngineSettings = EngineSettings()
    currency: str = "EUR"
    timezone: ZoneName = "UTC"
    fiscal_year_start: int = Field(default=1, ge=1, le=12)
    as_of: date | None = None
    locale: str = "en-GB"
    transcripts: TranscriptSettings | None = None
    redaction: RedactionSettings = RedactionSettings()
    interventions: InterventionSettings | None = None
    roles: dict[str, RoleSettings] = {}
    llm: LlmSettings | None = None
    embeddings: EmbeddingSettings | None = None
    default_role: str | None = None
    webhook_env: str | None = None

    @model_validator(mode="after")
    def _default_role_exists(self) -> Self:
        if self.default_role is not None and self.default_role not in self.roles:
            raise ValueError(f"default_role '{self.default_role}' is none of the roles: {', '.join(self.roles)}")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A workspace on disk."""

    root: Path
    config: WorkspaceConfig

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.root / self.config.engine.path

    def line_of(self, *path: str) -> int:
        """Return the line of `because.yml` where a key stands."""
        return _line_of((self.root / "because.yml").read_text(encoding="utf-8"), path)

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
        text = file.read_text(encoding="utf-8")
        config = WorkspaceConfig.model_validate(yaml.safe_load(text) or {})
    except UnicodeDecodeError as error:
        raise UserError(f"{file}: not UTF-8 text", code="bad_config", hint="save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        raise UserError(f"{where}: not valid YAML", code="bad_config", hint=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise _bad_key(file, text, first["loc"], first["type"], first["msg"]) from error
    return Workspace(root=root, config=config)


def _bad_key(file: Path, text: str, path: tuple[int | str, ...], kind: str, message: str) -> UserError:
    """Name a wrong key with its line and the keys that may stand there."""
    where, keys = f"{file}:{_line_of(text, path)}", WorkspaceConfig.model_fields
    if kind == "extra_forbidden" and len(path) == 1:
        return UserError(f"{where}: unknown key '{path[0]}'", code="bad_config", hint=did_you_mean(str(path[0]), keys))
    if not path:
        said = message if kind == "value_error" else "not a list of keys"
        return UserError(f"{where}: {said}", code="bad_config", hint=f"keys: {', '.join(keys)}")
    name = ".".join(str(part) for part in path)
    said = "unknown key" if kind == "extra_forbidden" else message
    return UserError(f"{where}: {name}: {said}", code="bad_config", hint=f"keys: {', '.join(keys)}")


def _line_of(text: str, path: tuple[int | str, ...]) -> int:
    """Return the line of the last part of a path of keys that the text has."""
    node, line = yaml.compose(text), 1
    for part in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        found = next(((key, value) for key, value in pairs if key.value == str(part)), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line
