"""What the generation of cases may know of a workspace, and the words it asks in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from evals.score import RunSql
from semantic_layer.calendar import period_end, period_start, shift
from semantic_layer.model import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The workspace's language, its members, its last day, its rows, and what was planted in it."""

    catalogue: Catalogue
    values: Mapping[str, tuple[str, ...]]
    as_of: date
    run_sql: RunSql
    effects: Sequence[Mapping[str, Any]] = ()


def month_of(facts: Facts, back: int = 0) -> tuple[date, date]:
    """Return the last complete month, or the one `back` months earlier."""
    after = facts.as_of + timedelta(days=1)
    start = shift(period_start(after, "month", 1), "month", -1 - back, 1)
    return start, period_end(start, "month", 1)


def label_of(facts: Facts, metric: str) -> str:
    """Return a metric's label as it stands inside a sentence."""
    label = facts.catalogue.metric(metric).label
    return label if label.isupper() else label[:1].lower() + label[1:]
