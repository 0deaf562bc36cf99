"""Themes without those that too few customers speak of.

An index knows contacts and no customers, so a theme is shown only where its contacts cannot be of too few.
"""

from collections.abc import Sequence
from dataclasses import replace

from assistant.callers import calls, fewest
from assistant.findings import Findings
from assistant.measuring import Bench
from assistant.types import Decline
from assistant.withheld import NOTHING
from indexes.types import Theme
from semantic_layer.query import Filter, TimeWindow


def without_small_themes(found: Findings, bench: Bench) -> Findings:
    """Leave out themes and earlier shares of too few customers; refuse where nothing else was found."""
    least = bench.catalogue.small_cells
    if not least or not found.themes:
        return found
    slices = {theme.filters or _asked(found) for theme in found.themes}
    now = {filters: _calls(filters, bench, found.reading.window) for filters in slices}
    before = {filters: _calls(filters, bench, found.reading.baseline) for filters in slices}
    every = _calls((), bench, found.reading.window)
    kept = []
    for theme in found.themes:
        own = theme.filters or _asked(found)
        if fewest(theme.contacts, now[own]) >= least:
            kept.append(_without_small_shares(theme, before[own], every, least))
    cited = {citation for theme in kept for citation in (*theme.citations, *theme.countered_by)}
    evidence = tuple(e for e in found.evidence if e.citation in cited)
    nothing = not kept and found.reading.intent == "themes" and not (found.table and found.table.rows)
    decline = Decline(reason="not_permitted", message=NOTHING.format(least=least)) if nothing else found.decline
    return replace(found, themes=tuple(kept), evidence=evidence, decline=decline)


def _asked(found: Findings) -> tuple[Filter, ...]:
    """Return the slice of themes that name none of their own."""
    return found.listening[0].filters if found.listening else ()


def _calls(filters: tuple[Filter, ...], bench: Bench, window: TimeWindow | None) -> tuple[int, ...]:
    """Count the transcribed contacts of each customer of a slice, most first."""
    settings, heard = bench.transcripts, bench.evidence().contact_ids
    if settings is None or settings.table is None:
        return (1,) * len(heard)
    whose = bench.recorder.holders(settings.table, settings.key, filters, window)
    return calls(whose, heard)


def _without_small_shares(theme: Theme, before: Sequence[int], every: Sequence[int], least: int) -> Theme:
    """Leave out the shares that too few customers stand behind; few elsewhere are few among all."""
    once = int((theme.share_before or 0.0) * sum(before) + 0.5)
    others = int((theme.share_elsewhere or 0.0) * (sum(every) - theme.of_contacts) + 0.5)
    return replace(
        theme,
        share_before=theme.share_before if fewest(once, before) >= least else None,
        share_elsewhere=theme.share_elsewhere if fewest(others, every) >= least else None,
    )
