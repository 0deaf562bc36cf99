"""Words that people ask with and that link to nothing, with the synonym that would close the gap."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assistant.dictionary import load_dictionary
from assistant.log import AnswerLog
from assistant.workspace import Workspace
from evals.drift.asked import meant_by, terms_of
from semantic_layer.model import Catalogue, MetricSpec

DAYS = 7
MOST = 10
ALIKE = 75.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A word, how often it was asked with, and the metric that should be found by it; none where none is near."""

    term: str
    asked: int
    metric: str = ""
    label: str = ""
    owner: str = ""
    why: str = ""


def gaps_of(workspace: Workspace) -> tuple[Gap, ...]:
    """Return the last seven days' gaps, the most asked first."""
    if not workspace.log.is_file():
        return ()
    week = AnswerLog(path=workspace.log).asked(datetime.now(UTC) - timedelta(days=DAYS))
    catalogue = load_dictionary(workspace).catalogue
    ranked = sorted(terms_of(week).items(), key=lambda item: (-item[1], item[0]))
    return tuple(_gap(term, asked, meant_by(week, term), catalogue) for term, asked in ranked[:MOST])


def _gap(term: str, asked: int, meant: str, catalogue: Catalogue) -> Gap:
    shown = {m.name: m for m in catalogue.metrics if not m.hidden}
    if meant in shown:
        return _named(term, asked, shown[meant], "what its askers asked for next")
    near = _nearest(term, list(shown.values()))
    return _named(term, asked, near, "the name most like it") if near else Gap(term=term, asked=asked)


def _named(term: str, asked: int, metric: MetricSpec, why: str) -> Gap:
    return Gap(term=term, asked=asked, metric=metric.name, label=metric.label, owner=metric.owner, why=why)


def _nearest(term: str, metrics: list[MetricSpec]) -> MetricSpec | None:
    """Return the metric with the name most like a term, if one is alike at all."""
    from rapidfuzz import fuzz, process

    names = [(name.casefold(), metric) for metric in metrics for name in (metric.label, *metric.synonyms)]
    found = process.extractOne(term.casefold(), [name for name, _ in names], scorer=fuzz.ratio, score_cutoff=ALIKE)
    return names[found[2]][1] if found else None
