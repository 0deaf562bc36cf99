"""Recorded reasons for contact that a slice has more of than its baseline, with quotes from those contacts."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from assistant.protocols import EvidenceSearch
from indexes.types import Evidence, Theme, ThemeEvidence, told_by
from semantic_layer.query import UNKNOWN

ALPHA = 0.05
NOBODY: Mapping[str, str] = {}
LEAST = 5
MOST = 2
QUOTES = 2


def growing_reasons(
    now: Mapping[str, str],
    before: Mapping[str, str],
    index: EvidenceSearch,
    *,
    elsewhere: Mapping[str, str] = NOBODY,
    contacts_in_slice: int,
) -> tuple[tuple[Theme, ...], tuple[Evidence, ...]]:
    """Return the reasons whose share of transcribed contacts grew, the surest first, and what was said.

    `now` and `before` map contacts to reasons, `elsewhere` those of everyone else now. Shares are compared by
    Fisher's exact test, Bonferroni over the reasons. A reason that the whole slice has is how it was cut, no finding.
    """
    heard, once = _transcribed(now, before, index)
    if len(set(heard.values())) < 2:
        return (), ()
    others, _ = _transcribed(elsewhere, {}, index)
    grown = grown_reasons(Counter(heard.values()), Counter(once.values()))
    themes, quotes = _told(grown[:MOST], (heard, once), index, contacts_in_slice)
    return tuple(replace(t, share_elsewhere=_share(t.theme, others)) for t in themes), quotes


def common_reasons(
    now: Mapping[str, str], before: Mapping[str, str], index: EvidenceSearch, *, contacts_in_slice: int, limit: int
) -> tuple[tuple[Theme, ...], tuple[Evidence, ...]]:
    """Return the reasons that most transcribed contacts have, and what was said."""
    heard, once = _transcribed(now, before, index)
    often = sorted(Counter(heard.values()).items(), key=lambda item: (-item[1], item[0]))
    return _told([reason for reason, _ in often[:limit]], (heard, once), index, contacts_in_slice)


def _transcribed(
    now: Mapping[str, str], before: Mapping[str, str], index: EvidenceSearch
) -> tuple[dict[str, str], dict[str, str]]:
    known = index.contact_ids
    heard = {c: r for c, r in now.items() if c in known and r != UNKNOWN}
    return heard, {c: r for c, r in before.items() if c in known and c not in now and r != UNKNOWN}


def _told(
    reasons: Sequence[str], sides: tuple[dict[str, str], dict[str, str]], index: EvidenceSearch, contacts_in_slice: int
) -> tuple[tuple[Theme, ...], tuple[Evidence, ...]]:
    heard, once = sides
    told: list[ThemeEvidence] = []
    for reason in reasons:
        contacts = [c for c, r in heard.items() if r == reason]
        rest = {*heard, *once}.difference(contacts)
        said = index.telling(contacts, rest, theme=reason, k=QUOTES) or _said(reason, contacts, index)
        theme = _theme(reason, len(contacts), len(heard), contacts_in_slice, _share(reason, once), len(said))
        told.append(told_by(theme, said))
    return tuple(t.theme for t in told), tuple(e for t in told for e in t.evidence)


def _share(reason: str, heard: Mapping[str, str]) -> float | None:
    return sum(why == reason for why in heard.values()) / len(heard) if heard else None


def grown_reasons(now: Counter[str], before: Counter[str]) -> list[str]:
    """Return the reasons whose share grew, the surest first (Fisher's exact test, Bonferroni over the reasons)."""
    from scipy.stats import fisher_exact

    n, m = now.total(), before.total()
    if n < LEAST or m < LEAST:
        return []
    tests = {
        reason: float(
            fisher_exact(np.array([[k, n - k], [before[reason], m - before[reason]]]), alternative="greater").pvalue
        )
        for reason, k in now.items()
        if k >= LEAST and reason != UNKNOWN
    }
    return sorted((r for r, p in tests.items() if p * len(now) < ALPHA), key=lambda r: (tests[r], r))


def _said(reason: str, contacts: Collection[str], index: EvidenceSearch) -> tuple[Evidence, ...]:
    found = index.search(reason, contact_ids=contacts, k=QUOTES)
    return tuple(replace(item, theme=reason) for item in found)


def _theme(
    reason: str, contacts: int, of_contacts: int, contacts_in_slice: int, share_before: float | None, passages: int
) -> Theme:
    from scipy.stats import binomtest

    interval = binomtest(contacts, of_contacts).proportion_ci(confidence_level=0.95, method="wilson")
    return Theme(
        theme=reason,
        passages=passages,
        contacts=contacts,
        of_contacts=of_contacts,
        contacts_in_slice=contacts_in_slice,
        share=contacts / of_contacts,
        share_before=share_before,
        counted_by="record",
        ci=(float(interval.low), float(interval.high)),
    )
