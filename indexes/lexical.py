"""BM25 over stemmed words (bm25s)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.text import content_stems

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lexical:
    """A BM25 index of passages in their row order."""

    retriever: Any
    size: int

    def scores(self, text: str) -> Scores:
        """Score every passage; zeros where no word is known."""
        known = [t for t in dict.fromkeys(content_stems(text)) if t in self.retriever.vocab_dict]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self.retriever.get_scores(known), dtype=np.float32)

    def knows(self, stem: str) -> bool:
        """Say whether any passage holds a stem."""
        return stem in self.retriever.vocab_dict

    def idf(self, stem: str) -> float:
        """Weigh a stem by how few passages hold it; one that none holds weighs most."""
        at = self.retriever.vocab_dict.get(stem)
        starts = self.retriever.scores["indptr"]
        held = 0 if at is None or at + 1 >= len(starts) else int(starts[at + 1] - starts[at])
        return float(np.log((1 + self.size) / (1 + held)) + 1)

    def save(self, folder: Path) -> None:
        """Write the index."""
        self.retriever.save(str(folder), show_progress=False)


def build_lexical(tokens: Sequence[Sequence[str]]) -> Lexical:
    """Index passages given as stems."""
    import bm25s

    retriever = bm25s.BM25()
    held = tokens if any(tokens) else [["\0"], *tokens[1:]]
    retriever.index([list(t) for t in held], show_progress=False)
    return Lexical(retriever, len(tokens))


def load_lexical(folder: Path, size: int) -> Lexical:
    """Map a saved index into memory."""
    import bm25s

    return Lexical(bm25s.BM25.load(str(folder), mmap=True), size)
