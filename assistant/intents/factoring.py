"""The factor tree of a change: the metric's own formula, what each factor carries, where the leading one moved."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from assistant.analysis.drivers.factors import shapley
from assistant.measuring import Bench, measure
from assistant.types import Drivers, Factor, Figure, Reading, Segment
from semantic_layer.compile import sliceable
from semantic_layer.identities import Identity, identities
from semantic_layer.model import Catalogue

DEPTH = 2
EXACT = 1e-9
LEADS = 0.5

Split = Callable[[Reading], tuple[Segment, ...]]


def with_factors(bench: Bench, reading: Reading, figure: Figure, drivers: Drivers, split: Split) -> Drivers:
    """Add the factors of the explained metric, if its definition has any; `split` finds a factor's segments."""
    formula, factors = _factors(bench, reading, figure, (figure.metric,))
    if not factors:
        return drivers
    if figure.significant is not False:
        factors = _located(reading, factors, split)
    return replace(drivers, formula=formula, factors=factors)


def _factors(
    bench: Bench, reading: Reading, whole: Figure, above: tuple[str, ...]
) -> tuple[str | None, tuple[Factor, ...]]:
    """Return the first identity that holds in both periods, and what its terms carry."""
    if whole.value is None or whole.baseline_value is None:
        return None, ()
    dimensions = {f.dimension for f in reading.filters}
    for identity in identities(whole.metric, bench.catalogue):
        closed = {*above, *bench.catalogue.closed}
        if closed & {*identity.metrics} or not sliced(identity.metrics, dimensions, bench.catalogue):
            continue
        terms = [measure(bench, m, reading.filters, reading.window, reading.baseline).figure for m in identity.metrics]
        found = _carried(identity, whole, terms)
        if found is None:
            continue
        if len(above) < DEPTH:
            found = tuple(
                _deeper(bench, reading, factor, term, (*above, *identity.metrics))
                for factor, term in zip(found, [*terms, None], strict=False)
            )
        return identity.text, found
    return None, ()


def sliced(metrics: Iterable[str], dimensions: set[str], catalogue: Catalogue) -> bool:
    """Tell whether every term can be measured in the slice: an identity of other rows would not hold."""
    return all(dimensions <= {*sliceable(m, catalogue)} for m in metrics)


def _carried(identity: Identity, whole: Figure, terms: list[Figure]) -> tuple[Factor, ...] | None:
    """Return the factors with their parts of the change; None where the identity does not hold."""
    if whole.value is None or whole.baseline_value is None:
        return None
    now, before = [t.value for t in terms], [t.baseline_value for t in terms]
    if None in now or None in before:
        return None
    values = []
    try:
        for total, found in ((whole.baseline_value, before), (whole.value, now)):
            known = tuple(float(v) for v in found if v is not None)
            values.append((*known, identity.left(total, known)) if identity.rest else known)
            if abs(identity.value(values[-1]) - total) > EXACT * abs(total):
                return None
        parts = shapley(identity.value, values[0], values[1])
    except ZeroDivisionError:
        return None
    labels = [*((t.metric, t.label, t.unit) for t in terms), (None, identity.rest or "", _unit(identity, whole))]
    return tuple(
        Factor(metric=metric, label=label, unit=unit, value_now=new, value_before=old, contribution=part)
        for (metric, label, unit), old, new, part in zip(labels, values[0], values[1], parts, strict=False)
    )


def _unit(identity: Identity, whole: Figure) -> str:
    return whole.unit if identity.kind == "sum" else "score"


def _deeper(bench: Bench, reading: Reading, factor: Factor, term: Figure | None, above: tuple[str, ...]) -> Factor:
    """Split a factor by its own formula, its factors' parts scaled to the explained metric."""
    if term is None or not term.change:
        return factor
    formula, inner = _factors(bench, reading, term, above)
    scale = factor.contribution / term.change
    inner = tuple(replace(f, contribution=f.contribution * scale) for f in inner)
    return replace(factor, formula=formula, factors=inner)


def _located(reading: Reading, factors: tuple[Factor, ...], split: Split) -> tuple[Factor, ...]:
    """Find the segments of the factor that carries most, if one does."""
    lead = max(factors, key=lambda f: abs(f.contribution))
    if lead.metric is None or abs(lead.contribution) < LEADS * sum(abs(f.contribution) for f in factors):
        return factors
    segments = split(replace(reading, metrics=(lead.metric,)))
    return tuple(replace(f, segments=segments) if f is lead else f for f in factors)
