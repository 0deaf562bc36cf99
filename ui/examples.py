"""Questions to begin with, made from the workspace's own metrics and proved by its planner."""

from collections.abc import Callable, Iterator

from assistant.phrases import capital, sentence_case
from semantic_layer.model import Catalogue, DimensionSpec, MetricSpec

WANTED = 6
OVERVIEW = "How are we doing?"


def example_questions(
    catalogue: Catalogue, sliceable: Callable[[str], tuple[str, ...]], answerable: Callable[[str], bool]
) -> tuple[str, ...]:
    """Return up to six questions that this workspace can answer: of the whole, then each about another metric."""
    chosen = [OVERVIEW] if answerable(OVERVIEW) else []
    metrics = iter(_spread(catalogue))
    for shape in _shapes(catalogue, sliceable):
        for metric in metrics:
            text = shape(metric)
            if text and answerable(text):
                chosen.append(text)
                break
    return tuple(chosen[:WANTED])


def _spread(catalogue: Catalogue) -> list[MetricSpec]:
    """Order metrics so that the pillars take turns, those of overviews first, ratios before counts."""
    visible = [m for m in catalogue.metrics if not m.hidden]
    pillars: dict[str | None, list[MetricSpec]] = {}
    for metric in sorted(visible, key=lambda m: (not m.headline, m.type != "ratio")):
        pillars.setdefault(metric.pillar, []).append(metric)
    rounds = max(map(len, pillars.values()), default=0)
    return [group[i] for i in range(rounds) for group in pillars.values() if i < len(group)]


def _shapes(
    catalogue: Catalogue, sliceable: Callable[[str], tuple[str, ...]]
) -> Iterator[Callable[[MetricSpec], str | None]]:
    def cut(metric: MetricSpec, place: int) -> DimensionSpec | None:
        names = sliceable(metric.name)
        usable = [d for d in catalogue.dimensions if d.name in names and d.driver and not d.hidden]
        return usable[place % len(usable)] if usable else None

    def named(metric: MetricSpec, place: int, form: str) -> str | None:
        dimension = cut(metric, place)
        return (
            form.format(metric=sentence_case(metric.label), dimension=sentence_case(dimension.label))
            if dimension
            else None
        )

    yield lambda m: f"Why did {sentence_case(m.label)} change?"
    yield lambda m: capital(named(m, 0, "{metric} by {dimension}") or "")
    yield lambda m: f"{m.label} over the past 12 months"
    yield lambda m: named(m, 1, "Which {dimension} has the highest {metric}?")
    yield lambda m: f"Why did {sentence_case(m.label)} change?"
    yield lambda m: f"What was {sentence_case(m.label)} last month?"
