"""Embeddings as `because.yml` names them."""

from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from assistant.llm_settings import EndpointSettings


class EmbeddingEndpoint(EndpointSettings):
    """An endpoint that embeds; `deadline_seconds` holds for a request of a build, `search_seconds` for a search."""

    batch: int = Field(default=64, ge=1, le=2048)
    deadline_seconds: float = Field(default=60.0, gt=0, le=600)
    search_seconds: float = Field(default=3.0, gt=0, le=60)


class EmbeddingFolder(BaseModel):
    """A folder with the ONNX files of all-MiniLM-L6-v2, relative to the workspace."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str = Field(min_length=1)


def _kind(value: Any) -> str:
    held = value if isinstance(value, dict) else vars(value) if isinstance(value, BaseModel) else {}
    return "folder" if "folder" in held else "endpoint"


EmbeddingSettings: TypeAlias = Annotated[
    Annotated[EmbeddingEndpoint, Tag("endpoint")] | Annotated[EmbeddingFolder, Tag("folder")], Discriminator(_kind)
]
