"""What some contacts say more than others: themes counted contact by contact."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexes.corpus import Corpus
from indexes.groups import NAMED_BY, Group, Reals, Rows, Said, bars_of, contacts_of, distinct, groups_of, what_is_said
from indexes.held_out import tested
from indexes.shares import measured, wilson
from indexes.telling import passages_telling, quotes_telling
from indexes.terms import Terms
from indexes.text import stems, words
from indexes.types import Theme, ThemeEvidence, told_by

_LEAST = 5


def contrast(
    terms: Terms,
    corpus: Corpus,
    contact_ids: NDArray[np.str_],
    sides: tuple[Rows, Rows, Rows],
    *,
    contacts_in_slice: int,
    limit: int,
    ignore: Collection[str] = (),
) -> tuple[ThemeEvidence, ...]:
    """Find the themes that more contacts of the first side have than of the second; count them on the third.

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
        told_by(
            replace(_theme(said, group, now, contacts_in_slice), share_elsewhere=_share(said, group, sides[2])),
            quotes_telling(
                terms, _weights(said, group), _carrying(said, group, now), corpus, contact_ids, theme=_name(said, group)
            ),
        )
        for group in found
    )


def _theme(said: Said, group: Group, now: Rows, contacts_in_slice: int) -> Theme:
    """Count the contacts that say any of the group's words, on both sides; its passages are turns."""
    saying = contacts_of(said, group)
    contacts, before = int((saying & said.now).sum()), int((saying & ~said.now).sum())
    n, m = len(now), int((~said.now).sum())
    reasons = said.reasons[[i - len(said.columns) for i in group.members if i >= len(said.columns)]]
    judged = tested(said.terms.reason_confusion, reasons) if len(reasons) else None
    return Theme(
        theme=_name(said, group),
        passages=passages_telling(said.terms, _weights(said, group), _carrying(said, group, now)),
        contacts=contacts,
        of_contacts=n,
        contacts_in_slice=contacts_in_slice,
        share=contacts / n,
        share_before=before / m,
        ci=measured(contacts, n, judged) if judged else wilson(contacts, n),
        counted_by="classifier" if judged else "words",
        precision=judged.precision if judged else None,
        recall=judged.recall if judged else None,
    )


def _share(said: Said, group: Group, rows: Rows) -> float | None:
    """Return the share of some other contacts (rows) that carry a group's words or reasons."""
    if len(rows) < _LEAST:
        return None
    words = [int(said.columns[i]) for i in group.members if i < len(said.columns)]
    reasons = [int(said.reasons[i - len(said.columns)]) for i in group.members if i >= len(said.columns)]
    says = said.terms.says(rows, np.array(words, dtype=np.intp)).any(axis=1)
    return float((says | np.isin(said.terms.reason[rows], reasons)).mean())


def _name(said: Said, group: Group) -> str:
    return ", ".join(said.terms.surfaces[list(group.words[:NAMED_BY])])


def _weights(said: Said, group: Group) -> Reals:
    weight = np.zeros(len(said.terms.names))
    weight[list(group.words)] = group.weights
    return weight


def _carrying(said: Said, group: Group, now: Rows) -> Rows:
    return now[contacts_of(said, group)[: len(now)]]
