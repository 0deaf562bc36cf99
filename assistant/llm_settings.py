"""The model endpoint as `because.yml` names it."""

import os
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

# `OpenAI()` insists on a key, local servers ignore it.
_NO_KEY = SecretStr("none")


class Price(BaseModel):
    """What a million tokens costs, in the currency named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    currency: str = "USD"


class CassetteSettings(BaseModel):
    """Exchanges kept as files: `record` adds those that are missing, `replay` never calls the endpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str = "evals/cassettes"
    mode: Literal["record", "replay"] = "replay"


class EndpointSettings(BaseModel):
    """Any OpenAI-compatible endpoint; without `api_key_env` and `api_key` no key is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(pattern=r"^https?://\S+$")
    model: str = Field(min_length=1)
    api_key_env: str | None = None
    api_key: SecretStr | None = None
    retries: int = Field(default=2, ge=0, le=10)

    @property
    def place(self) -> str:
        """The model and its endpoint, for people."""
        return f"{self.model} at {self.base_url.split('://')[1].split('/')[0].rpartition('@')[2]}"

    def key(self) -> SecretStr | None:
        """Return the key to send; None when the variable that should hold it is empty."""
        if self.api_key_env:
            held = os.environ.get(self.api_key_env, "").strip()
            return SecretStr(held) if held else self.api_key
        return self.api_key or _NO_KEY


class LlmSettings(EndpointSettings):
    """A model that reads and tells, and what it may cost in time and tokens.

    `deadline_seconds` and `token_budget` hold for a whole question, retries included.
    """

    deadline_seconds: float = Field(default=20.0, gt=0, le=600)
    token_budget: int = Field(default=40_000, ge=1)
    max_reply_tokens: int = Field(default=1_500, ge=16)
    price_per_million: Price | None = None
    cassettes: CassetteSettings | None = None
