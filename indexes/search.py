"""Searching the index: BM25 and LSA fused, one quote a contact."""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from indexes.contrast import contrast
from indexes.corpus import CORPUS, Corpus
from indexes.counter import opposes
from indexes.dense import Dense, Embedder
from indexes.derive import LSA
from indexes.embed import VECTORS
from indexes.fusion import DEPTH, fuse, ranked
from indexes.lexical import Lexical, load_lexical
from indexes.lsa import Lsa, Vectors, load_lsa
from indexes.naming import load_reasons
from indexes.passages import Passages, load_passages
from indexes.quotes import Sentence, candidates, near_copies, overlap
from indexes.settings import ThemeSettings
from indexes.shelves import ChromaShelf, Shelf, Store
from indexes.telling import telling
from indexes.terms import Terms, load_terms
from indexes.text import content_stems, stems, words
from indexes.themes import Themes, curate, leading, listed
from indexes.types import Evidence, IndexStatus, ListedTheme, ThemeEvidence
from indexes.versions import Manifest, Source, corrupt, current, load_manifest
from indexes.windows import parse_citation
from indexes.words import BM25
from semantic_layer.errors import UpstreamError, UserError

Loaded = TypeVar("Loaded")

_NEAR = 0.15
_LOOKED_AT = 40
_TELLING = 40
_OPPOSED = 200
_STOP_WEIGHT = 0.5
_LEAST_FIT = 0.15
_SPELLED = 0.4
# Cosines of unrelated sentences stay below this with MiniLM and its kin.
_MEANT = 0.35


class TranscriptIndex:
    """One version of an index, open for reading; what a search does not need is not loaded."""

    def __init__(
        self, folder: Path, manifest: Manifest, passages: Passages, corpus: Corpus, wishes: ThemeSettings
    ) -> None:
        self._dense: Dense | None = None
        self._shelf: Shelf = ChromaShelf()
        self._unshelved = ""
        self._folder = folder
        self._wishes = wishes
        self._manifest = manifest
        self._passages = passages
        self._corpus = corpus
        self._positions = {str(contact_id): i for i, contact_id in enumerate(passages.contact_ids)}

    @classmethod
    def open(
        cls,
        root: Path,
        *,
        themes: ThemeSettings | None = None,
        embedder: Embedder | None = None,
        shelf: Shelf | None = None,
    ) -> "TranscriptIndex":
        """Open the version in use, its themes as wished; raise UserError (missing_index, corrupt_index).

        Embeddings are searched where the version was built with the same embedder, and a note says where not.
        """
        folder = current(root)
        manifest = load_manifest(folder)
        try:
            passages, corpus = load_passages(folder), Corpus.open(folder / CORPUS)
            index = cls(folder, manifest, passages, corpus, themes or ThemeSettings())
            if embedder:
                index._dense = Dense(folder, embedder, built_with=manifest.embedder)
            index._shelf = shelf or index._shelf
            return index
        except (OSError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
            raise corrupt(folder) from error

    @property
    def contact_ids(self) -> frozenset[str]:
        """The contacts that have a transcript."""
        return frozenset(self._positions)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the last search had to do without."""
        return tuple(note for note in (self._dense.failed if self._dense else "", self._unshelved) if note)

    def without(self) -> tuple[str, ...]:
        """Say what is configured and cannot be used, looking for it first."""
        try:
            _ = self._store
        except UpstreamError as error:
            self._unshelved = f"searched without the store of vectors: {error.message}"
        return self.notes

    def status(self, *, contact_ids: Collection[str] | None = None) -> IndexStatus:
        """Say what the index holds, of some contacts where asked, and whether its files have changed since."""
        held = None if contact_ids is None else self._known(contact_ids)
        return IndexStatus(
            contacts=self._manifest.contacts if held is None else len(held),
            passages=self._manifest.passages if contact_ids is None else len(self._rows(contact_ids)),
            stale=any(_changed(source) for source in self._manifest.sources),
            bad_lines=self._manifest.bad_lines,
        )

    def texts(self) -> dict[str, str]:
        """Map each contact to its redacted words, without turns flagged as instructions."""
        return {
            stored.contact.contact_id: "\n".join(t.text for t in stored.contact.turns if t.number not in stored.flagged)
            for stored in self._corpus.all()
        }

    def quote(self, citation: str) -> str:
        """Give the redacted text of the turns cited, one a line; raise UserError (unknown_citation)."""
        parsed = parse_citation(citation)
        stored = self._corpus.get(parsed[0]) if parsed else None
        turns = (
            [t.text for t in stored.contact.turns if parsed[1] <= t.number <= parsed[2]] if parsed and stored else []
        )
        if not turns:
            raise UserError(
                f"nothing in the index is cited '{citation}'",
                code="unknown_citation",
                hint="a citation is contact_id:first-last, as `because search` prints it",
            )
        return "\n".join(turns)

    def search(self, text: str, *, contact_ids: Collection[str] | None = None, k: int = 8) -> tuple[Evidence, ...]:
        """Find the k contacts that best answer a text, the best sentence of each as its quote.

        `contact_ids` limits the search to those contacts; passages flagged as instructions are never quoted.
        """
        rows = None if contact_ids is None else self._rows(contact_ids)
        if k < 1 or not content_stems(text) or (rows is not None and not len(rows)):
            return ()
        near = self._dense.similarities(text) if self._dense and self._manifest.dense_weight else None
        if near is None and not self._understands(text):
            return ()
        return self._quoted(text, fuse(self._rankings(text, rows, near)), k, near)

    def contrast(
        self,
        now: Collection[str],
        baseline: Collection[str],
        *,
        elsewhere: Collection[str] = (),
        contacts_in_slice: int,
        limit: int = 4,
        ignore: Collection[str] = (),
    ) -> tuple[ThemeEvidence, ...]:
        """Find what contacts in `now` say more than those in `baseline`, in their own words.

        `contacts_in_slice` counts all contacts of the slice, transcript or not; words of `ignore` (the slice's own
        names) make no theme; the themes are counted `elsewhere`, too. Nothing is returned where nothing is distinctive.
        """
        return contrast(
            self._terms,
            self._corpus,
            self._passages.contact_ids,
            (self._known(now), self._known(baseline), self._known(elsewhere)),
            contacts_in_slice=contacts_in_slice,
            limit=limit,
            ignore=ignore,
        )

    def telling(
        self, contact_ids: Collection[str], others: Collection[str], *, theme: str, k: int = 2
    ) -> tuple[Evidence, ...]:
        """Quote up to k of some contacts: the sentences that say most of what sets them apart from the others."""
        rows, rest = self._known(contact_ids), self._known(others)
        return telling(self._terms, rows, rest, self._corpus, self._passages.contact_ids, theme=theme)[:k]

    def opposed(
        self, theme: str, supports: Sequence[str], *, contact_ids: Collection[str], k: int = 1
    ) -> tuple[Evidence, ...]:
        """Quote up to k of some contacts that say the opposite of what supports a theme, where one does."""
        rows = self._rows(contact_ids)
        scores = self._lexical.scores(" ".join([theme, *supports]))
        told = _ranked_of(scores, rows, depth=_OPPOSED) if len(rows) else ()
        found = {s.text: s for row in told for s in self._sentences(int(row))}
        opposed = [(1.0, sentence) for text, sentence in found.items() if opposes(text, theme, supports)]
        quotes = _distinct(opposed, k)
        return tuple(replace(quote, theme=theme, stance="counters") for quote in quotes)

    def leading(
        self, now: Collection[str], baseline: Collection[str] = (), *, contacts_in_slice: int, limit: int = 6
    ) -> tuple[ThemeEvidence, ...]:
        """Count the themes of contacts, the most frequent first, beside their share of the baseline's contacts."""
        rows = self._known(now)
        if not len(rows):
            return ()
        return leading(
            self.themes,
            self._terms,
            self._corpus,
            self._passages.contact_ids,
            (rows, self._known(baseline)),
            contacts_in_slice=contacts_in_slice,
            limit=limit,
        )

    def carried(self) -> dict[str, str]:
        """Map each contact that carries a theme to its name."""
        themes = self.themes
        return {c: themes.names[themes.of[i]] for c, i in self._positions.items() if themes.of[i] >= 0}

    def listed_themes(self, *, contact_ids: Collection[str] | None = None) -> tuple[ListedTheme, ...]:
        """List the themes, the most frequent first; of some contacts, those that one of them carries."""
        every = listed(self.themes, self._terms, None if contact_ids is None else self._known(contact_ids))
        return every if contact_ids is None else tuple(theme for theme in every if theme.contacts)

    def _understands(self, text: str) -> bool:
        """Say whether the corpus knows a word of the text, or at least how its words are spelled."""
        known = any(self._lexical.knows(stem) for stem in content_stems(text))
        return known or self._lsa.features.coverage(text) >= _SPELLED

    def _known(self, contact_ids: Collection[str]) -> NDArray[np.intp]:
        """Give the positions of contacts, in order; looks through the smaller side."""
        if len(contact_ids) > len(self._positions):
            wanted = contact_ids if isinstance(contact_ids, (set, frozenset)) else frozenset(contact_ids)
            found = [i for contact_id, i in self._positions.items() if contact_id in wanted]
        else:
            found = [self._positions[c] for c in contact_ids if c in self._positions]
        return np.unique(np.array(found, dtype=np.intp))

    def _rows(self, contact_ids: Collection[str]) -> NDArray[np.intp]:
        wanted = np.zeros(len(self._positions), dtype=bool)
        wanted[self._known(contact_ids)] = True
        return np.flatnonzero(wanted[self._passages.contact])

    def _rankings(
        self, text: str, rows: NDArray[np.intp] | None, near: Vectors | None
    ) -> list[tuple[NDArray[np.intp], float]]:
        """Rank by each channel, with its weight; `near` are the similarities that an embedder sees."""
        rankings = [(_ranked_of(self._lexical.scores(text), rows), 1.0)]
        if self._manifest.lsa_weight:
            query = self._lsa.vectors([text])[0]
            shape = self._nearest(query) if rows is None else self._nearest_of(query, rows)
            rankings.append((shape, self._manifest.lsa_weight))
        if near is not None:
            rankings.append((_ranked_of(near, rows), self._manifest.dense_weight))
        return rankings

    def _nearest(self, query: Vectors) -> NDArray[np.intp]:
        """Ask the store of vectors; one that fails, or is another's, is done without: slower, and exact."""
        from llama_index.core.vector_stores.types import VectorStoreQuery

        if not query.any():
            return np.zeros(0, dtype=np.intp)
        every = np.arange(len(self._passages), dtype=np.intp)
        if self._manifest.store != self._shelf.name:
            self._unshelved = f"the index was built with its vectors in {self._manifest.store}; build it again"
            return self._nearest_of(query, every)
        try:
            found = self._store.query(VectorStoreQuery(query_embedding=query.tolist(), similarity_top_k=DEPTH))
        except UpstreamError as error:
            self._unshelved = f"searched without the store of vectors: {error.message}"
            return self._nearest_of(query, every)
        self._unshelved = ""
        near = [i for i, s in zip(found.ids or (), found.similarities or (), strict=True) if s > _NEAR]
        return np.array([self._row_of[i] for i in near if i in self._row_of], dtype=np.intp)

    def _nearest_of(self, query: Vectors, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Compare with the vectors of a slice: exact, and faster than a filter over its ids in Chroma."""
        if 2 * len(rows) < len(self._passages):
            return rows[ranked(self._vectors[rows] @ query, floor=_NEAR)]
        near = np.full(len(self._passages), -1.0, dtype=np.float32)
        near[rows] = (self._vectors @ query)[rows]
        return ranked(near, floor=_NEAR)

    def _quoted(self, text: str, hits: list[tuple[int, float]], k: int, near: Vectors | None) -> tuple[Evidence, ...]:
        leaders: dict[int, tuple[int, float]] = {}
        for row, score in hits:
            if len(leaders) >= max(_LOOKED_AT, 2 * k):
                break
            leaders.setdefault(int(self._passages.contact[row]), (row, score))
        found = [(row, sentence, score) for row, score in leaders.values() for sentence in self._sentences(row)]
        meant = None if near is None else near[[row for row, _, _ in found]]
        scored = zip(found, self._fit(text, [sentence.text for _, sentence, _ in found], meant), strict=True)
        best: dict[str, tuple[float, Sentence]] = {}
        for (_, sentence, score), fit in scored:
            contact_id, total = sentence.stored.contact.contact_id, 0.4 * score + 0.6 * float(fit)
            if fit < _LEAST_FIT:
                continue
            if contact_id not in best or total > best[contact_id][0]:
                best[contact_id] = total, sentence
        return _distinct(sorted(best.values(), key=lambda item: -item[0]), k)

    def _sentences(self, row: int) -> list[Sentence]:
        stored = self._corpus.get(self._passages.contact_id(row))
        return candidates(stored, int(self._passages.first[row]), int(self._passages.last[row])) if stored else []

    def _fit(self, text: str, texts: list[str], meant: Vectors | None) -> NDArray[np.float64]:
        """Say how well sentences answer: by the words they share with the query, their shape and a fair length.

        Where the corpus knows none of the words, as with a misspelt query, by shape alone. A passage that an
        embedder sees as near (`meant`) lifts its sentences, so that one may answer in words of its own.
        """
        idf = self._weights(text)
        shared = np.array([overlap(idf, one) for one in texts])
        shape = self._lsa.vectors(texts) @ self._lsa.vectors([text])[0] if texts else np.zeros(0)
        fit = 0.6 * shared + 0.4 * np.maximum(shape, 0.0) if idf else np.maximum(shape, 0.0)
        if meant is not None:
            fit = 1 - (1 - fit) * (1 - np.where(meant > _MEANT, meant, 0.0))
        return np.asarray(fit * np.sqrt(np.minimum(1.0, np.array([len(one) for one in texts]) / _TELLING)))

    def _weights(self, text: str) -> dict[str, float]:
        """Weigh a query's stems: by their rarity, and stop words a little; empty where none is known."""
        known = {stem: self._lexical.idf(stem) for stem in content_stems(text) if self._lexical.knows(stem)}
        return dict.fromkeys(stems(words(text)), _STOP_WEIGHT) | known if known else {}

    @cached_property
    def _lexical(self) -> Lexical:
        return self._loaded(lambda: load_lexical(self._folder / BM25, len(self._passages)))

    @cached_property
    def _lsa(self) -> Lsa:
        return self._loaded(lambda: load_lsa(self._folder / LSA))

    @cached_property
    def _vectors(self) -> Vectors:
        return self._loaded(lambda: np.load(self._folder / VECTORS, mmap_mode="r"))

    @cached_property
    def _terms(self) -> Terms:
        return self._loaded(lambda: load_terms(self._folder))

    @cached_property
    def themes(self) -> Themes:
        """Which contact carries which theme; raise UserError (unknown_theme) where a wish names none."""
        return curate(self._terms, self._loaded(lambda: load_reasons(self._folder)), self._wishes)

    @cached_property
    def _store(self) -> Store:
        return self._loaded(lambda: self._shelf.open(self._folder, self._lsa.dimensions))

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {self._passages.citation(row): row for row in range(len(self._passages))}

    def _loaded(self, load: Callable[[], Loaded]) -> Loaded:
        try:
            return load()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise corrupt(self._folder) from error


def _ranked_of(scores: Vectors, rows: NDArray[np.intp] | None, *, depth: int = DEPTH) -> NDArray[np.intp]:
    return ranked(scores, depth) if rows is None else rows[ranked(scores[rows], depth)]


def _distinct(ordered: list[tuple[float, Sentence]], k: int) -> tuple[Evidence, ...]:
    kept: list[tuple[float, Sentence]] = []
    for score, sentence in ordered:
        if len(kept) == k:
            break
        if not any(near_copies(sentence.text, other.text) for _, other in kept):
            kept.append((score, sentence))
    return tuple(sentence.evidence(score) for score, sentence in kept)


def _changed(source: Source) -> bool:
    file = Path(source.path)
    return not file.is_file() or Source.of(file) != source
