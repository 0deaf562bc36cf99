"""Embeddings of passages by a model, where one is configured: a third ranking beside words and spelling."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from indexes.corpus import Corpus
from indexes.embed import batches, take_over
from indexes.lsa import Vectors
from indexes.passages import Passages
from indexes.types import Progress
from indexes.windows import texts
from semantic_layer.errors import UpstreamError, UserError

DENSE = "dense.npy"


class Embedder(Protocol):
    """Turns texts into vectors of length 1; `name` changes whenever its vectors do."""

    @property
    def name(self) -> str:
        """Name the model and where it is; each has its own version of the index."""
        ...

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Embed stored (redacted) texts, one row each; raise UpstreamError."""
        ...

    def query(self, text: str) -> Vectors:
        """Embed what somebody typed; raise UpstreamError."""
        ...


class AbsentEmbedder:
    """Stands for a model that is configured and is not there: whoever asks it goes on with words, and says so."""

    name = ""

    def __init__(self, why: UserError) -> None:
        self.why = why

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Raise UpstreamError."""
        del texts
        raise UpstreamError(self.why.message, code=self.why.code, hint=self.why.hint)

    def query(self, text: str) -> Vectors:
        """Raise UpstreamError."""
        return self.vectors([text])


class Dense:
    """The embeddings of a version, searched exactly; `failed` says why the last search went without."""

    def __init__(self, folder: Path, embedder: Embedder, *, built_with: str) -> None:
        self._embedder = embedder
        self.failed = ""
        if isinstance(embedder, AbsentEmbedder):
            self.failed = f"searched by words alone: {embedder.why.message}"
        elif built_with != embedder.name:
            was = f"with {built_with}" if built_with else "without embeddings"
            self.failed = f"searched by words alone: the index was built {was}; run `because index build`"
        self._held: Vectors | None = None if self.failed else np.load(folder / DENSE, mmap_mode="r")

    def similarities(self, text: str) -> Vectors | None:
        """Give the cosine of each passage to a text; None where the embedder does not answer."""
        if self._held is None:
            return None
        try:
            query = self._embedder.query(text)
            self.failed = ""
            if query.shape == self._held.shape[1:]:
                return np.asarray(self._held @ query)
            self.failed = f"searched by words alone: {self._embedder.name} gives vectors of another length now"
        except UpstreamError as error:
            self.failed = f"searched by words alone: {error.message}"
        return None


def embed_dense(
    folder: Path,
    corpus: Corpus,
    passages: Passages,
    embedder: Embedder,
    *,
    before: tuple[Path, Passages] | None,
    changed: set[str],
    progress: Progress,
) -> Vectors:
    """Write the embeddings of all passages; `before` gives those of unchanged contacts. Memory holds a batch."""
    width = embedder.vectors(["width"]).shape[1]
    file = folder / DENSE
    held: Vectors = np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=(len(passages), width))
    todo = np.ones(len(passages.contact_ids), dtype=bool)
    if before:
        todo = ~take_over(held, passages, before[0] / DENSE, before[1], changed)
    starts = passages.starts()
    for batch in batches(corpus, starts, todo):
        rows = np.concatenate([np.arange(starts[position], starts[position + 1]) for position, _ in batch])
        held[rows] = embedder.vectors([text for _, stored in batch for text in texts(stored.contact.turns)])
        progress("asking for embeddings", int(rows[-1]) + 1, len(passages))
    return held
