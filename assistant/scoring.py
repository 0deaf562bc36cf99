"""Scores that transcripts are given from the workspace's own outcomes, and the metrics made of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from assistant.taught import counted, label_of, named, outcomes_of, unrecorded, wishes, with_parts
from assistant.workspace import Workspace
from indexes.settings import ScoreSettings
from indexes.types import Progress
from semantic_layer.model import Catalogue, Join, MeasureSpec, MetricSpec, TableSpec
from semantic_layer.storage import build_aside

if TYPE_CHECKING:
    from indexes.validation import ScoreCard

Scores: TypeAlias = Mapping[str, Mapping[str, float]]

TABLE = "text_scores"
SCORES = "scores.duckdb"
CARDS = "scores.json"


def score_corpus(workspace: Workspace, *, progress: Progress | None = None) -> "tuple[ScoreCard, ...]":
    """Learn the scores that because.yml asks for and write them beside the index.

    Raises UserError: unknown_metric, unknown_dimension, not_a_share.
    """
    from indexes.scores import learn, refused, weigh
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
    words = weigh(TranscriptIndex.open(workspace.index).texts())
    cards: list[ScoreCard] = []
    scores: dict[str, Mapping[str, float]] = {}
    for done, wanted in enumerate(wishes(settings)):
        if progress:
            progress("learning scores", done, len(settings.scores))
        outcomes = outcomes_of(wanted, settings, catalogue, engine)
        nobody = unrecorded(wanted, outcomes)
        card, told = (
            (refused(f"text_{wanted.name}", nobody), {}) if nobody else learn(f"text_{wanted.name}", words, outcomes)
        )
        cards.append(card)
        if told:
            scores[card.name] = told
    engine.close()
    _write(workspace.index, tuple(words.place), scores, cards)
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
    wanted = {f"text_{wish.name}": wish for wish in wishes(settings)}
    metrics = tuple(_metric(card, wanted[card.name], catalogue, time) for card in told if card.name in wanted)
    return with_parts(catalogue, tables=(*catalogue.tables, table), metrics=(*catalogue.metrics, *metrics))


def score_cards(workspace: Workspace) -> "tuple[ScoreCard, ...]":
    """Return how well each score of a workspace tells, none where none was learned."""
    from pydantic import TypeAdapter

    from indexes.validation import ScoreCard

    file = workspace.index / CARDS
    if not file.is_file():
        return ()
    return TypeAdapter(tuple[ScoreCard, ...]).validate_json(file.read_bytes())


def sources(workspace: Workspace) -> dict[str, frozenset[str]]:
    """Map each score to the metrics and dimensions that it was taught by."""
    settings = workspace.config.transcripts
    return {
        f"text_{wish.name}": frozenset((*wish.where, *([wish.metric] if wish.metric else [])))
        for wish in (wishes(settings) if settings else ())
    }


def labels(workspace: Workspace, catalogue: Catalogue) -> dict[str, str]:
    """Map each score asked for to what people call it."""
    settings = workspace.config.transcripts
    known = {spec.name: spec for spec in catalogue.metrics}
    return {
        f"text_{wish.name}": label_of(wish, known.get(wish.metric or ""))
        for wish in (wishes(settings) if settings else ())
    }


def _metric(card: "ScoreCard", wanted: ScoreSettings, catalogue: Catalogue, time: str | None) -> MetricSpec:
    taught = catalogue.metric(wanted.metric) if wanted.metric else None
    label = label_of(wanted, taught)
    counts = counted(wanted, taught.label if taught else "")
    low, high = card.auc_ci or (0.0, 1.0)
    drifts = f" It drifts: {card.drift}." if card.drift else ""
    spoken = wanted.name.replace("_", " ")
    other = (taught.name.replace("_", " "), *taught.synonyms) if taught else (spoken, named(wanted))
    return MetricSpec(
        name=card.name,
        label=label,
        type="average",
        definition=(
            f"Mean probability that a contact {counts}, told by a model from the words of every contact that has a "
            "transcript."
        ),
        unit="ratio",
        good=taught.good if taught and wanted.at_most is None and wanted.at_least is None else "neutral",
        synonyms=tuple(f"{name} from transcripts" for name in dict.fromkeys(other)),
        owner=taught.owner if taught else "Data owner",
        pillar=taught.pillar if taught else None,
        horizon=taught.horizon if taught else None,
        caveat=(
            f"A model, taught by {card.contacts:,} contacts whose outcome is known; on later contacts its AUC was "
            f"{card.auc:.2f} ({low:.2f} to {high:.2f}).{drifts} It speaks only of contacts with a transcript."
        ),
        measure=MeasureSpec(table=TABLE, agg="average", expr=card.name, time=time),
    )


def _write(folder: Path, contacts: Sequence[str], scores: Scores, cards: "Sequence[ScoreCard]") -> None:
    from pydantic import TypeAdapter

    from indexes.validation import ScoreCard

    told = {"contact_id": np.array(contacts, dtype=object)}
    told |= {name: np.array([score[c] for c in contacts]) for name, score in scores.items()}
    with build_aside(folder / SCORES) as connection:
        connection.execute(f"CREATE TABLE {TABLE} AS SELECT * FROM told")
    aside = folder / f"{CARDS}.new"
    aside.write_bytes(TypeAdapter(tuple[ScoreCard, ...]).dump_json(tuple(cards), indent=1))
    aside.replace(folder / CARDS)
