"""Questions this workspace can answer, nearest to the one it cannot."""

from collections.abc import Callable, Iterator, Sequence

from rapidfuzz import fuzz

from assistant.phrases import ask_how, ask_what
from assistant.planner import facts
from assistant.planner.draft import Context
from semantic_layer.compile import can_cut
from semantic_layer.model import MetricSpec

Readable = Callable[[str], bool]
COUNT = 3


def nearest(context: Context, text: str, metrics: Sequence[str], readable: Readable) -> tuple[str, ...]:
    """Return up to three questions, each of which the planner itself can read."""
    out: list[str] = []
    for question in _candidates(context, _closest(context, text, metrics)):
        if question not in out and readable(question):
            out.append(question)
        if len(out) == COUNT:
            break
    return tuple(out)


def _closest(context: Context, text: str, metrics: Sequence[str]) -> list[MetricSpec]:
    shown = [m for m in context.catalogue.metrics if not m.hidden]
    return sorted(shown, key=lambda m: (m.name not in metrics, -_similarity(m, text)))[:4]


def _similarity(metric: MetricSpec, text: str) -> float:
    names = (metric.label, *metric.synonyms)
    return max(fuzz.token_set_ratio(n.lower(), text.lower()) for n in names)


def _candidates(context: Context, metrics: Sequence[MetricSpec]) -> Iterator[str]:
    if not metrics:
        return
    first = metrics[0]
    cut = next((d for d in context.catalogue.dimensions if _cuts(context, first, d.name)), None)
    yield ask_what(first.label)
    if cut is not None:
        yield f"{first.label} by {said(cut.label)}"
    if context.clock is not None and facts.has_time(first, context.catalogue):
        yield f"{ask_how(first.label)}?"
        yield f"Why did the {said(first.label)} change?"
    for metric in metrics[1:]:
        yield ask_what(metric.label)


def said(label: str) -> str:
    """Return a label as it stands inside a sentence; abbreviations keep their capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _cuts(context: Context, metric: MetricSpec, dimension: str) -> bool:
    spec = context.catalogue.dimension(dimension)
    members = context.vocabulary.values.get(dimension, ())
    return not spec.hidden and 1 < len(members) <= 30 and can_cut(metric.name, dimension, context.catalogue)
