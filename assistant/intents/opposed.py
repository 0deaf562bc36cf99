"""The other side of a theme: a quote of the same contacts that says the opposite of what supports it."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from assistant.protocols import EvidenceSearch
from indexes.types import Evidence, Theme


def with_opposed(
    themes: Sequence[Theme], quotes: Sequence[Evidence], index: EvidenceSearch, contacts: Collection[str]
) -> tuple[tuple[Theme, ...], tuple[Evidence, ...]]:
    """Add what contacts of a slice say against its themes; a quote that supports another theme counters none."""
    cited = {quote.citation: quote for quote in quotes}
    told: list[Theme] = []
    for theme in themes:
        supports = [cited[c].quote for c in theme.citations if c in cited]
        against = index.opposed(theme.theme, supports, contact_ids=contacts) if supports else ()
        against = tuple(quote for quote in against if quote.citation not in cited)
        cited |= {quote.citation: quote for quote in against}
        told.append(replace(theme, countered_by=tuple(quote.citation for quote in against)))
    return tuple(told), tuple(cited.values())
