"""What some contacts say more than others: themes counted contact by contact."""

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.corpus import Corpus
from indexes.quotes import Sentence, candidates, near_copies, same_contact
from indexes.terms import Terms, term_names
from indexes.text import stems, words
from indexes.types import Evidence, Theme, ThemeEvidence

_LEAST = 5
_SAID_BY = 3
_FALSE_DISCOVERIES = 0.01
_PRIOR = 50.0
_CANDIDATES = 80
_TOGETHER = 0.5
_ABSORBED = 0.6
_QUOTES = 3
_READ = 40
_Z = 1.959963984540054

Rows = NDArray[np.intp]
Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slices:
    """Both sides and the terms that tell them apart, best first, with z each."""

    terms: Terms
    now: Rows
    baseline: Rows
    columns: Rows
    z: Reals
    said: NDArray[np.bool_]


def contrast(
    terms: Terms,
    corpus: Corpus,
    contact_ids: NDArray[np.str_],
    sides: tuple[Rows, Rows],
    *,
    contacts_in_slice: int,
    limit: int,
    ignore: Collection[str] = (),
) -> tuple[ThemeEvidence, ...]:
    """Group the terms said by more contacts of the first side than of the second into themes."""
    now, baseline = sides
    if len(now) < _LEAST or len(baseline) < _LEAST or not len(terms.names):
        return ()
    slices = _distinctive(terms, now, baseline, frozenset(stems([w for text in ignore for w in words(text)])))
    found: list[ThemeEvidence] = []
    for group in _groups(slices):
        if len(found) == limit:
            break
        if theme := _theme(slices, group, contacts_in_slice):
            quotes = _quotes(slices, group, corpus, contact_ids, theme.theme)
            found.append(ThemeEvidence(theme=theme, evidence=quotes))
    return tuple(found)


def log_odds_z(a: Reals, n: int, b: Reals, m: int, prior: Reals) -> Reals:
    """Compare shares a/n and b/m with a Dirichlet prior (Monroe, Colaresi, Quinn 2008, eq. 22)."""
    no = _PRIOR - prior
    odds = np.log((a + prior) / (n - a + no)) - np.log((b + prior) / (m - b + no))
    spread = 1 / (a + prior) + 1 / (n - a + no) + 1 / (b + prior) + 1 / (m - b + no)
    return np.asarray(odds / np.sqrt(spread))


def wilson(k: int, n: int) -> tuple[float, float]:
    """Give the 95 % interval of k of n (Wilson 1927)."""
    share, z2 = k / n, _Z * _Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def _distinctive(terms: Terms, now: Rows, baseline: Rows, ignore: frozenset[str]) -> _Slices:
    a, b = terms.counts(now).astype(float), terms.counts(baseline).astype(float)
    pooled = (a + b + 0.5) / (len(now) + len(baseline) + 1)
    z = log_odds_z(a, len(now), b, len(baseline), _PRIOR * pooled)
    allowed = (a >= _SAID_BY) & (a / len(now) > b / len(baseline))
    allowed &= np.array([ignore.isdisjoint(str(name).split()) for name in terms.names])
    tested = np.flatnonzero(allowed)
    kept = tested[_discovered(z[tested])]
    columns = kept[np.argsort(-z[kept], kind="stable")][:_CANDIDATES]
    return _Slices(
        terms=terms, now=now, baseline=baseline, columns=columns, z=z[columns], said=terms.says(now, columns)
    )


def _discovered(z: Reals) -> NDArray[np.bool_]:
    """Hold the share of false finds at 1 % (Benjamini, Hochberg 1995)."""
    p = np.array([0.5 * math.erfc(value / math.sqrt(2)) for value in z])
    order = np.argsort(p, kind="stable")
    passes = p[order] <= _FALSE_DISCOVERIES * np.arange(1, len(p) + 1) / max(len(p), 1)
    last = int(np.flatnonzero(passes)[-1]) + 1 if passes.any() else 0
    out = np.zeros(len(p), dtype=bool)
    out[order[:last]] = True
    return out


def _groups(slices: _Slices) -> list[list[int]]:
    """Gather terms said by the same contacts, or sharing a word, around the strongest one left."""
    names = [frozenset(str(name).split()) for name in slices.terms.names[slices.columns]]
    left = list(range(len(names)))
    groups: list[list[int]] = []
    while left:
        seed = left[0]
        group = [i for i in left if i == seed or names[i] & names[seed] or _jaccard(slices.said, i, seed) >= _TOGETHER]
        covered: NDArray[np.bool_] = np.asarray(slices.said[:, group].any(axis=1))
        left = [i for i in left if i not in group and _inside(slices.said[:, i], covered) < _ABSORBED]
        groups.append(group)
    return groups


def _jaccard(said: NDArray[np.bool_], i: int, j: int) -> float:
    return float((said[:, i] & said[:, j]).sum() / max((said[:, i] | said[:, j]).sum(), 1))


def _inside(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float((one & other).sum() / max(one.sum(), 1))


def _theme(slices: _Slices, group: list[int], contacts_in_slice: int) -> Theme | None:
    """Count the contacts that say any of the group's terms on both sides; None where they do not differ."""
    columns = slices.columns[group]
    saying = int(slices.said[:, group].any(axis=1).sum())
    before = int(slices.terms.says(slices.baseline, columns).any(axis=1).sum())
    n, m = len(slices.now), len(slices.baseline)
    prior = _PRIOR * np.array([(saying + before + 0.5) / (n + m + 1)])
    if log_odds_z(np.array([saying]), n, np.array([before]), m, prior)[0] < _Z:
        return None
    turns = slices.terms.turns_of(slices.now)
    weight = np.zeros(len(slices.terms.names))
    weight[columns] = 1.0
    return Theme(
        theme=_name(slices, group, saying),
        passages=int((slices.terms.weights(turns, weight) > 0).sum()),
        contacts=saying,
        of_contacts=n,
        contacts_in_slice=contacts_in_slice,
        share=saying / n,
        share_before=before / m,
        ci=wilson(saying, n),
    )


def _name(slices: _Slices, group: list[int], saying: int) -> str:
    """Take the strongest pair of words that a fair part of the theme says, else its strongest word."""
    surfaces = slices.terms.surfaces[slices.columns]
    pairs = [i for i in group if " " in surfaces[i] and slices.said[:, i].sum() >= 0.15 * saying]
    return str(surfaces[pairs[0] if pairs else group[0]])


def _quotes(
    slices: _Slices, group: list[int], corpus: Corpus, contact_ids: NDArray[np.str_], theme: str
) -> tuple[Evidence, ...]:
    """Quote the turns that say most of a theme, one a contact."""
    weight = np.zeros(len(slices.terms.names))
    weight[slices.columns[group]] = slices.z[group]
    turns = slices.terms.turns_of(slices.now)
    weights = slices.terms.weights(turns, weight)
    strongest = turns[np.argsort(-weights, kind="stable")[:_READ]]
    names = {str(slices.terms.names[c]): float(weight[c]) for c in slices.columns[group]}
    found: list[tuple[float, Sentence]] = []
    for turn in strongest:
        stored = corpus.get(str(contact_ids[slices.terms.contact[turn]]))
        number = int(slices.terms.number[turn])
        found += [(_told(names, s.text), s) for s in candidates(stored, number, number)] if stored else []
    return _best(found, theme)


def _told(names: dict[str, float], text: str) -> float:
    """Weigh what a sentence says of a theme; long-winded ones count less."""
    held = {name for name, _ in term_names(text)}
    total = sum(names.values())
    said = sum(weight for name, weight in names.items() if name in held) / total if total else 0.0
    return said / math.sqrt(max(1.0, len(text) / 160))


def _best(found: list[tuple[float, Sentence]], theme: str) -> tuple[Evidence, ...]:
    kept: list[tuple[float, Sentence]] = []
    for score, sentence in sorted(found, key=lambda item: -item[0]):
        if len(kept) == _QUOTES or score <= 0:
            break
        if not any(same_contact(sentence, s) or near_copies(sentence.text, s.text) for _, s in kept):
            kept.append((score, sentence))
    return tuple(sentence.evidence(min(score, 1.0), theme) for score, sentence in kept)
