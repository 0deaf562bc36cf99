"""Embeddings from an endpoint, reached like the model's, or from a folder on this machine."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.embedding_settings import EmbeddingEndpoint, EmbeddingFolder
from assistant.llm_failures import ModelFailure
from assistant.llm_retry import retried
from assistant.llm_wire import Body, OpenAiWire, Wire
from semantic_layer.errors import UserError

if TYPE_CHECKING:
    from assistant.workspace import Workspace
    from indexes.dense import Embedder
    from indexes.redact import Redactor

Vectors = NDArray[np.float32]


class EndpointEmbedder:
    """Embeds through an endpoint; what somebody typed is redacted first, what is stored already is."""

    def __init__(
        self,
        settings: EmbeddingEndpoint,
        redact: Callable[[str], str],
        *,
        wire: Wire | None = None,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self.name = settings.place
        self._settings = settings
        self._redact = redact
        self._wire = wire or OpenAiWire(settings, "embeddings")
        self._clock = clock
        self._pause = pause

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Embed stored texts in batches; raise ModelFailure."""
        size = self._settings.batch
        parts = [self._asked(texts[i : i + size], self._settings.deadline_seconds) for i in range(0, len(texts), size)]
        return np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float32)

    def query(self, text: str) -> Vectors:
        """Embed what somebody typed, redacted; raise ModelFailure."""
        return np.asarray(self._asked([self._redact(text)], self._settings.search_seconds)[0])

    def _asked(self, texts: Sequence[str], seconds: float) -> Vectors:
        ends = self._clock() + seconds
        request = {"model": self._settings.model, "input": list(texts), "encoding_format": "float"}

        def send() -> Vectors:
            left = ends - self._clock()
            if left <= 0:
                raise ModelFailure(self.name, "llm_late")
            return _read(self._wire.send(request, timeout=left), len(texts), self.name)

        return retried(send, retries=self._settings.retries, ends=ends, clock=self._clock, pause=self._pause)


def _read(reply: Body, count: int, place: str) -> Vectors:
    """Return one unit vector a text, in the order asked; raise ModelFailure for anything else."""
    try:
        rows = sorted(reply["data"], key=lambda item: item["index"])
        held = np.array([row["embedding"] for row in rows], dtype=np.float32)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFailure(place, "llm_broken_reply", detail="not embeddings", retry=True) from error
    if held.ndim != 2 or len(held) != count or not np.isfinite(held).all():
        raise ModelFailure(place, "llm_broken_reply", detail=f"not {count} vectors of one length", retry=True)
    length = np.linalg.norm(held, axis=1, keepdims=True)
    return np.asarray(held / np.maximum(length, 1e-9), dtype=np.float32)


def open_embedder(workspace: "Workspace") -> "Embedder | None":
    """Return what embeds for a workspace, None by default; a model that is not there says so when it is asked."""
    settings = workspace.config.embeddings
    if settings is None:
        return None
    if isinstance(settings, EmbeddingFolder):
        from indexes.dense import AbsentEmbedder
        from indexes.minilm import MiniLm

        try:
            return MiniLm(Path(workspace.root, settings.folder).resolve())
        except UserError as error:
            return AbsentEmbedder(error)
    opened = cache(lambda: _redactor(workspace))
    return EndpointEmbedder(settings, lambda text: opened().redact(text))


def _redactor(workspace: "Workspace") -> "Redactor":
    from assistant.redaction import redactor

    return redactor(workspace)
