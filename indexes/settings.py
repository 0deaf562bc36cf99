"""Where transcripts are, how their fields are called, and what is redacted."""

from typing import Literal, Self, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind: TypeAlias = Literal[
    "CARD", "IBAN", "EMAIL", "PASSWORD", "DATE_OF_BIRTH", "NATIONAL_ID", "PHONE", "IP", "ACCOUNT", "ADDRESS",
    "POSTCODE", "NAME", "NUMBER", "SPELLED",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
"""The kinds of personal data, the most telling first."""


class FieldMap(BaseModel):
    """The names that transcript records use; a dotted name reaches into nested objects.

    A record is one contact with a list of turns (`turns`), or one turn (`turns: null`, records
    of one contact being gathered by `contact_id`). With `contact_id: null` a contact is named after
    its file and position (`chats-17`). Records of `skip_speakers` are left out (system, tool).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    contact_id: str | None = "contact_id"
    turns: str | None = "turns"
    turn: str | None = "turn"
    speaker: str | None = "speaker"
    text: str = "text"
    occurred_at: str | None = None
    language: str | None = "language"
    speakers: dict[str, str] = {}
    skip_speakers: tuple[str, ...] = ()


class ThemeSettings(BaseModel):
    """What a data owner says of the themes found ; `because index themes` lists their ids.

    `rename` gives a theme another name, `merge` makes one theme of several, `split` takes the contacts that say
    any of some words out of a theme, `hide` leaves themes out that are no reason for calling.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rename: dict[str, str] = {}
    merge: dict[str, tuple[str, ...]] = {}
    split: dict[str, dict[str, tuple[str, ...]]] = {}
    hide: tuple[str, ...] = ()


class PostgresSettings(BaseModel):
    """A database with pgvector that several processes share; the variable `url_env` holds its URL.

    One schema may serve several workspaces: tables are named after versions, which are unique.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    url_env: str = "BECAUSE_POSTGRES_URL"
    schema_name: str = Field(default="because", alias="schema", pattern=r"^[a-z_][a-z0-9_]{0,62}$")


class ScoreSettings(BaseModel):
    """An outcome that words are to tell, as the metric `text_<name>`.

    `where` maps dimensions to members: a contact that was recorded with one of them counts, any other does not, as
    with complaints or with what somebody tagged as a competitor's offer. `metric` is one whose value for a contact
    counts from `at_least` up or from `at_most` down, half of all there is by default, which suits shares.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str = ""
    metric: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    where: dict[str, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _names_one_outcome(self) -> Self:
        if (self.metric is None) == (not self.where):
            raise ValueError(f"score {self.name}: name either a metric or, under where, members of a dimension")
        if self.where and (self.at_least is not None or self.at_most is not None):
            raise ValueError(f"score {self.name}: at_least and at_most belong to a metric")
        return self


class TranscriptSettings(BaseModel):
    """The transcript corpus; `table` and `key` name the warehouse row that a contact belongs to.

    `scores` are outcomes learned from words; a bare name is a ratio metric, of which a contact counts from half up.
    Vectors are kept in Chroma beside the index, or in PostgreSQL where `store` is set.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: tuple[str, ...] = ("transcripts/*.jsonl", "transcripts/*.parquet")
    table: str | None = None
    key: str = "contact_id"
    fields: FieldMap = FieldMap()
    themes: ThemeSettings = ThemeSettings()
    scores: tuple[str | ScoreSettings, ...] = ()
    store: PostgresSettings | None = None


class RedactionSettings(BaseModel):
    """What is hidden before anything is stored.

    `regions` are ISO countries whose phone formats are tried; `known_names` are warehouse columns
    (`dim_agents.agent_name`) whose values are people's names; `not_names` are words that look like one and are none, as
    a company's or a product's (the workspace's own name is known). `policy` says what happens to a kind: `mask`
    (default), `pseudonym` (one placeholder a value, keyed by the secret in the variable `key_env`) or `keep`.
    `name_model` is a spaCy pipeline, installed or a folder, that finds names which nobody listed or introduced.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    regions: tuple[str, ...] = ("GB", "US", "DE")
    known_names: tuple[str, ...] = ()
    not_names: tuple[str, ...] = ()
    policy: dict[Kind, Literal["mask", "pseudonym", "keep"]] = {}
    key_env: str = "BECAUSE_REDACTION_KEY"
    name_model: str | None = None
