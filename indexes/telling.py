"""The customers' turns and sentences that say most of what weighted words stand for."""

import math

import numpy as np
from numpy.typing import NDArray

from indexes.corpus import Corpus
from indexes.groups import log_odds_z
from indexes.quotes import Sentence, candidates, near_copies, same_contact
from indexes.terms import Terms, term_names
from indexes.text import content_stems, words
from indexes.types import Evidence

_QUOTES = 3
_READ = 40
_SURE = 1.96
_FULL = 8
_LONG = 200

Rows = NDArray[np.intp]
Reals = NDArray[np.float64]


def passages_telling(terms: Terms, weight: Reals, rows: Rows) -> int:
    """Count the turns of contacts (rows) in which any weighted word is said; `weight` has one entry a term."""
    return int((terms.weights(terms.turns_of(rows), weight) > 0).sum())


def quotes_telling(
    terms: Terms, weight: Reals, rows: Rows, corpus: Corpus, contact_ids: NDArray[np.str_], *, theme: str
) -> tuple[Evidence, ...]:
    """Quote up to three contacts (rows), one sentence each, that say most of what the weighted words stand for."""
    turns = terms.turns_of(rows)
    strongest = turns[np.argsort(-terms.weights(turns, weight), kind="stable")[:_READ]]
    names = {str(terms.names[c]): float(weight[c]) for c in np.flatnonzero(weight)}
    found: list[tuple[float, Sentence]] = []
    for turn in strongest:
        stored = corpus.get(str(contact_ids[terms.contact[turn]]))
        number = int(terms.number[turn])
        found += [(_told(names, s.text), s) for s in candidates(stored, number, number)] if stored else []
    return _best(found, theme)


def telling(
    terms: Terms, rows: Rows, others: Rows, corpus: Corpus, contact_ids: NDArray[np.str_], *, theme: str
) -> tuple[Evidence, ...]:
    """Quote contacts (rows) by the words that set them apart from other contacts."""
    others = np.setdiff1d(others, rows)
    if not len(rows) or not len(others):
        return ()
    said, unsaid = (terms.counts(side).astype(np.float64) for side in (rows, others))
    z = log_odds_z(said, len(rows), unsaid, len(others))
    weight = np.where(z >= _SURE, z, 0.0)
    return quotes_telling(terms, weight, rows, corpus, contact_ids, theme=theme) if weight.any() else ()


def _told(names: dict[str, float], text: str) -> float:
    """Weigh what a sentence says of a theme.

    One that says little beside it, is padded with courtesies or goes on for long counts less.
    """
    held = {name for name, _ in term_names(text)}
    said = sum(weight for name, weight in names.items() if name in held) / sum(names.values())
    content, length = len(content_stems(text)), len(text)
    plain = content / max(1, len(words(text)))
    return said * min(1.0, content / _FULL) * math.sqrt(plain) / math.sqrt(max(1.0, length / _LONG))


def _best(found: list[tuple[float, Sentence]], theme: str) -> tuple[Evidence, ...]:
    kept: list[tuple[float, Sentence]] = []
    for score, sentence in sorted(found, key=lambda item: -item[0]):
        if len(kept) == _QUOTES or score <= 0:
            break
        if not any(same_contact(sentence, s) or near_copies(sentence.text, s.text) for _, s in kept):
            kept.append((score, sentence))
    return tuple(sentence.evidence(min(score, 1.0), theme) for score, sentence in kept)
