"""What customers said: the leading segment's contacts against its baseline."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.findings import Findings, Listening
from assistant.measuring import Bench
from assistant.protocols import EvidenceSearch
from assistant.types import Segment
from indexes.settings import TranscriptSettings
from semantic_layer.compile import reaches
from semantic_layer.errors import BecauseError
from semantic_layer.query import Filter

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
    filters = merge(reading.filters, segment.filters if segment else ())
    filters, note = within_reach(bench, settings, filters)
    notes = (*found.notes, *note)
    table, key = settings.table or "", settings.key
    now = bench.recorder.keys(table, key, filters, reading.window)
    before = bench.recorder.keys(table, key, filters, reading.baseline)
    heard, kind = index.contact_ids, "before"
    if len(before & heard) < ENOUGH and segment:
        wider, _ = within_reach(bench, settings, reading.filters)
        before, kind = bench.recorder.keys(table, key, wider, reading.window) - now, "elsewhere"
    listening = Listening(
        filters=filters,
        contacts=len(now),
        with_transcript=len(now & heard),
        baseline=kind,  # type: ignore[arg-type]
    )
    found = replace(found, listening=listening, notes=notes)
    if not now & heard:
        return found
    own = tuple(str(value) for f in filters for value in f.values)
    themes = index.contrast(now, before, contacts_in_slice=len(now), limit=MOST_THEMES, ignore=own)
    return replace(
        found,
        themes=tuple(t.theme for t in themes),
        evidence=tuple(e for t in themes for e in t.evidence),
    )


def leading(found: Findings) -> Segment | None:
    """Return the segment that carries most of the change in its direction, or None."""
    if found.drivers is None:
        return None
    total = found.drivers.total_change
    along = [s for s in found.drivers.segments if s.contribution * total > 0]
    return max(along, key=lambda s: abs(s.contribution), default=None)


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
