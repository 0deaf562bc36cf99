"""From findings to an answer: narrated, verified, with definitions, caveats and questions to go on with."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from assistant.calibration import Calibration
from assistant.confidence import FEW_ROWS, confidence_of
from assistant.findings import Findings
from assistant.follow_ups import follow_ups
from assistant.phrases import spoken_date
from assistant.protocols import Narrator
from assistant.types import Answer, Claim, Confidence, Definition, QueryRecord
from assistant.verify import verify_claims, verify_quotes, verify_reading
from assistant.windows import name_of, whole_months
from semantic_layer.model import Catalogue
from semantic_layer.query import MetricQuery, Run

_UNSURE = Confidence(probability=None, label="uncalibrated", calibrated_on=None, record=None, reasons=())


def answer_of(
    found: Findings,
    common: dict[str, Any],
    narrator: Narrator,
    quote_of: Callable[[str], str],
    readable: Callable[[str], bool],
    calibration: Calibration,
) -> Answer:
    """Narrate and verify findings; what is not grounded is dropped, counted and noted."""
    verify_reading(found)
    quotes = verify_quotes(found.evidence, quote_of)
    lost = len(found.evidence) - len(quotes)
    found = replace(found, evidence=quotes)
    draft = _draft(found, common)
    narration = narrator.narrate(found)
    claims, dropped = verify_claims(narration, draft)
    headline = narration.headline if narration.headline in claims else _plain_headline(found)
    if headline not in claims:
        claims = (headline, *claims)
    return replace(
        draft,
        headline=headline.text,
        claims=claims,
        confidence=confidence_of(found, dropped + lost, calibration),
        follow_ups=follow_ups(found, readable),
        notes=(*draft.notes, *narration.notes, *_dropped(dropped, lost)),
        model=narration.model or found.plan.model,
    )


def _draft(found: Findings, common: dict[str, Any]) -> Answer:
    return Answer(
        **common,
        reading=found.reading,
        headline="",
        figures=found.figures,
        table=found.table,
        drivers=found.drivers,
        themes=found.themes,
        listening=found.listening,
        evidence=found.evidence,
        queries=tuple(_record(run) for run in found.runs),
        definitions=tuple(_validated(found)),
        confidence=_UNSURE,
        caveats=tuple(dict.fromkeys(_caveats(found))),
        notes=tuple(dict.fromkeys(_notes(found))),
    )


def _plain_headline(found: Findings) -> Claim:
    """Say the first figure and no more."""
    if found.figures:
        figure = found.figures[0]
        return Claim(text=f"{figure.label}: {figure.text}.", figures=("/figures/0/value",))
    return Claim(text="The result is in the table below." if found.table else "Nothing could be verified.")


def _dropped(claims: int, quotes: int) -> Iterator[str]:
    for count, what, why in (
        (claims, "sentence", "could not be traced to a figure"),
        (quotes, "quote", "did not stand verbatim in the transcript"),
    ):
        if count:
            yield f"{count} {what}{'s were' if count > 1 else ' was'} dropped: {'they' if count > 1 else 'it'} {why}"


def _record(run: Run) -> QueryRecord:
    sql = run.sql
    return QueryRecord(
        id=run.id, purpose=run.purpose, sql=sql.text, dialect=sql.dialect, rows=run.rows, ms=round(run.ms, 3)
    )


def _definitions(found: Findings) -> tuple[Definition, ...]:
    names = dict.fromkeys((*found.reading.metrics, *(figure.metric for figure in found.figures)))
    return tuple(_definition(name, found.catalogue) for name in names)


def _validated(found: Findings) -> Iterator[Definition]:
    """Put the card of a learned score beside its definition."""
    cards = {card.name: card for card in found.cards}
    for definition in _definitions(found):
        yield replace(definition, validation=cards.get(definition.metric))


def _definition(name: str, catalogue: Catalogue) -> Definition:
    spec = catalogue.metric(name)
    current = next((v for v in spec.versions if v.version == spec.version), None)
    return Definition(
        metric=spec.name,
        label=spec.label,
        definition=spec.definition,
        owner=spec.owner,
        version=spec.version,
        changed_on=current.effective_on if current else None,
        caveat=spec.caveat,
    )


def _caveats(found: Findings) -> Iterator[str]:
    if found.smallest is not None and found.smallest < FEW_ROWS:
        yield f"Few data: {found.smallest} rows lie behind the smallest figure, so it may move by chance."
    yield from _lengths(found)
    yield from _redefined(found)
    for definition in _definitions(found):
        if definition.caveat:
            yield f"{definition.label}: {definition.caveat}"
    yield from found.caveats


def _lengths(found: Findings) -> Iterator[str]:
    """Say when a sum is compared over windows of different lengths."""
    now, before = found.reading.window, found.reading.baseline
    if now is None or before is None or now.days == before.days:
        return
    sums = [m for m in found.reading.metrics if found.catalogue.metric(m).type == "simple"]
    if sums and not (whole_months(now) and whole_months(now) == whole_months(before)):
        yield f"{name_of(now)} has {now.days} days and {name_of(before)} {before.days}; sums are not scaled."


def _redefined(found: Findings) -> Iterator[str]:
    """Say when a metric's definition changed inside the days that are compared."""
    windows = [w for w in (found.reading.window, found.reading.baseline) if w]
    if not windows or found.plan.as_reported:
        return
    first, last = min(w.start for w in windows), max(w.end for w in windows)
    for name in found.reading.metrics:
        spec = found.catalogue.metric(name)
        for version in spec.versions:
            if first < version.effective_on <= last and version.version > 1:
                yield (
                    f"The definition of {spec.label} changed on {spoken_date(version.effective_on)}; "
                    f"version {spec.version} is used for every date shown."
                )


def _notes(found: Findings) -> Iterator[str]:
    yield from found.plan.notes
    yield from found.notes
    for run in found.runs:
        if isinstance(run.query, MetricQuery):
            yield from run.sql.notes
