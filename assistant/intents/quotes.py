"""What was said about it: passages from the contacts of a slice."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.findings import Findings
from assistant.intents.common import first_findings
from assistant.intents.listen import within_reach
from assistant.measuring import Bench
from assistant.types import Decline, Listening, Plan, Step
from semantic_layer.errors import BecauseError
from semantic_layer.query import TimeWindow

MOST_QUOTES = 6
LIMIT = 30


def find_quotes(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Search the contacts that the filters and the window choose."""
    found = first_findings(plan, replace(plan.reading, baseline=None), bench)
    try:
        index = bench.evidence()
    except BecauseError as error:
        message = f"Quotes need the transcript index: {error.message}. {error.hint[:1].upper()}{error.hint[1:]}."
        if bench.transcripts is None:
            message = "This workspace has no transcripts, so there is nothing to quote: name them in because.yml."
        yield replace(found, decline=Decline(reason="no_data", message=message))
        return
    yield Step(name="run", text="Choosing the contacts to look in")
    ids, notes = _contacts(plan, bench)
    heard = index.contact_ids if ids is None else ids & index.contact_ids
    wanted = min(plan.reading.limit or MOST_QUOTES, LIMIT)
    yield Step(name="evidence", text=f"Searching {len(heard):,} conversations")
    evidence = index.search(plan.search_text or plan.question.text, contact_ids=ids, k=wanted) if heard else ()
    contacts = len(heard) if ids is None else len(ids)
    yield replace(
        found,
        evidence=evidence,
        listening=(Listening(filters=plan.reading.filters, contacts=contacts, with_transcript=len(heard)),),
        notes=(*notes, *index.notes),
        decline=None if evidence else _nothing(len(heard)),
    )


def _contacts(plan: Plan, bench: Bench) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    settings = bench.transcripts
    if settings is None or settings.table is None:
        narrowed = plan.reading.filters or plan.reading.window
        note = "the transcripts are not tied to a table, so filters and dates were not applied"
        return None, (note,) if narrowed else ()
    filters, notes = within_reach(bench, settings, plan.reading.filters)
    window: TimeWindow | None = plan.reading.window
    if not filters and window is None:
        return None, notes
    return bench.recorder.keys(settings.table, settings.key, filters, window), notes


def _nothing(heard: int) -> Decline:
    if heard == 0:
        return Decline(reason="no_data", message="None of these contacts has a transcript in the index.")
    return Decline(
        reason="no_data", message=f"None of the {heard:,} conversations in this slice says anything close to that."
    )
