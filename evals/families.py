"""Cases whose answers are judged by each other: wordings, filters, periods, parts and wholes. No truth is needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from evals.cases import Case, Expected, ExpectedReading, Relation
from evals.facts import Facts, label_of, month_of
from semantic_layer.compile import sliceable
from semantic_layer.model import MetricSpec

_WORDINGS = ("{month} {label}", "{label}, {month}", "Give me {label} for {month}", "How high was {label} in {month}?")
_INTENTS = {
    "compare": "Compare {label} in {month} with {before}",
    "why": "Why did {label} change in {month}?",
    "forecast": "Forecast {label} for the next 3 months",
    "define": "How is {label} defined?",
    "anomalies": "Was anything unusual in {label} in {month}?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metric:
    """A metric in its words, the months it is asked for, and a dimension with one of its members."""

    spec: MetricSpec
    label: str
    months: tuple[tuple[date, date], ...]
    dimension: str
    cut: str
    member: str | None

    def month(self, back: int = 0) -> str:
        """Return a month in words."""
        return f"{self.months[back][0]:%B %Y}"


def families(facts: Facts) -> tuple[Case, ...]:
    """Return four metamorphic families and the intents that need no statement, for every metric."""
    asked = [m for m in facts.catalogue.metrics if not m.hidden]
    known = tuple(found for n, m in enumerate(asked) if (found := _metric(facts, m, n)))
    return tuple(case for n, metric in enumerate(known) for case in (*_relations(metric, n), *_intents(metric)))


def _metric(facts: Facts, spec: MetricSpec, number: int) -> _Metric | None:
    cuts = [d for d in sliceable(spec.name, facts.catalogue) if 1 < len(facts.values.get(d, ())) <= 60]
    if not cuts:
        return None
    dimension = cuts[number % len(cuts)]
    others = {v.casefold() for d, members in facts.values.items() if d != dimension for v in members}
    # A member that begins with a figure reads as a time or a number, and is asked for in other words.
    own = [v for v in facts.values[dimension] if v.casefold() not in others and len(v) > 2 and v[0].isalpha()]
    return _Metric(
        spec=spec,
        label=label_of(facts, spec.name),
        months=tuple(month_of(facts, back) for back in range(4)),
        dimension=dimension,
        cut=facts.catalogue.dimension(dimension).label.lower(),
        member=own[number % len(own)] if own else None,
    )


def _relations(metric: _Metric, number: int) -> Iterator[Case]:
    name, label, month = metric.spec.name, metric.label, metric.month(1)
    base = f"What was {label} in {month}?"
    read = ExpectedReading(metrics=(name,), filters={}, window=metric.months[1])
    wording = _WORDINGS[number % len(_WORDINGS)].format(label=label, month=month)
    yield _case("paraphrase", name, wording, read, Relation(kind="same", questions=(base,)))
    trend = f"{label} by month over the past 6 months"
    row = Relation(kind="row", questions=(trend,), key=f"{metric.months[1][0]:%Y-%m-%d}")
    yield _case("period", name, base, read, row)
    if metric.member is not None:
        table = f"{label} by {metric.cut} in {month}"
        cut = ExpectedReading(metrics=(name,), filters={metric.dimension: (metric.member,)}, window=metric.months[1])
        question = f"{label} for {metric.cut} {metric.member} in {month}"
        yield _case("filter", name, question, cut, Relation(kind="row", questions=(table,), key=metric.member))
    if _adds_up(metric.spec):
        parts = f"{label} by {metric.cut} in {month}"
        yield _case("additivity", name, base, read, Relation(kind="sum", questions=(parts,)))


def _adds_up(spec: MetricSpec) -> bool:
    """Tell whether a metric's groups add up to the whole: a count or a sum, nothing distinct."""
    return spec.type == "simple" and spec.measure is not None and spec.measure.agg in ("count", "sum")


def _case(family: str, name: str, question: str, reading: ExpectedReading, relation: Relation) -> Case:
    nothing = ("no_data",)
    return Case(
        id=f"generated-{family}-{name}", question=question, family=f"{family}-{name}", tags=(family, "metamorphic"),
        origin="generated",
        expect=Expected(kind=("answer", "refusal"), reason=nothing, reading=reading, relation=relation),
    )  # fmt: skip


def _intents(metric: _Metric) -> Iterator[Case]:
    """Ask each further kind of question; its reading is fixed, its numbers must be bound and add up."""
    words = {"label": metric.label, "month": metric.month(), "before": metric.month(1)}
    for intent, text in _INTENTS.items():
        yield Case(
            id=f"generated-{intent}-{metric.spec.name}", question=text.format(**words), origin="generated",
            family=f"{intent}-{metric.spec.name}", tags=(intent,),
            expect=Expected(
                kind=("answer", "refusal"), reason=("no_data",),
                reading=ExpectedReading(intent=intent, metrics=(metric.spec.name,)),
            ),
        )  # fmt: skip
