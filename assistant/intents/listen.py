"""What customers said: the contacts of each leading segment against its past and against everyone else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.findings import Findings
from assistant.intents.opposed import with_opposed
from assistant.intents.reasons import growing_reasons
from assistant.measuring import Bench
from assistant.protocols import EvidenceSearch
from assistant.types import Listening, Segment
from indexes.settings import TranscriptSettings
from indexes.types import Evidence, Theme
from semantic_layer.compile import reaches, recorded_reason
from semantic_layer.errors import BecauseError
from semantic_layer.query import UNKNOWN, Filter, TimeWindow

ENOUGH = 10
MOST_SEGMENTS = 3
THEMES = (4, 2, 2)
ALL = (2,)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """The contacts of a slice, the same slice before and everyone else now, with the reason recorded for each."""

    filters: tuple[Filter, ...]
    now: Mapping[str, str]
    before: Mapping[str, str]
    elsewhere: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What a slice's words are held against: its own past, and another group instead of everyone else.

    `own` and `other` replace the filters asked for, where two groups are set against each other.
    """

    before: TimeWindow | None = None
    own: tuple[Filter, ...] | None = None
    other: tuple[Filter, ...] | None = None


_Contacts = Callable[[tuple[Filter, ...], TimeWindow | None], dict[str, str]]
_Heard = tuple[Listening, tuple[Theme, ...], tuple[Evidence, ...]]


def listen(found: Findings, bench: Bench, aside: Aside | None = None) -> Findings:
    """Ask what the contacts of each leading segment say more than before, and how often others say it."""
    aside = aside or Aside(before=found.reading.baseline)
    try:
        index = bench.evidence()
    except BecauseError as error:
        return replace(found, notes=(*found.notes, f"no transcript evidence: {error.message}; {error.hint}"))
    settings = bench.transcripts
    if settings is None or settings.table is None:
        note = "no transcript evidence: because.yml does not say which table the transcripts belong to"
        return replace(found, notes=(*found.notes, note))
    try:
        return _listened(found, bench, index, settings, aside)
    except BecauseError as error:
        return replace(found, notes=(*found.notes, f"no transcript evidence: {error.message}"))


def _listened(
    found: Findings, bench: Bench, index: EvidenceSearch, settings: TranscriptSettings, aside: Aside
) -> Findings:
    reading = found.reading
    asked = reading.filters if aside.own is None else aside.own
    segments = leading(found)
    reason = reason_of(bench, settings.table or "")

    @cache
    def contacts(filters: tuple[Filter, ...], window: TimeWindow | None) -> dict[str, str]:
        return contacts_of_slice(bench, settings, reason, filters, window)

    heard: list[_Heard] = []
    notes: list[str] = []
    for filters, limit in zip([s.filters for s in segments] or [()], THEMES if segments else ALL, strict=False):
        slice_, said = within_reach(bench, settings, merge(asked, filters))
        notes += said
        wide, _ = within_reach(bench, settings, _wide(aside, asked, filters))
        sides = _sides(contacts, wide, slice_, (reading.window, aside.before))
        if all(sides.filters != listening.filters for listening, _, _ in heard):
            heard.append(_heard(sides, bench, index, recorded=reason is not None, limit=limit))
    return replace(
        found,
        listening=tuple(listening for listening, _, _ in heard),
        themes=tuple(theme for _, themes, _ in heard for theme in themes),
        evidence=tuple(quote for _, _, quotes in heard for quote in quotes),
        notes=(*found.notes, *dict.fromkeys(notes)),
    )


def _wide(aside: Aside, asked: tuple[Filter, ...], segment: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """Return the filters of those whom a segment's contacts are set against."""
    if aside.other is not None:
        return merge(aside.other, segment)
    return asked if segment else ()


def _sides(
    contacts: _Contacts,
    wide: tuple[Filter, ...],
    filters: tuple[Filter, ...],
    windows: tuple[TimeWindow | None, TimeWindow | None],
) -> _Sides:
    window, past = windows
    now, every = (contacts(asked, window) for asked in (filters, wide))
    before = contacts(filters, past) if past else {}
    elsewhere = {contact: why for contact, why in every.items() if contact not in now}
    return _Sides(filters=filters, now=now, before=before, elsewhere=elsewhere)


def _heard(sides: _Sides, bench: Bench, index: EvidenceSearch, *, recorded: bool, limit: int) -> _Heard:
    """Find what grew in a slice; where too little of its past was heard, what is said more than elsewhere."""
    size, heard = len(sides.now), sides.now.keys() & index.contact_ids
    listening = Listening(filters=sides.filters, contacts=size, with_transcript=len(heard))
    if not heard or size < (bench.catalogue.small_cells or 0):
        return listening, (), ()
    known = len(sides.before.keys() & index.contact_ids) >= ENOUGH
    against = sides.before if known else sides.elsewhere
    reasons, quotes = (
        growing_reasons(sides.now, against, index, elsewhere=sides.elsewhere, contacts_in_slice=size)
        if recorded
        else ((), ())
    )
    own = (*(str(value) for f in sides.filters for value in f.values), *(theme.theme for theme in reasons))
    words = index.contrast(
        sides.now, against, elsewhere=sides.elsewhere, contacts_in_slice=size, limit=limit - len(reasons), ignore=own
    )
    themes = (*reasons, *(t.theme for t in words))
    if not known:
        themes = tuple(replace(theme, share_before=None) for theme in themes)
    cited_by = {e.citation: e for e in (*(e for t in reversed(words) for e in t.evidence), *reversed(quotes))}
    told = tuple(replace(theme, filters=sides.filters) for theme in themes)
    cited = tuple(cited_by[c] for c in dict.fromkeys(c for theme in told for c in theme.citations))
    return listening, *with_opposed(told, cited, index, heard)


def reason_of(bench: Bench, table: str) -> str | None:
    """Return the dimension that records what a contact was about, where the transcripts' table has one."""
    return recorded_reason(bench.catalogue, table)


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


def leading(found: Findings) -> tuple[Segment, ...]:
    """Return the segments that carry most of the change, else most of what the asker saw, largest first."""
    if found.drivers is None:
        return ()
    asked = {"up": 1, "down": -1}.get(found.plan.direction or "", 0)
    for way in (found.drivers.total_change, asked):
        along = [s for s in found.drivers.segments if s.contribution * way > 0]
        if along:
            return tuple(sorted(along, key=lambda s: -abs(s.contribution))[:MOST_SEGMENTS])
    return ()


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
