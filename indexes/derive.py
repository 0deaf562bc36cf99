"""The second step of a build: passages, vectors, BM25 and term counts from the redacted corpus."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexes.corpus import CORPUS, Corpus
from indexes.dense import DENSE, Embedder, embed_dense
from indexes.embed import embed_passages
from indexes.fusion import Channel, choose_weights
from indexes.lexical import load_lexical
from indexes.lsa import SAMPLE, Lsa, Vectors, fit_lsa, load_lsa
from indexes.naming import name_reasons
from indexes.passages import Passages, cut
from indexes.probes import make_probes
from indexes.shelves import Shelf
from indexes.types import Progress
from indexes.update import Changes
from indexes.windows import texts
from indexes.words import BM25, words_indexed
from semantic_layer.errors import UpstreamError

LSA = "lsa"
_REFIT = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What the manifest says about it; `embedder` is the model that embedded the passages, "" without one."""

    passages: Passages
    fitted_on: int
    lsa_weight: float
    dense_weight: float = 0.0
    embedder: str = ""
    store: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The version that a build starts from."""

    folder: Path
    derived: Derived


def derive(
    folder: Path,
    before: Before | None,
    changes: Changes,
    shelf: Shelf,
    progress: Progress,
    embedder: Embedder | None = None,
) -> Derived:
    """Write all that searching needs; rows of unchanged contacts take over their vectors.

    After an erasure the store of vectors is made anew: what it deletes it only marks as deleted. An embedder that
    fails leaves an index without its vectors, and a note.
    """
    version_before = before
    progress("cutting passages", 0, 1)
    corpus = Corpus.open(folder / CORPUS)
    passages = cut(corpus.all())
    passages.save(folder)
    named_like = before.folder if before else None
    if before and not _still_fits(before.derived.fitted_on, len(passages)):
        before = None
    with words_indexed(folder, len(passages)):
        lsa, fitted_on = _projection(folder, corpus, passages, before, progress)
        same = before is not None and before.derived.store == shelf.name and not changes.erased
        old = (before.folder, before.derived.passages) if before and same else None
        vectors = embed_passages(
            folder, corpus, passages, lsa, before=old, changed=changes.updated, shelf=shelf, progress=progress
        )
        progress("indexing words", 0, 1)
    name_reasons(folder, named_like)
    progress("choosing weights", 0, 1)
    lexical = load_lexical(folder / BM25, len(passages))
    probes = make_probes(corpus, passages)
    channels: list[Channel] = [lexical.scores, lambda text: vectors @ lsa.vectors([text])[0]]
    notes: tuple[str, ...] = ()
    try:
        if embedder:
            held = _embedded(folder, corpus, passages, embedder, version_before, changes, progress)
            asked = [probe.text for probe in probes]
            known = dict(zip(asked, embedder.vectors(asked), strict=True)) if asked else {}
            channels.append(lambda text: held @ known[text])
    except UpstreamError as error:
        (folder / DENSE).unlink(missing_ok=True)
        embedder, notes = None, (f"built without embeddings: {error.message}; build again when it answers",)
    weights = choose_weights(probes, channels)
    return Derived(
        passages=passages,
        fitted_on=fitted_on,
        lsa_weight=weights[1],
        dense_weight=weights[2] if embedder else 0.0,
        embedder=embedder.name if embedder else "",
        store=shelf.name,
        notes=notes,
    )


def _embedded(
    folder: Path,
    corpus: Corpus,
    passages: Passages,
    embedder: Embedder,
    before: Before | None,
    changes: Changes,
    progress: Progress,
) -> Vectors:
    """Embed with a model; rows of unchanged contacts that it has embedded before are taken over."""
    same = before is not None and before.derived.embedder == embedder.name
    old = (before.folder, before.derived.passages) if before and same else None
    return embed_dense(folder, corpus, passages, embedder, before=old, changed=changes.updated, progress=progress)


def _still_fits(fitted_on: int, passages: int) -> bool:
    return fitted_on / _REFIT <= passages <= fitted_on * _REFIT


def _projection(
    folder: Path, corpus: Corpus, passages: Passages, before: Before | None, progress: Progress
) -> tuple[Lsa, int]:
    if before:
        shutil.copytree(before.folder / LSA, folder / LSA)
        return load_lsa(folder / LSA), before.derived.fitted_on
    progress("fitting the projection", 0, 1)
    rows = np.random.default_rng(7).permutation(len(passages))[:SAMPLE]
    chosen = np.zeros(len(passages), dtype=bool)
    chosen[rows] = True
    every = (text for stored in corpus.all() for text in texts(stored.contact.turns))
    lsa = fit_lsa([text for text, wanted in zip(every, chosen, strict=True) if wanted])
    lsa.save(folder / LSA)
    return lsa, len(passages)
