"""What scores are taught by: the outcome of each contact, as the warehouse recorded it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.phrases import join_words
from indexes.settings import ScoreSettings, TranscriptSettings
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, DimensionSpec, MeasureSpec, MetricSpec
from semantic_layer.query import MetricQuery

if TYPE_CHECKING:
    from indexes.scores import Outcome
    from semantic_layer.engine import SqlEngine

_CONTACT = "contact_of_score"
_ROWS = "rows_of_score"
_HALF = 0.5
_MOST = 50_000_000


def wishes(settings: TranscriptSettings) -> tuple[ScoreSettings, ...]:
    """Return the scores asked for; a bare name is that of a metric."""
    return tuple(ScoreSettings(name=wish, metric=wish) if isinstance(wish, str) else wish for wish in settings.scores)


def named(wanted: ScoreSettings) -> str:
    """Say what a score is about."""
    return wanted.label or wanted.name.replace("_", " ").capitalize()


def label_of(wanted: ScoreSettings, taught: MetricSpec | None) -> str:
    """Return what the metric of a score is called."""
    return wanted.label or f"{taught.label if taught else named(wanted)} from transcripts"


def counted(wanted: ScoreSettings, metric: str) -> str:
    """Say when a contact counts: "was recorded as Complaint", "counts for Churn"."""
    if wanted.where:
        return f"was recorded as {' and '.join(join_words(members, 'or') for members in wanted.where.values())}"
    if wanted.at_least is not None:
        return f"has a {metric} of {wanted.at_least:g} or more"
    return f"counts for {metric}" if wanted.at_most is None else f"has a {metric} of {wanted.at_most:g} or less"


def outcomes_of(
    wanted: ScoreSettings, settings: TranscriptSettings, catalogue: Catalogue, engine: "SqlEngine"
) -> "list[Outcome]":
    """Return the outcomes in order of time; raise UserError (unknown_metric, unknown_dimension, not_a_share)."""
    from indexes.scores import Outcome
    from semantic_layer.compile import compile_query

    table = settings.table or ""
    contact = DimensionSpec(name=_CONTACT, label="Contact", table=table, column=settings.key, driver=False)
    rows = MetricSpec(
        name=_ROWS, label="Rows", type="simple", definition="", unit="count", owner="",
        measure=MeasureSpec(table=table, agg="count"),
    )  # fmt: skip
    wider = with_parts(catalogue, dimensions=(*catalogue.dimensions, contact), metrics=(*catalogue.metrics, rows))
    metric = wanted.metric or _ROWS
    if wanted.metric and wanted.at_least is None and wanted.at_most is None:
        _check_share(catalogue.metric(wanted.metric))
    for name in wanted.where:
        catalogue.dimension(name)
    dated = any(t.name == table and t.time for t in catalogue.tables) or bool(wanted.metric)
    query = MetricQuery(
        metrics=(metric,), by=(_CONTACT, *wanted.where), grain="day" if dated else None,
        order_by="period" if dated else None,
    )  # fmt: skip
    found = engine.run(compile_query(query, wider), max_rows=_MOST)
    days = found.column("period") if dated else (None,) * len(found)
    recorded = [found.column(name) for name in wanted.where]
    outcomes = zip(found.column(_CONTACT), days, found.column(metric), *recorded, strict=True)
    return [
        Outcome(contact_id=str(contact_id), good=_counts(wanted, value, members), on=day)
        for contact_id, day, value, *members in outcomes
        if contact_id is not None and value is not None and None not in members
    ]


def unrecorded(wanted: ScoreSettings, outcomes: "Sequence[Outcome]") -> str | None:
    """Say that nothing in the warehouse records an outcome, where that is so."""
    if not wanted.where or any(outcome.good for outcome in outcomes):
        return None
    members = join_words([m for members in wanted.where.values() for m in members], "or")
    return f"no contact is recorded as {members}, so there is nothing to learn it from"


def with_parts(catalogue: Catalogue, **parts: object) -> Catalogue:
    """Return a catalogue with other parts, its names indexed anew."""
    return Catalogue(**{**dict(catalogue), **parts})


def _check_share(spec: MetricSpec) -> None:
    if spec.type not in ("ratio", "conversion"):
        raise UserError(
            f"transcripts: scores: {spec.name} is not a share of contacts",
            code="not_a_share",
            hint="name a ratio metric, or say from which value a contact counts (at_least, at_most)",
        )


def _counts(wanted: ScoreSettings, value: float, members: Sequence[object]) -> bool:
    if wanted.where:
        return all(str(m) in allowed for m, allowed in zip(members, wanted.where.values(), strict=True))
    if wanted.at_most is not None:
        return value <= wanted.at_most
    return value > _HALF if wanted.at_least is None else value >= wanted.at_least
