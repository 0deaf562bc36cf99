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
_SAID_AT_ALL = 8
_PRIOR = 10.0
_CANDIDATE_Z = 2.326
_SHUFFLES = 60
_CHANCE = 0.05
_NAMED_BY = 3
_QUOTES = 3
_READ = 40
_Z = 1.959963984540054

Rows = NDArray[np.intp]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """Single words (columns) that contacts of both sides (rows) say; `now` marks the rows of the first side."""

    terms: Terms
    columns: Rows
    said: Flags
    now: Flags
    kin: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Words that make a theme, the strongest first, with the z of each and of all together."""

    words: tuple[int, ...]
    z: tuple[float, ...]
    total: float


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
    """Group the words said by more contacts of the first side than of the second into themes.

    A theme counts when it is stronger than the strongest one found in 95 % of shuffles of the contacts
    between the sides, so that all themes together are false in at most 5 % of questions without a difference.
    """
    now, baseline = sides[0], np.setdiff1d(sides[1], sides[0])
    if len(now) < _LEAST or len(baseline) < _LEAST or not len(terms.names):
        return ()
    said = _said(terms, now, baseline, frozenset(stems([w for text in ignore for w in words(text)])))
    groups = _groups(said, said.now)
    bar = _bar(said) if groups else 0.0
    found = [group for group in groups if group.total > bar][:limit]
    return tuple(
        ThemeEvidence(
            theme=_theme(said, group, now, contacts_in_slice),
            evidence=_quotes(said, group, corpus, contact_ids, now),
        )
        for group in found
    )


def log_odds_z(a: Reals, n: int, b: Reals, m: int) -> Reals:
    """Compare shares a/n and b/m under a Dirichlet prior of the pooled share (Monroe, Colaresi, Quinn 2008, eq. 22)."""
    prior = _PRIOR * (a + b + 0.5) / (n + m + 1)
    no = _PRIOR - prior
    odds = np.log((a + prior) / (n - a + no)) - np.log((b + prior) / (m - b + no))
    spread = 1 / (a + prior) + 1 / (n - a + no) + 1 / (b + prior) + 1 / (m - b + no)
    return np.asarray(odds / np.sqrt(spread))


def wilson(k: int, n: int) -> tuple[float, float]:
    """Give the 95 % interval of k of n (Wilson 1927)."""
    share, z2 = k / n, _Z * _Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return 0.0 if k == 0 else max(0.0, centre - half), 1.0 if k == n else min(1.0, centre + half)


def _said(terms: Terms, now: Rows, baseline: Rows, ignore: frozenset[str]) -> _Said:
    """Look at the single words that enough contacts of both sides together say."""
    both = np.concatenate([now, baseline])
    allowed = terms.counts(both) >= _SAID_AT_ALL
    allowed &= np.array([" " not in name and name not in ignore for name in terms.names.tolist()], dtype=bool)
    columns = np.flatnonzero(allowed)
    place = np.full(len(terms.names), -1)
    place[columns] = np.arange(len(columns))
    kin = np.eye(len(columns), dtype=bool)
    for i, column in enumerate(columns):
        near = place[terms.kin(int(column))]
        kin[i, near[near >= 0]] = True
    marks = np.zeros(len(both), dtype=bool)
    marks[: len(now)] = True
    return _Said(terms=terms, columns=columns, said=terms.says(both, columns), now=marks, kin=kin)


def _groups(said: _Said, now: Flags) -> list[_Group]:
    """Gather around each strong word its company, as long as that sets the sides further apart."""
    a, b = said.said[now].sum(axis=0).astype(float), said.said[~now].sum(axis=0).astype(float)
    z = log_odds_z(a, int(now.sum()), b, int((~now).sum()))
    left = [int(i) for i in np.argsort(-z, kind="stable") if z[i] >= _CANDIDATE_Z and a[i] >= _SAID_BY]
    groups: list[_Group] = []
    while left:
        chosen, total = _grown(said, now, left, float(z[left[0]]))
        groups.append(_Group(words=tuple(chosen), z=tuple(float(z[i]) for i in chosen), total=total))
        near = np.asarray(said.kin[chosen].any(axis=0), dtype=bool)
        left = [i for i in left if not near[i]]
    return sorted(groups, key=lambda group: -group.total)


def _grown(said: _Said, now: Flags, left: list[int], total: float) -> tuple[list[int], float]:
    seed = left[0]
    chosen, saying = [seed], np.asarray(said.said[:, seed], dtype=bool)
    for i in left[1:]:
        if not said.kin[seed, i]:
            continue
        wider = saying | said.said[:, i]
        if (z := _apart(wider, now)) > total:
            chosen, saying, total = [*chosen, i], wider, z
    return chosen, total


def _apart(saying: Flags, now: Flags) -> float:
    a, b = np.array([float((saying & now).sum())]), np.array([float((saying & ~now).sum())])
    return float(log_odds_z(a, int(now.sum()), b, int((~now).sum()))[0])


def _bar(said: _Said) -> float:
    """Shuffle the contacts between the sides and see how strong a theme chance makes (Westfall, Young 1993)."""
    rng = np.random.default_rng(11)
    strongest = []
    for _ in range(_SHUFFLES):
        groups = _groups(said, rng.permutation(said.now))
        strongest.append(groups[0].total if groups else 0.0)
    return float(np.quantile(strongest, 1 - _CHANCE))


def _theme(said: _Said, group: _Group, now: Rows, contacts_in_slice: int) -> Theme:
    """Count the contacts that say any of the group's words, on both sides; its passages are turns."""
    saying = np.asarray(said.said[:, list(group.words)].any(axis=1), dtype=bool)
    contacts, before = int((saying & said.now).sum()), int((saying & ~said.now).sum())
    n, m = len(now), int((~said.now).sum())
    return Theme(
        theme=", ".join(said.terms.surfaces[said.columns[list(group.words[:_NAMED_BY])]]),
        passages=_passages(said, group, now),
        contacts=contacts,
        of_contacts=n,
        contacts_in_slice=contacts_in_slice,
        share=contacts / n,
        share_before=before / m,
        ci=wilson(contacts, n),
    )


def _passages(said: _Said, group: _Group, now: Rows) -> int:
    weight = np.zeros(len(said.terms.names))
    weight[said.columns[list(group.words)]] = 1.0
    return int((said.terms.weights(said.terms.turns_of(now), weight) > 0).sum())


def _quotes(
    said: _Said, group: _Group, corpus: Corpus, contact_ids: NDArray[np.str_], now: Rows
) -> tuple[Evidence, ...]:
    """Quote the turns that say most of a theme, one a contact."""
    terms, columns = said.terms, said.columns[list(group.words)]
    weight = np.zeros(len(terms.names))
    weight[columns] = group.z
    turns = terms.turns_of(now)
    weights = terms.weights(turns, weight)
    strongest = turns[np.argsort(-weights, kind="stable")[:_READ]]
    names = {str(terms.names[c]): float(weight[c]) for c in columns}
    found: list[tuple[float, Sentence]] = []
    for turn in strongest:
        stored = corpus.get(str(contact_ids[terms.contact[turn]]))
        number = int(terms.number[turn])
        found += [(_told(names, s.text), s) for s in candidates(stored, number, number)] if stored else []
    return _best(found, ", ".join(terms.surfaces[columns[:_NAMED_BY]]))


def _told(names: dict[str, float], text: str) -> float:
    """Weigh what a sentence says of a theme; a few words alone and long-winded ones count less."""
    held = {name for name, _ in term_names(text)}
    said = sum(weight for name, weight in names.items() if name in held) / sum(names.values())
    length = len(text)
    return said * min(1.0, length / 40) / math.sqrt(max(1.0, length / 160))


def _best(found: list[tuple[float, Sentence]], theme: str) -> tuple[Evidence, ...]:
    kept: list[tuple[float, Sentence]] = []
    for score, sentence in sorted(found, key=lambda item: -item[0]):
        if len(kept) == _QUOTES or score <= 0:
            break
        if not any(same_contact(sentence, s) or near_copies(sentence.text, s.text) for _, s in kept):
            kept.append((score, sentence))
    return tuple(sentence.evidence(min(score, 1.0), theme) for score, sentence in kept)
