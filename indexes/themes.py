"""Themes as a data owner wants them: reasons found in the words, renamed, merged, split and hidden."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.corpus import Corpus
from indexes.held_out import tested
from indexes.naming import Reason
from indexes.settings import ThemeSettings
from indexes.shares import Trial, measured
from indexes.telling import passages_telling, quotes_telling
from indexes.terms import Terms
from indexes.text import stems, words
from indexes.types import ListedTheme, Theme, ThemeEvidence, told_by
from semantic_layer.errors import UserError, did_you_mean

_WORDS = 6

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Themes:
    """Which contact carries which theme.

    `of[c]` is a place in `names`, or −1 where the contact at position c has none, with `probability[c]`;
    `weights` (themes, terms) says which words tell a theme; `ids` the reasons it is made of, and `tested` how well
    they are told on contacts that they were not found on.
    """

    names: tuple[str, ...]
    ids: tuple[tuple[str, ...], ...]
    of: NDArray[np.int32]
    probability: NDArray[np.float32]
    weights: NDArray[np.float64]
    tested: tuple[Trial, ...]


def curate(terms: Terms, reasons: Sequence[Reason], settings: ThemeSettings) -> Themes:
    """Apply an owner's wishes to the reasons found; raise UserError (unknown_theme)."""
    known = {reason.id: place for place, reason in enumerate(reasons)}
    _check(settings, known)
    names: list[str] = []
    ids: list[tuple[str, ...]] = []
    of = np.full(len(terms.reason), -1, dtype=np.int32)
    for name, members, rows in _wanted(terms, reasons, settings, known):
        of[rows] = len(names)
        names.append(name)
        ids.append(members)
    weights = np.zeros((len(names), len(terms.names)))
    for place, members in enumerate(ids):
        for member in members:
            told = terms.reason_words[known[member]]
            weights[place, told] = np.maximum(weights[place, told], 1 / (1 + np.arange(len(told))))
    return Themes(
        names=tuple(names),
        ids=tuple(ids),
        of=of,
        probability=terms.reason_probability,
        weights=weights,
        tested=tuple(tested(terms.reason_confusion, np.array([known[m] for m in members])) for members in ids),
    )


def _check(settings: ThemeSettings, known: dict[str, int]) -> None:
    merged = [member for members in settings.merge.values() for member in members]
    for named in (*settings.rename, *settings.split, *settings.hide, *merged):
        if named not in known:
            raise UserError(
                f"themes: there is no theme '{named}'", code="unknown_theme", hint=did_you_mean(named, known)
            )


def _wanted(
    terms: Terms, reasons: Sequence[Reason], settings: ThemeSettings, known: dict[str, int]
) -> Iterator[tuple[str, tuple[str, ...], Rows]]:
    """Yield (name, reasons, contacts); later ones take contacts away from earlier ones."""
    merged = {member for members in settings.merge.values() for member in members}
    for reason in reasons:
        if reason.id not in merged and reason.id not in settings.hide:
            name = settings.rename.get(reason.id, reason.name)
            yield name, (reason.id,), np.flatnonzero(terms.reason == known[reason.id])
    for name, members in settings.merge.items():
        yield name, members, np.flatnonzero(np.isin(terms.reason, [known[m] for m in members]))
    for reason_id, parts in settings.split.items():
        rows = np.flatnonzero(terms.reason == known[reason_id])
        for name, said in parts.items():
            columns = np.flatnonzero(np.isin(terms.names, stems([w for text in said for w in words(text)])))
            yield name, (reason_id,), rows[terms.says(rows, columns).any(axis=1)]


def listed(themes: Themes, terms: Terms, of: Rows | None = None) -> tuple[ListedTheme, ...]:
    """List the themes with the words that tell them, the most frequent first, counted over some contacts or all."""
    counted = np.ones(len(themes.of), dtype=bool) if of is None else np.isin(np.arange(len(themes.of)), of)
    found = []
    for place, name in enumerate(themes.names):
        carrying = (themes.of == place) & counted
        strongest = np.argsort(-themes.weights[place], kind="stable")[:_WORDS]
        found.append(
            ListedTheme(
                ids=themes.ids[place],
                name=name,
                words=tuple(str(terms.surfaces[w]) for w in strongest),
                contacts=int(carrying.sum()),
                probability=round(float(themes.probability[carrying].mean()), 4) if carrying.any() else 0.0,
                precision=themes.tested[place].precision,
                recall=themes.tested[place].recall,
            )
        )
    return tuple(sorted(found, key=lambda theme: (-theme.contacts, theme.name)))


def leading(
    themes: Themes,
    terms: Terms,
    corpus: Corpus,
    contact_ids: NDArray[np.str_],
    sides: tuple[Rows, Rows],
    *,
    contacts_in_slice: int,
    limit: int,
) -> tuple[ThemeEvidence, ...]:
    """Count the themes of the contacts of the first side, the most frequent first, against the second side.

    An interval holds the error of sampling and of the classification.
    """
    now, before = sides
    counts = np.bincount(themes.of[now][themes.of[now] >= 0], minlength=len(themes.names))
    order = [int(i) for i in np.argsort(-counts, kind="stable") if counts[i]][:limit]
    return tuple(
        told_by(
            _theme(themes, place, terms, (now, before), contacts_in_slice),
            quotes_telling(
                terms, themes.weights[place], now[themes.of[now] == place], corpus, contact_ids,
                theme=themes.names[place],
            ),
        )
        for place in order
    )  # fmt: skip


def _theme(themes: Themes, place: int, terms: Terms, sides: tuple[Rows, Rows], contacts_in_slice: int) -> Theme:
    now, before = sides
    carrying = now[themes.of[now] == place]
    return Theme(
        theme=themes.names[place],
        passages=passages_telling(terms, themes.weights[place], carrying),
        contacts=len(carrying),
        of_contacts=len(now),
        contacts_in_slice=contacts_in_slice,
        share=len(carrying) / len(now),
        share_before=float((themes.of[before] == place).mean()) if len(before) else None,
        ci=measured(len(carrying), len(now), themes.tested[place]),
        counted_by="classifier",
        precision=themes.tested[place].precision,
        recall=themes.tested[place].recall,
    )
