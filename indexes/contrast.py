"""What some contacts say more than others: themes counted contact by contact."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indexes.corpus import Corpus
from indexes.quotes import Sentence, candidates, near_copies, same_contact
from indexes.terms import Terms, term_names
from indexes.text import stems, words
from indexes.types import Evidence, Theme, ThemeEvidence

_LEAST = 5
_SAID_AT_ALL = 8
_PRIOR = 4.0
_STRONG_WORD = 2.326
_STRONG_REASON = 1.645
_SHUFFLES = 60
_CHANCE = 0.02
_NAMED_BY = 3
_SHARED = 0.5
_QUOTES = 3
_READ = 40
_Z = 1.959963984540054

Rows = NDArray[np.intp]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What contacts of both sides (rows) say: single words, then reasons for calling (columns).

    `columns[i]` is the term of word i, `reasons[j]` the reason of column len(columns) + j; `now` marks the rows
    of the first side; `kin` says which columns keep company.
    """

    terms: Terms
    columns: Rows
    reasons: Rows
    said: Flags
    counted: NDArray[np.float32]
    now: Flags
    kin: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """What makes a theme: its columns, the words that tell it with a weight each, and how far it sets sides apart."""

    kind: Literal["reason", "word"]
    members: tuple[int, ...]
    words: tuple[int, ...]
    weights: tuple[float, ...]
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
    """Find the themes that more contacts of the first side have than of the second.

    A theme is a reason for calling or a family of words. It counts when it is stronger than the strongest of its
    kind in 98 % of shuffles of the contacts between the sides.
    """
    now, baseline = sides[0], np.setdiff1d(sides[1], sides[0])
    if len(now) < _LEAST or len(baseline) < _LEAST or not len(terms.names):
        return ()
    said = _said(terms, now, baseline, frozenset(stems([w for text in ignore for w in words(text)])))
    groups = _groups(said, said.now)
    bars = _bars(said) if groups else {}
    found = _apart_from_one_another(said, [group for group in groups if group.total > bars[group.kind]])[:limit]
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
    """Look at the single words and the reasons that enough contacts of both sides together have."""
    both = np.concatenate([now, baseline])
    allowed = terms.counts(both) >= _SAID_AT_ALL
    allowed &= np.array([" " not in name and name not in ignore for name in terms.names.tolist()], dtype=bool)
    columns = np.flatnonzero(allowed)
    labels = terms.reason[both]
    reasons = np.flatnonzero(np.bincount(labels[labels >= 0], minlength=len(terms.reason_words)) >= _SAID_AT_ALL)
    marks = np.zeros(len(both), dtype=bool)
    marks[: len(now)] = True
    said = np.hstack([terms.says(both, columns), labels[:, None] == reasons[None, :]])
    return _Said(
        terms=terms,
        columns=columns,
        reasons=reasons,
        said=said,
        counted=said.astype(np.float32),
        now=marks,
        kin=_kin(terms, columns, reasons),
    )


def _kin(terms: Terms, columns: Rows, reasons: Rows) -> Flags:
    """Words keep company with words, reasons with reasons."""
    place = np.full(len(terms.names), -1)
    place[columns] = np.arange(len(columns))
    kin = np.eye(len(columns) + len(reasons), dtype=bool)
    kin[len(columns) :, len(columns) :] = terms.reason_near[np.ix_(reasons, reasons)]
    for i, column in enumerate(columns):
        near = place[terms.kin(int(column))]
        kin[i, near[near >= 0]] = True
    return kin


def _groups(said: _Said, now: Flags) -> list[_Group]:
    """Grow groups from the strongest reasons and from the strongest words, the strongest group first."""
    a = (now.astype(np.float32) @ said.counted).astype(np.float64)
    b = said.counted.sum(axis=0) - a
    z = log_odds_z(a, int(now.sum()), b, int((~now).sum()))
    order = [int(i) for i in np.argsort(-z, kind="stable")]
    words = _strong([i for i in order if i < len(said.columns)], z, _STRONG_WORD)
    groups = [_word_group(said, chosen, z, total) for chosen, total in _grown(said, now, z, words, company=2)]
    reasons = _strong([i for i in order if i >= len(said.columns)], z, _STRONG_REASON)
    groups += [_reason_group(said, chosen, total) for chosen, total in _grown(said, now, z, reasons, company=1)]
    return sorted(groups, key=lambda group: -group.total)


def _strong(order: list[int], z: Reals, least: float) -> list[int]:
    """Keep the strong ones, and always the strongest: how strong it is by chance is what shuffling asks."""
    return [i for rank, i in enumerate(order) if rank == 0 or z[i] >= least]


def _word_group(said: _Said, chosen: list[int], z: Reals, total: float) -> _Group:
    terms = tuple(int(said.columns[i]) for i in chosen)
    return _Group(kind="word", members=tuple(chosen), words=terms, weights=tuple(z[chosen].tolist()), total=total)


def _reason_group(said: _Said, chosen: list[int], total: float) -> _Group:
    """Tell reasons by their words, those that lead any of them first."""
    rows = said.terms.reason_words[said.reasons[[i - len(said.columns) for i in chosen]]]
    weights: dict[int, float] = {}
    for rank, column in enumerate(rows.T):
        for word in column.tolist():
            weights[word] = max(weights.get(word, 0.0), 1 / (1 + rank))
    return _Group(
        kind="reason", members=tuple(chosen), words=tuple(weights), weights=tuple(weights.values()), total=total
    )


def _grown(said: _Said, now: Flags, z: Reals, strong: list[int], *, company: int) -> Iterator[tuple[list[int], float]]:
    """Add to the strongest left those that keep company with it and with others chosen, while that helps."""
    left = strong
    while left:
        chosen, saying, total = [left[0]], said.said[:, left[0]], float(z[left[0]])
        for i in left[1:]:
            if int(said.kin[chosen, i].sum()) < min(company, len(chosen)):
                continue
            wider = saying | said.said[:, i]
            if (together := _apart(wider, now)) > total:
                chosen, saying, total = [*chosen, i], wider, together
        yield chosen, total
        near = np.asarray(said.kin[chosen].any(axis=0), dtype=bool)
        left = [i for i in left if not near[i]]


def _saying(said: _Said, group: _Group) -> Flags:
    return np.asarray(said.said[:, list(group.members)].any(axis=1), dtype=bool)


def _apart_from_one_another(said: _Said, groups: list[_Group]) -> list[_Group]:
    """Drop a group most of whose contacts, or whose words, an earlier one already has."""
    kept: list[_Group] = []
    for group in groups:
        mine = _saying(said, group) & said.now
        shared = [float((mine & _saying(said, other)).sum() / max(mine.sum(), 1)) for other in kept]
        same_words = any(set(group.words[:_NAMED_BY]) & set(other.words[:_NAMED_BY]) for other in kept)
        if not same_words and all(share < _SHARED for share in shared):
            kept.append(group)
    return kept


def _apart(saying: Flags, now: Flags) -> float:
    a, b = np.array([float((saying & now).sum())]), np.array([float((saying & ~now).sum())])
    return float(log_odds_z(a, int(now.sum()), b, int((~now).sum()))[0])


def _bars(said: _Said) -> dict[str, float]:
    """Shuffle the contacts between the sides and see how strong a theme chance makes (Westfall, Young 1993)."""
    rng = np.random.default_rng(11)
    strongest: dict[str, list[float]] = {"reason": [], "word": []}
    for _ in range(_SHUFFLES):
        groups = _groups(said, rng.permutation(said.now))
        for kind, found in strongest.items():
            found.append(max((group.total for group in groups if group.kind == kind), default=0.0))
    return {kind: _exceeded_by(np.array(found), _CHANCE) for kind, found in strongest.items()}


def _exceeded_by(maxima: Reals, chance: float) -> float:
    """Give the value that a maximum exceeds with a chance (Gumbel's law, fitted by moments)."""
    scale = float(maxima.std(ddof=1)) * math.sqrt(6) / math.pi
    return float(maxima.mean()) - np.euler_gamma * scale - scale * math.log(-math.log(1 - chance))


def _theme(said: _Said, group: _Group, now: Rows, contacts_in_slice: int) -> Theme:
    """Count the contacts that say any of the group's words, on both sides; its passages are turns."""
    saying = _saying(said, group)
    contacts, before = int((saying & said.now).sum()), int((saying & ~said.now).sum())
    n, m = len(now), int((~said.now).sum())
    return Theme(
        theme=_name(said, group),
        passages=_passages(said, group, now),
        contacts=contacts,
        of_contacts=n,
        contacts_in_slice=contacts_in_slice,
        share=contacts / n,
        share_before=before / m,
        ci=wilson(contacts, n),
    )


def _name(said: _Said, group: _Group) -> str:
    return ", ".join(said.terms.surfaces[list(group.words[:_NAMED_BY])])


def _weights(said: _Said, group: _Group) -> Reals:
    weight = np.zeros(len(said.terms.names))
    weight[list(group.words)] = group.weights
    return weight


def _passages(said: _Said, group: _Group, now: Rows) -> int:
    """Count the turns, of contacts that carry the theme, in which its words are said."""
    carrying = now[_saying(said, group)[: len(now)]]
    turns = said.terms.turns_of(carrying)
    return int((said.terms.weights(turns, _weights(said, group)) > 0).sum())


def _quotes(
    said: _Said, group: _Group, corpus: Corpus, contact_ids: NDArray[np.str_], now: Rows
) -> tuple[Evidence, ...]:
    """Quote the turns that say most of a theme, one a contact."""
    terms, weight = said.terms, _weights(said, group)
    now = now[_saying(said, group)[: len(now)]]
    turns = terms.turns_of(now)
    weights = terms.weights(turns, weight)
    strongest = turns[np.argsort(-weights, kind="stable")[:_READ]]
    names = {str(terms.names[c]): float(weight[c]) for c in group.words}
    found: list[tuple[float, Sentence]] = []
    for turn in strongest:
        stored = corpus.get(str(contact_ids[terms.contact[turn]]))
        number = int(terms.number[turn])
        found += [(_told(names, s.text), s) for s in candidates(stored, number, number)] if stored else []
    return _best(found, _name(said, group))


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
