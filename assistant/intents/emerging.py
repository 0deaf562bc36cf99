"""What is new in a week: reasons and words that grew against the eight weeks before it."""

from dataclasses import replace
from datetime import timedelta

from assistant.findings import Findings
from assistant.intents.listen import contacts_of_slice, reason_of, within_reach
from assistant.intents.opposed import with_opposed
from assistant.intents.reasons import growing_reasons
from assistant.measuring import Bench
from assistant.types import Listening
from assistant.windows import labelled
from indexes.settings import TranscriptSettings
from semantic_layer.errors import BecauseError
from semantic_layer.query import TimeWindow

SHORT = 7
# A week is held against the eight before it, so that one odd week does not make everything look new.
WEEKS_BEFORE = 8
MOST = 2


def weeks_before(window: TimeWindow) -> TimeWindow:
    """Return the weeks that a week is held against."""
    end = window.start - timedelta(days=1)
    return labelled(end - timedelta(days=7 * WEEKS_BEFORE - 1), end)


def with_emerging(found: Findings, bench: Bench) -> Findings:
    """Add what customers of a week say more than in the eight weeks before; chance is held to 5 % over all of it."""
    settings, window = bench.transcripts, found.reading.window
    if settings is None or settings.table is None or window is None or window.days > SHORT:
        return found
    try:
        return _emerging(found, bench, settings, window)
    except BecauseError as error:
        return replace(found, notes=(*found.notes, f"no transcript evidence: {error.message}"))


def _emerging(found: Findings, bench: Bench, settings: TranscriptSettings, window: TimeWindow) -> Findings:
    index = bench.evidence()
    filters, notes = within_reach(bench, settings, found.reading.filters)
    reason = reason_of(bench, settings.table or "")
    now, before = (
        contacts_of_slice(bench, settings, reason, filters, period) for period in (window, weeks_before(window))
    )
    heard = now.keys() & index.contact_ids
    reasons, quotes = growing_reasons(now, before, index, contacts_in_slice=len(now)) if reason else ((), ())
    words = index.contrast(
        now, before, contacts_in_slice=len(now), limit=MOST, ignore=tuple(theme.theme for theme in reasons)
    )
    cited = {e.citation: e for e in (*quotes, *(e for told in words for e in told.evidence))}
    themes, evidence = with_opposed(
        tuple(replace(t, filters=filters) for t in (*reasons, *(told.theme for told in words))),
        tuple(cited.values()),
        index,
        heard,
    )
    listening = Listening(filters=filters, contacts=len(now), with_transcript=len(heard))
    said = f"{len(heard):,} conversations of this period were held against those of the {WEEKS_BEFORE} weeks before it"
    return replace(
        found,
        themes=themes,
        evidence=evidence,
        listening=(listening,),
        notes=(*found.notes, *notes, said if themes else f"{said}: nothing is said more often than chance would have"),
    )
