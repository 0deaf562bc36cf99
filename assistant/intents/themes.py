"""What customers contact us about: recorded reasons counted over all contacts, and what the transcripts say."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.findings import Findings
from assistant.intents.common import first_findings
from assistant.intents.emerging import SHORT, weeks_before
from assistant.intents.listen import contacts_of_slice, reason_of, within_reach
from assistant.intents.opposed import with_opposed
from assistant.intents.reasons import common_reasons, growing_reasons, grown_reasons
from assistant.measuring import Bench
from assistant.protocols import EvidenceSearch
from assistant.recorder import number
from assistant.types import Decline, Listening, Plan, Reading, ResultColumn, ResultTable, Step
from assistant.windows import previous
from indexes.settings import TranscriptSettings
from indexes.types import Evidence, Theme
from semantic_layer.errors import BecauseError
from semantic_layer.model import MeasureSpec
from semantic_layer.query import UNKNOWN, Filter, MetricQuery, TimeWindow

SHOWN = 10
THEMES = 4
GROWING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slice:
    """Contacts asked about and those before them, each with its recorded reason."""

    index: EvidenceSearch
    now: dict[str, str]
    before: dict[str, str]
    recorded: bool


def find_themes(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Count reasons in the slice and before it, quote them, and name what grew."""
    reading = _against_before(plan.reading)
    found = first_findings(plan, reading, bench)
    settings = bench.transcripts
    try:
        index = bench.evidence()
    except BecauseError as error:
        message = f"Themes need the transcript index: {error.message}. {error.hint[:1].upper()}{error.hint[1:]}."
        yield replace(found, decline=Decline(reason="no_data", message=message))
        return
    yield Step(name="run", text="Choosing the contacts to listen to")
    if settings is None or settings.table is None:
        yield _untied(found, index)
        return
    filters, notes = within_reach(bench, settings, reading.filters)
    reason = reason_of(bench, settings.table)
    heard = _Slice(
        index=index,
        now=contacts_of_slice(bench, settings, reason, filters, reading.window),
        before=contacts_of_slice(bench, settings, reason, filters, reading.baseline) if reading.baseline else {},
        recorded=reason is not None,
    )
    grown = grown_reasons(Counter(heard.now.values()), Counter(heard.before.values()))
    table = _counted(bench, settings, reading, filters, reason)
    found = replace(found, notes=notes, table=table, grown=tuple(grown))
    yield Step(name="evidence", text=f"Listening to {len(heard.now.keys() & index.contact_ids):,} conversations")
    yield _listened(found, heard, filters)


def _against_before(reading: Reading) -> Reading:
    if reading.window is None or reading.baseline is not None:
        return reading
    if reading.window.days > SHORT:
        return replace(reading, baseline=previous(reading.window))
    return replace(reading, baseline=weeks_before(reading.window))


def _counted(
    bench: Bench, settings: TranscriptSettings, reading: Reading, filters: tuple[Filter, ...], reason: str | None
) -> ResultTable | None:
    """Count the recorded reasons over every contact of the slice, with their shares in both periods."""
    counts = next((m for m in bench.catalogue.metrics if _counts_rows(m.name, bench, settings.table or "")), None)
    if reason is None or counts is None:
        return None
    now = _shares(bench, counts.name, reason, filters, reading.window)
    before = _shares(bench, counts.name, reason, filters, reading.baseline) if reading.baseline else {}
    rows = sorted(now.items(), key=lambda item: (-item[1][0], item[0]))[:SHOWN]
    return ResultTable(
        columns=(
            ResultColumn(name=reason),
            ResultColumn(name=counts.name, unit=counts.unit),
            ResultColumn(name="share", unit="ratio"),
            ResultColumn(name="share_before", unit="ratio"),
        ),
        rows=tuple(
            (member, n, share, before.get(member, (0, 0.0))[1] if before else None) for member, (n, share) in rows
        ),
    )


def _counts_rows(name: str, bench: Bench, table: str) -> bool:
    spec = bench.catalogue.metric(name)
    return not spec.hidden and spec.measure == MeasureSpec(table=table, agg="count")


def _shares(
    bench: Bench, metric: str, reason: str, filters: tuple[Filter, ...], window: TimeWindow | None
) -> dict[str, tuple[float, float]]:
    query = MetricQuery(metrics=(metric,), by=(reason,), filters=filters, window=window)
    run = bench.recorder.measure(query, f"contacts by {bench.catalogue.dimension(reason).label}")
    counts = [number(n) for n in run.table.column(metric)] if len(run.table) else []
    members = run.table.column(reason) if counts else ()
    # What is withheld counts in the whole, too, so its sum is no longer that of the rows.
    total = _whole(bench, metric, filters, window) if None in counts else sum(n for n in counts if n)
    return {
        UNKNOWN if member is None else str(member): (n, n / total)
        for member, n in zip(members, counts, strict=True)
        if n is not None and total
    }


def _whole(bench: Bench, metric: str, filters: tuple[Filter, ...], window: TimeWindow | None) -> float:
    run = bench.recorder.measure(MetricQuery(metrics=(metric,), filters=filters, window=window), "all contacts")
    return (number(run.table.column(metric)[0]) if len(run.table) else None) or 0.0


def _untied(found: Findings, index: EvidenceSearch) -> Findings:
    """Listen to every conversation, where no table says when and with whom they were."""
    every = index.contact_ids
    told = index.leading(every, contacts_in_slice=len(every))
    narrowed = found.reading.filters or found.reading.window
    note = "the transcripts are not tied to a table, so filters and dates were not applied"
    quotes = tuple(e for t in told for e in t.evidence[:1])
    themes, evidence = with_opposed([t.theme for t in told], quotes, index, every)
    return replace(
        found,
        reading=replace(found.reading, window=None, baseline=None, filters=()),
        themes=themes,
        evidence=evidence,
        listening=(Listening(filters=(), contacts=len(every), with_transcript=len(every)),),
        notes=(note,) if narrowed else (),
        decline=None if told else _silent(len(every)),
    )


def _listened(found: Findings, heard: _Slice, filters: tuple[Filter, ...]) -> Findings:
    read = heard.now.keys() & heard.index.contact_ids
    themes, quotes = _leading(heard) if read else ((), ())
    listening = Listening(filters=filters, contacts=len(heard.now), with_transcript=len(read))
    return replace(
        found,
        themes=themes,
        evidence=quotes,
        listening=(listening,),
        decline=None if themes or (found.table and found.table.rows) else _silent(len(read)),
    )


def _leading(heard: _Slice) -> tuple[tuple[Theme, ...], tuple[Evidence, ...]]:
    """Return the most frequent themes, then those that grew, each once."""
    size = len(heard.now)
    if heard.recorded:
        often = common_reasons(heard.now, heard.before, heard.index, contacts_in_slice=size, limit=THEMES)
        grown = growing_reasons(heard.now, heard.before, heard.index, contacts_in_slice=size)
        themes, quotes = often[0] + grown[0], often[1] + grown[1]
    else:
        told = heard.index.leading(heard.now, heard.before, contacts_in_slice=size, limit=THEMES + GROWING)
        themes, quotes = tuple(t.theme for t in told), tuple(e for t in told for e in t.evidence[:2])
    new = heard.index.contrast(
        heard.now, heard.before, contacts_in_slice=size, limit=GROWING, ignore=tuple(t.theme for t in themes)
    )
    themes += tuple(t.theme for t in new)
    quotes += tuple(e for t in new for e in t.evidence[:2])
    themes = tuple({t.theme: t for t in themes}.values())
    against, cited = with_opposed(themes, quotes, heard.index, heard.now)
    quotes += tuple(e for e in cited if e.stance == "counters")
    return against, tuple({(e.theme, e.citation): e for e in quotes}.values())


def _silent(read: int) -> Decline:
    if read == 0:
        return Decline(reason="no_data", message="None of these contacts has a transcript in the index.")
    return Decline(reason="no_data", message=f"The {read:,} conversations in this slice are too few to find themes in.")
