"""Queries made from the corpus itself, to choose how rankings are merged."""

from collections.abc import Sequence

import numpy as np

from indexes.corpus import Corpus, Stored
from indexes.fusion import Probe
from indexes.passages import Passages
from indexes.text import STOP_WORDS, words

COUNT = 100
_LEAST_WORDS = 5


def make_probes(corpus: Corpus, passages: Passages, *, count: int = COUNT, seed: int = 7) -> tuple[Probe, ...]:
    """Ask with one customer turn for the other passages of its contact.

    A contact of a single passage is asked for with half the words of one of its turns.
    """
    rng = np.random.default_rng(seed)
    starts = passages.starts()
    probes: list[Probe] = []
    for position in rng.permutation(len(passages.contact_ids))[: 4 * count]:
        stored = corpus.get(str(passages.contact_ids[position]))
        rows = range(int(starts[position]), int(starts[position + 1]))
        if stored and (probe := _probe(stored, passages, rows, rng)):
            probes.append(probe)
        if len(probes) == count:
            break
    return tuple(probes)


def _probe(stored: Stored, passages: Passages, rows: Sequence[int], rng: np.random.Generator) -> Probe | None:
    told = [t for t in stored.contact.turns if t.speaker != "agent" and len(_content(t.text)) >= _LEAST_WORDS]
    if not told:
        return None
    turn = told[int(rng.integers(len(told)))]
    holding = frozenset(row for row in rows if passages.first[row] <= turn.number <= passages.last[row])
    others = frozenset(rows) - holding
    if others:
        return Probe(text=turn.text, relevant=others, hidden=holding)
    half = [word for word in words(turn.text) if rng.random() < 0.5]
    return Probe(text=" ".join(half), relevant=holding, hidden=frozenset()) if half else None


def _content(text: str) -> list[str]:
    return [word for word in words(text) if word not in STOP_WORDS]
