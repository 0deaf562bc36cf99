"""Groups of words and reasons that set two sides of contacts apart, and whether chance would have done as well."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indexes.terms import Terms

_SAID_AT_ALL = 8
_PRIOR = 4.0
# A rarer word would have so little to start from that one nobody said before could never count as new.
_LEAST_PRIOR = 0.5
_STRONG_WORD = 2.326
_STRONG_REASON = 1.645
_SHUFFLES = 60
_CHANCE = 0.02
NAMED_BY = 3
_SHARED = 0.5

Rows = NDArray[np.intp]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What contacts of both sides (rows) say: single words, then reasons for calling (columns).

    `columns[i]` is the term of word i, `reasons[j]` the reason of column len(columns) + j; `now` marks the rows
    of the first side; `kin` says which columns keep company; stems of `hidden` name no theme.
    """

    terms: Terms
    columns: Rows
    reasons: Rows
    said: Flags
    counted: NDArray[np.float32]
    total: NDArray[np.float32]
    now: Flags
    kin: Flags
    hidden: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What makes a theme: its columns, the words that tell it with a weight each, and how far it sets sides apart."""

    kind: Literal["reason", "word"]
    members: tuple[int, ...]
    words: tuple[int, ...]
    weights: tuple[float, ...]
    total: float


def what_is_said(terms: Terms, now: Rows, baseline: Rows, ignore: frozenset[str]) -> Said:
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
    return Said(
        terms=terms,
        columns=columns,
        reasons=reasons,
        said=said,
        counted=said.astype(np.float32),
        total=said.sum(axis=0).astype(np.float32),
        now=marks,
        kin=_kin(terms, columns, reasons),
        hidden=ignore,
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


def groups_of(said: Said, now: Flags) -> list[Group]:
    """Grow groups from the strongest reasons and from the strongest words, the strongest group first."""
    return _groups(said, now, now.astype(np.float32) @ said.counted)


def _groups(said: Said, now: Flags, counts: NDArray[np.float32]) -> list[Group]:
    a = counts.astype(np.float64)
    z = log_odds_z(a, int(now.sum()), said.total - a, int((~now).sum()))
    order = [int(i) for i in np.argsort(-z, kind="stable")]
    words = _strong([i for i in order if i < len(said.columns)], z, _STRONG_WORD)
    groups = [_word_group(said, chosen, z, total) for chosen, total in _grown(said, now, z, words, company=2)]
    reasons = _strong([i for i in order if i >= len(said.columns)], z, _STRONG_REASON)
    groups += [_reason_group(said, chosen, total) for chosen, total in _grown(said, now, z, reasons, company=1)]
    return sorted(groups, key=lambda group: -group.total)


def _strong(order: list[int], z: Reals, least: float) -> list[int]:
    """Keep the strong ones, and always the strongest: how strong it is by chance is what shuffling asks."""
    return [i for rank, i in enumerate(order) if rank == 0 or z[i] >= least]


def _word_group(said: Said, chosen: list[int], z: Reals, total: float) -> Group:
    terms = tuple(int(said.columns[i]) for i in chosen)
    return Group(kind="word", members=tuple(chosen), words=terms, weights=tuple(z[chosen].tolist()), total=total)


def _reason_group(said: Said, chosen: list[int], total: float) -> Group:
    """Tell reasons by their words, those that lead any of them first."""
    rows = said.terms.reason_words[said.reasons[[i - len(said.columns) for i in chosen]]]
    weights: dict[int, float] = {}
    for rank, column in enumerate(rows.T):
        for word in column.tolist():
            if str(said.terms.names[word]) in said.hidden:
                continue
            weights[word] = max(weights.get(word, 0.0), 1 / (1 + rank))
    return Group(
        kind="reason", members=tuple(chosen), words=tuple(weights), weights=tuple(weights.values()), total=total
    )


def _grown(said: Said, now: Flags, z: Reals, strong: list[int], *, company: int) -> Iterator[tuple[list[int], float]]:
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


def contacts_of(said: Said, group: Group) -> Flags:
    """Say for each row whether it carries a group."""
    return np.asarray(said.said[:, list(group.members)].any(axis=1), dtype=bool)


def distinct(said: Said, groups: list[Group]) -> list[Group]:
    """Drop a group most of whose contacts, or whose words, an earlier one already has."""
    kept: list[Group] = []
    for group in groups:
        mine = contacts_of(said, group) & said.now
        shared = [float((mine & contacts_of(said, other)).sum() / max(mine.sum(), 1)) for other in kept]
        same_words = any(set(group.words[:NAMED_BY]) & set(other.words[:NAMED_BY]) for other in kept)
        if not same_words and all(share < _SHARED for share in shared):
            kept.append(group)
    return kept


def log_odds_z(a: Reals, n: int, b: Reals, m: int) -> Reals:
    """Compare shares a/n and b/m under a Dirichlet prior of the pooled share (Monroe, Colaresi, Quinn 2008, eq. 22)."""
    prior = np.maximum(_PRIOR * (a + b + 0.5) / (n + m + 1), _LEAST_PRIOR)
    no = _PRIOR - prior
    odds = np.log((a + prior) / (n - a + no)) - np.log((b + prior) / (m - b + no))
    spread = 1 / (a + prior) + 1 / (n - a + no) + 1 / (b + prior) + 1 / (m - b + no)
    return np.asarray(odds / np.sqrt(spread))


def _apart(saying: Flags, now: Flags) -> float:
    a, b = np.array([float((saying & now).sum())]), np.array([float((saying & ~now).sum())])
    return float(log_odds_z(a, int(now.sum()), b, int((~now).sum()))[0])


def bars_of(said: Said) -> dict[str, float]:
    """Shuffle the contacts between the sides and see how strong a theme chance makes (Westfall, Young 1993)."""
    rng = np.random.default_rng(11)
    strongest: dict[str, list[float]] = {"reason": [], "word": []}
    shuffled = np.array([rng.permutation(said.now) for _ in range(_SHUFFLES)])
    for now, counts in zip(shuffled, shuffled.astype(np.float32) @ said.counted, strict=True):
        groups = _groups(said, now, counts)
        for kind, found in strongest.items():
            found.append(max((group.total for group in groups if group.kind == kind), default=0.0))
    return {kind: _exceeded_by(np.array(found), _CHANCE) for kind, found in strongest.items()}


def _exceeded_by(maxima: Reals, chance: float) -> float:
    """Give the value that a maximum exceeds with a chance (Gumbel's law, fitted by moments)."""
    scale = float(maxima.std(ddof=1)) * math.sqrt(6) / math.pi
    return float(maxima.mean()) - np.euler_gamma * scale - scale * math.log(-math.log(1 - chance))
