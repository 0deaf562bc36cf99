"""Scores that transcripts are given from the workspace's own outcomes, and the metrics made of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from assistant.workspace import Workspace
from indexes.types import Progress
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, DimensionSpec, Join, MeasureSpec, MetricSpec, TableSpec
from semantic_layer.query import MetricQuery
from semantic_layer.storage import build_aside

if TYPE_CHECKING:
    from indexes.scores import ScoreCard
    from semantic_layer.engine import SqlEngine

Scores: TypeAlias = Mapping[str, Mapping[str, float]]

TABLE = "text_scores"
SCORES = "scores.duckdb"
CARDS = "scores.json"
_CONTACT = "contact_of_score"


def score_corpus(workspace: Workspace, *, progress: Progress | None = None) -> "tuple[ScoreCard, ...]":
    """Learn the scores that because.yml asks for and write them beside the index.

    Raises UserError: unknown_metric, not_a_share.
    """
    from indexes.scores import learn
    from indexes.search import TranscriptIndex
    from semantic_layer.engine import DuckDbEngine
    from semantic_layer.loader import load_catalogue

    settings = workspace.config.transcripts
    if settings is None or settings.table is None or not settings.scores:
        return ()
    config = workspace.config
    catalogue = load_catalogue(
        workspace.metrics, fiscal_year_start=config.fiscal_year_start, timezone=config.timezone
    ).catalogue
    engine = DuckDbEngine(workspace.warehouse, timezone=config.timezone)
    texts = TranscriptIndex.open(workspace.index).texts()
    cards: list[ScoreCard] = []
    scores: dict[str, Mapping[str, float]] = {}
    for done, name in enumerate(settings.scores):
        if progress:
            progress("learning scores", done, len(settings.scores))
        outcomes = _outcomes(catalogue, engine, name, settings.table, settings.key)
        card, told = learn(f"text_{name}", texts, outcomes)
        cards.append(card)
        if told:
            scores[card.name] = told
    engine.close()
    _write(workspace.index, tuple(texts), scores, cards)
    return tuple(cards)


def scores_file(workspace: Workspace) -> Path | None:
    """Return the file that the engine attaches, or None without scores."""
    file = workspace.index / SCORES
    return file if file.is_file() else None


def with_scores(catalogue: Catalogue, workspace: Workspace) -> Catalogue:
    """Add the metrics that the scores of a workspace make."""
    settings = workspace.config.transcripts
    told = [card for card in score_cards(workspace) if card.refused is None]
    if not told or settings is None or settings.table is None or not scores_file(workspace):
        return catalogue
    contacts = catalogue.table(settings.table)
    table = TableSpec(
        name=TABLE,
        description="One contact that has a transcript, with the scores its words were given.",
        key=settings.key,
        joins=(Join(to=contacts.name, on=settings.key),),
    )
    time = f"{contacts.name}.{contacts.time}" if contacts.time else None
    metrics = tuple(_metric(card, catalogue, time) for card in told)
    return _with(catalogue, tables=(*catalogue.tables, table), metrics=(*catalogue.metrics, *metrics))


def _with(catalogue: Catalogue, **parts: object) -> Catalogue:
    """Return a catalogue with other parts, its names indexed anew."""
    return Catalogue(**{**dict(catalogue), **parts})


def score_cards(workspace: Workspace) -> "tuple[ScoreCard, ...]":
    """Return how well each score of a workspace tells, none where none was learned."""
    from indexes.scores import ScoreCard

    file = workspace.index / CARDS
    raw = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    return tuple(ScoreCard(**{**card, "auc_ci": tuple(card["auc_ci"]) if card["auc_ci"] else None}) for card in raw)


def source(card: "ScoreCard") -> str:
    """Return the metric that a score was taught by."""
    return card.name.removeprefix("text_")


def _metric(card: "ScoreCard", catalogue: Catalogue, time: str | None) -> MetricSpec:
    taught = catalogue.metric(source(card))
    low, high = card.auc_ci or (0.0, 1.0)
    return MetricSpec(
        name=card.name,
        label=f"{taught.label} from transcripts",
        type="average",
        definition=(
            f"Mean probability that a contact counts for {taught.label}, told by a model from the words of every "
            "contact that has a transcript."
        ),
        unit="ratio",
        good=taught.good,
        synonyms=tuple(f"{name} from transcripts" for name in (taught.name.replace("_", " "), *taught.synonyms)),
        owner=taught.owner,
        pillar=taught.pillar,
        horizon=taught.horizon,
        caveat=(
            f"A model, taught by {card.contacts:,} contacts whose outcome is known; on later contacts its AUC was "
            f"{card.auc:.2f} ({low:.2f} to {high:.2f}). It speaks only of contacts with a transcript."
        ),
        measure=MeasureSpec(table=TABLE, agg="average", expr=card.name, time=time),
    )


def _outcomes(catalogue: Catalogue, engine: "SqlEngine", name: str, table: str, key: str) -> list[tuple[str, bool]]:
    """Return (contact, counted) in order of time for the contacts that a share's denominator counts."""
    from semantic_layer.compile import compile_query

    spec = catalogue.metric(name)
    if spec.type != "ratio":
        raise UserError(
            f"transcripts: scores: {name} is not a share of contacts", code="not_a_share", hint="name a ratio metric"
        )
    contact = DimensionSpec(name=_CONTACT, label="Contact", table=table, column=key, driver=False)
    wider = _with(catalogue, dimensions=(*catalogue.dimensions, contact))
    query = MetricQuery(metrics=(name,), by=(_CONTACT,), grain="day", order_by="period")
    rows = engine.run(compile_query(query, wider), max_rows=50_000_000)
    return [
        (str(contact), value > 0.5)
        for contact, value in zip(rows.column(_CONTACT), rows.column(name), strict=True)
        if contact is not None and value is not None
    ]


def _write(folder: Path, contacts: Sequence[str], scores: Scores, cards: "Sequence[ScoreCard]") -> None:
    told = {"contact_id": np.array(contacts, dtype=object)}
    told |= {name: np.array([score[c] for c in contacts]) for name, score in scores.items()}
    with build_aside(folder / SCORES) as connection:
        connection.execute(f"CREATE TABLE {TABLE} AS SELECT * FROM told")
    aside = folder / f"{CARDS}.new"
    aside.write_text(json.dumps([asdict(card) for card in cards], indent=1), encoding="utf-8")
    aside.replace(folder / CARDS)
