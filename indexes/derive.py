"""The second step of a build: passages, vectors, BM25 and term counts from the redacted corpus."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from indexes.corpus import Corpus
from indexes.embed import embed_passages
from indexes.fusion import choose_weight
from indexes.lexical import Lexical, build_lexical
from indexes.lsa import SAMPLE, Lsa, fit_lsa, load_lsa
from indexes.passages import Passages, cut
from indexes.probes import make_probes
from indexes.terms import build_terms
from indexes.text import content_stems
from indexes.types import Progress, Turn
from indexes.windows import windows

LSA = "lsa"
BM25 = "bm25"
_REFIT = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What the manifest says about it."""

    passages: Passages
    fitted_on: int
    lsa_weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The version that a build starts from."""

    folder: Path
    derived: Derived


def derive(folder: Path, corpus: Corpus, before: Before | None, changed: set[str], progress: Progress) -> Derived:
    """Write all that searching needs; rows of unchanged contacts take over their vectors."""
    progress("cutting passages", 0, 1)
    passages = cut(corpus.all())
    passages.save(folder)
    if before and not _still_fits(before.derived.fitted_on, len(passages)):
        before = None
    lsa, fitted_on = _projection(folder, corpus, passages, before, progress)
    old = (before.folder, before.derived.passages) if before else None
    vectors = embed_passages(folder, corpus, passages, lsa, before=old, changed=changed, progress=progress)
    lexical = _words(folder, corpus, len(passages), progress)
    progress("counting terms", 0, 1)
    build_terms(corpus.all()).save(folder)
    progress("choosing weights", 0, 1)
    weight = choose_weight(make_probes(corpus, passages), lexical.scores, lambda text: vectors @ lsa.vectors([text])[0])
    return Derived(passages=passages, fitted_on=fitted_on, lsa_weight=weight)


def _still_fits(fitted_on: int, passages: int) -> bool:
    return fitted_on / _REFIT <= passages <= fitted_on * _REFIT


def _texts(turns: Sequence[Turn]) -> Iterator[str]:
    for window in windows(turns):
        yield "\n".join(turn.text for turn in turns[window.first : window.last + 1])


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
    every = (text for stored in corpus.all() for text in _texts(stored.contact.turns))
    lsa = fit_lsa([text for text, wanted in zip(every, chosen, strict=True) if wanted])
    lsa.save(folder / LSA)
    return lsa, len(passages)


def _words(folder: Path, corpus: Corpus, total: int, progress: Progress) -> Lexical:
    progress("indexing words", 0, total)
    tokens: list[list[str]] = []
    for stored in corpus.all():
        turns = stored.contact.turns
        stemmed = [content_stems(turn.text) for turn in turns]
        tokens += [list(chain.from_iterable(stemmed[window.first : window.last + 1])) for window in windows(turns)]
    lexical = build_lexical(tokens)
    lexical.save(folder / BM25)
    return lexical
