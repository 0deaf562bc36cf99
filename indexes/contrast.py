"""What some contacts say more than others: themes counted contact by contact."""

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from indexes.corpus import Corpus
from indexes.groups import NAMED_BY, Group, Reals, Rows, Said, bars_of, contacts_of, distinct, groups_of, what_is_said
from indexes.quotes import Sentence, candidates, near_copies, same_contact
from indexes.terms import Terms, term_names
from indexes.text import stems, words
from indexes.types import Evidence, Theme, ThemeEvidence

_LEAST = 5
_QUOTES = 3
_READ = 40
_Z = 1.959963984540054


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
    said = what_is_said(terms, now, baseline, frozenset(stems([w for text in ignore for w in words(text)])))
    groups = groups_of(said, said.now)
    bars = bars_of(said) if groups else {}
    found = distinct(said, [group for group in groups if group.words and group.total > bars[group.kind]])[:limit]
    return tuple(
        ThemeEvidence(
            theme=_theme(said, group, now, contacts_in_slice),
            evidence=_quotes(said, group, corpus, contact_ids, now),
        )
        for group in found
    )


def wilson(k: int, n: int) -> tuple[float, float]:
    """Give the 95 % interval of k of n (Wilson 1927)."""
    share, z2 = k / n, _Z * _Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return 0.0 if k == 0 else max(0.0, centre - half), 1.0 if k == n else min(1.0, centre + half)


def _theme(said: Said, group: Group, now: Rows, contacts_in_slice: int) -> Theme:
    """Count the contacts that say any of the group's words, on both sides; its passages are turns."""
    saying = contacts_of(said, group)
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


def _name(said: Said, group: Group) -> str:
    return ", ".join(said.terms.surfaces[list(group.words[:NAMED_BY])])


def _weights(said: Said, group: Group) -> Reals:
    weight = np.zeros(len(said.terms.names))
    weight[list(group.words)] = group.weights
    return weight


def _passages(said: Said, group: Group, now: Rows) -> int:
    """Count the turns, of contacts that carry the theme, in which its words are said."""
    carrying = now[contacts_of(said, group)[: len(now)]]
    turns = said.terms.turns_of(carrying)
    return int((said.terms.weights(turns, _weights(said, group)) > 0).sum())


def _quotes(said: Said, group: Group, corpus: Corpus, contact_ids: NDArray[np.str_], now: Rows) -> tuple[Evidence, ...]:
    """Quote the turns that say most of a theme, one a contact."""
    terms, weight = said.terms, _weights(said, group)
    now = now[contacts_of(said, group)[: len(now)]]
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
