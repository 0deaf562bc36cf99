"""Embedders that are no models: one knows what words mean, one knows nothing, one is out of order."""

import hashlib
import zlib
from collections.abc import Sequence

import numpy as np

from indexes.lsa import Vectors
from indexes.text import content_stems, stems
from semantic_layer.errors import UpstreamError

SAME = ({"price", "expensive", "costly"}, {"parcel", "shipment"}, {"invoice", "bill"})
_WIDTH = 64


def meaning(text: str) -> Vectors:
    """Add up a direction a word; words of one meaning share theirs, common words have none."""
    total = np.full(_WIDTH, 1e-3)
    for word in content_stems(text):
        concept = next((f"concept {i}" for i, words in enumerate(SAME) if word in stems(sorted(words))), word)
        total += np.random.default_rng(zlib.crc32(concept.encode())).standard_normal(_WIDTH)
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


class Knowing:
    """Embeds by meaning; `asked` keeps what it was given."""

    def __init__(self, name: str = "knowing") -> None:
        self.name = name
        self.asked: list[str] = []

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Embed stored texts."""
        self.asked += texts
        return np.array([meaning(text) for text in texts], dtype=np.float32).reshape(len(texts), _WIDTH)

    def query(self, text: str) -> Vectors:
        """Embed one text."""
        return np.asarray(self.vectors([text])[0])


class Ignorant(Knowing):
    """Embeds by a hash: near is what chance makes near."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Embed anyhow."""
        seeds = [int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big") for text in texts]
        held = np.array([np.random.default_rng(seed).standard_normal(16) for seed in seeds], dtype=np.float32)
        return np.asarray(held / np.linalg.norm(held, axis=1, keepdims=True), dtype=np.float32)


class Broken(Knowing):
    """Never answers."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Fail."""
        raise UpstreamError(f"the embedder is out ({len(texts)} texts)", code="llm_unavailable")
