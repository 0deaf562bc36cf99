"""What customers said: the leading segment's contacts against its baseline."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.findings import Findings, Listening
from assistant.intents.reasons import growing_reasons
from assistant.measuring import Bench
from assistant.protocols import EvidenceSearch
from assistant.types import Segment
from indexes.settings import TranscriptSettings
from semantic_layer.compile import reaches
from semantic_layer.errors import BecauseError
from semantic_layer.query import UNKNOWN, Filter, TimeWindow

ENOUGH = 10
MOST_THEMES = 4


def listen(found: Findings, bench: Bench) -> Findings:
    """Contrast the contacts of the leading segment with the same segment before, or with the rest now."""
    try:
        index = bench.evidence()
    except BecauseError as error:
        return replace(found, notes=(*found.notes, f"no transcript evidence: {error.message}; {error.hint}"))
    settings = bench.transcripts
    if settings is None or settings.table is None:
        note = "no transcript evidence: because.yml does not say which table the transcripts belong to"
        return replace(found, notes=(*found.notes, note))
    try:
        return _contrast(found, bench, index, settings)
    except BecauseError as error:
        return replace(found, notes=(*found.notes, f"no transcript evidence: {error.message}"))


def _contrast(found: Findings, bench: Bench, index: EvidenceSearch, settings: TranscriptSettings) -> Findings:
    reading = found.reading
    segment = leading(found)
    if segment is None and found.drivers is not None and not reading.filters:
        silent = "no single group stands out, so no group's conversations were singled out"
        return replace(found, notes=(*found.notes, silent))
    filters = merge(reading.filters, segment.filters if segment else ())
    filters, note = within_reach(bench, settings, filters)
    notes = (*found.notes, *note)
    reason = reason_of(bench, settings.table or "")
    now = contacts_of_slice(bench, settings, reason, filters, reading.window)
    before = contacts_of_slice(bench, settings, reason, filters, reading.baseline)
    heard, kind = index.contact_ids, "before"
    if len(before.keys() & heard) < ENOUGH and segment:
        wider, _ = within_reach(bench, settings, reading.filters)
        every = contacts_of_slice(bench, settings, reason, wider, reading.window)
        before, kind = {c: r for c, r in every.items() if c not in now}, "elsewhere"
    listening = Listening(
        filters=filters,
        contacts=len(now),
        with_transcript=len(now.keys() & heard),
        baseline=kind,  # type: ignore[arg-type]
    )
    found = replace(found, listening=listening, notes=notes)
    if not now.keys() & heard or len(now) < (bench.catalogue.small_cells or 0):
        return found
    reasons, quotes = growing_reasons(now, before, index, contacts_in_slice=len(now)) if reason else ((), ())
    own = (*(str(value) for f in filters for value in f.values), *(theme.theme for theme in reasons))
    limit = MOST_THEMES - len(reasons)
    themes = index.contrast(now, before, contacts_in_slice=len(now), limit=limit, ignore=own)
    return replace(
        found,
        themes=(*reasons, *(t.theme for t in themes)),
        evidence=(*quotes, *(e for t in themes for e in t.evidence)),
    )


def reason_of(bench: Bench, table: str) -> str | None:
    """Return the dimension that records what a contact was about, where the transcripts' table has one."""
    names = (d.name for d in bench.catalogue.dimensions if d.theme and not d.hidden)
    return next((name for name in names if reaches(bench.catalogue, table, name)), None)


def contacts_of_slice(
    bench: Bench,
    settings: TranscriptSettings,
    reason: str | None,
    filters: Sequence[Filter],
    window: TimeWindow | None,
) -> dict[str, str]:
    """Return the contacts of a slice with the reason recorded for each."""
    table, key = settings.table or "", settings.key
    if reason is None:
        return dict.fromkeys(bench.recorder.keys(table, key, filters, window), UNKNOWN)
    return bench.recorder.members_by_key(table, key, reason, filters, window)


def leading(found: Findings) -> Segment | None:
    """Return the segment that carries most of the change, else most of what the asker saw, or None."""
    if found.drivers is None:
        return None
    asked = {"up": 1, "down": -1}.get(found.plan.direction or "", 0)
    for way in (found.drivers.total_change, asked):
        along = [s for s in found.drivers.segments if s.contribution * way > 0]
        if along:
            return max(along, key=lambda s: abs(s.contribution))
    return None


def merge(asked: Sequence[Filter], segment: Sequence[Filter]) -> tuple[Filter, ...]:
    """Add a segment's filters to those asked for."""
    return (*asked, *(f for f in segment if f not in asked))


def within_reach(
    bench: Bench, settings: TranscriptSettings, filters: Sequence[Filter]
) -> tuple[tuple[Filter, ...], tuple[str, ...]]:
    """Keep the filters that the transcripts' table can be cut by; name the others in a note."""
    kept = tuple(f for f in filters if reaches(bench.catalogue, settings.table or "", f.dimension))
    lost = [bench.catalogue.dimension(f.dimension).label for f in filters if f not in kept]
    if not lost:
        return kept, ()
    return kept, (f"transcripts cannot be narrowed by {', '.join(lost)}; contacts beyond it were read too",)
