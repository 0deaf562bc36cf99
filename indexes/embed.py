"""Vectors of passages: embedded once, kept in Chroma and, row by row, in a mapped array for filtered search."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.corpus import Corpus, Stored
from indexes.lsa import Lsa, Vectors
from indexes.passages import Passages
from indexes.shelves import Shelf, Store
from indexes.types import Progress

VECTORS = "vectors.npy"
_AT_ONCE = 2_000


def embed_passages(
    folder: Path,
    corpus: Corpus,
    passages: Passages,
    lsa: Lsa,
    *,
    before: tuple[Path, Passages] | None,
    changed: set[str],
    shelf: Shelf,
    progress: Progress,
) -> Vectors:
    """Write the vectors of all passages; `before` (folder, passages) gives those of unchanged contacts."""
    vectors = np.zeros((len(passages), lsa.dimensions), dtype=np.float32)
    todo = np.ones(len(passages.contact_ids), dtype=bool)
    if before:
        todo = ~take_over(vectors, passages, before[0] / VECTORS, before[1], changed)
    store = shelf.begin(folder, before[0] if before else None, lsa.dimensions)
    if before and (gone := _gone(before[1], passages, changed)):
        store.delete_nodes(gone)
    _embed(store, vectors, corpus, passages, lsa, todo, progress)
    store.close()
    np.save(folder / VECTORS, vectors)
    return vectors


def _embed(
    store: Store,
    vectors: Vectors,
    corpus: Corpus,
    passages: Passages,
    lsa: Lsa,
    todo: NDArray[np.bool_],
    progress: Progress,
) -> None:
    """Embed here while Chroma stores the batch before on the other core."""
    from indexes.vectors import TurnWindowParser, document

    parser = TurnWindowParser()
    starts = passages.starts()
    adding: Future[Any] | None = None
    with ThreadPoolExecutor(max_workers=1) as worker:
        for batch in batches(corpus, starts, todo):
            nodes = parser([document(stored) for _, stored in batch])
            rows = np.concatenate([np.arange(starts[position], starts[position + 1]) for position, _ in batch])
            vectors[rows] = lsa.vectors([node.text for node in nodes])
            if adding:
                adding.result()
            adding = worker.submit(store.put, nodes, vectors[rows])
            progress("embedding passages", int(rows[-1]) + 1, len(passages))
        if adding:
            adding.result()


def batches(corpus: Corpus, starts: NDArray[np.intp], todo: NDArray[np.bool_]) -> Iterator[list[tuple[int, Stored]]]:
    """Yield contacts that are to do with their positions, some thousand passages at once."""
    batch: list[tuple[int, Stored]] = []
    size = 0
    for position, stored in enumerate(corpus.all()):
        if not todo[position]:
            continue
        batch.append((position, stored))
        size += int(starts[position + 1] - starts[position])
        if size >= _AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def take_over(
    vectors: Vectors, passages: Passages, file: Path, old_passages: Passages, changed: set[str]
) -> NDArray[np.bool_]:
    """Copy the rows of unchanged contacts; say for each contact whether it was one."""
    old = np.load(file, mmap_mode="r")
    known = {str(c): i for i, c in enumerate(old_passages.contact_ids)}
    old_starts, starts = old_passages.starts(), passages.starts()
    taken = np.zeros(len(passages.contact_ids), dtype=bool)
    for position, contact_id in enumerate(map(str, passages.contact_ids)):
        if contact_id in known and contact_id not in changed:
            at = known[contact_id]
            vectors[starts[position] : starts[position + 1]] = old[old_starts[at] : old_starts[at + 1]]
            taken[position] = True
    return taken


def _gone(old: Passages, new: Passages, changed: set[str]) -> list[str]:
    """Cite the old passages of contacts that changed or are no longer there."""
    kept = set(map(str, new.contact_ids)) - changed
    return [old.citation(row) for row in range(len(old)) if old.contact_id(row) not in kept]
