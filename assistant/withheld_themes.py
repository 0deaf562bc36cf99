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
from semantic_layer.query import TimeWindow


def without_small_themes(found: Findings, bench: Bench) -> Findings:
    """Leave out themes and earlier shares of too few customers; refuse where nothing else was found."""
    least, listening = bench.catalogue.small_cells, found.listening
    if not least or not found.themes or listening is None:
        return found
    now = _calls(found, bench, found.reading.window)
    before = _calls(found, bench, found.reading.baseline) if listening.baseline == "before" else ()
    kept = tuple(
        _without_small_past(theme, before, least) for theme in found.themes if fewest(theme.contacts, now) >= least
    )
    names = {theme.theme for theme in kept}
    evidence = tuple(e for e in found.evidence if e.theme in names)
    nothing = not kept and found.reading.intent == "themes" and not (found.table and found.table.rows)
    decline = Decline(reason="not_permitted", message=NOTHING.format(least=least)) if nothing else found.decline
    return replace(found, themes=kept, evidence=evidence, decline=decline)


def _calls(found: Findings, bench: Bench, window: TimeWindow | None) -> tuple[int, ...]:
    """Count the transcribed contacts of each customer of the slice, most first."""
    settings, listening, heard = bench.transcripts, found.listening, bench.evidence().contact_ids
    if settings is None or settings.table is None or listening is None:
        return (1,) * len(heard)
    whose = bench.recorder.holders(settings.table, settings.key, listening.filters, window)
    return calls(whose, heard)


def _without_small_past(theme: Theme, before: Sequence[int], least: int) -> Theme:
    contacts = int((theme.share_before or 0.0) * sum(before) + 0.5)
    return theme if fewest(contacts, before) >= least else replace(theme, share_before=None)
