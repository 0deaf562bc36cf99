"""What follows from a supposition by the metrics' own formulas, everything else in them as it is."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.intents.factoring import EXACT, sliced
from assistant.measuring import Bench, measure
from assistant.phrases import show
from assistant.types import Figure, Reading
from semantic_layer.errors import UserError
from semantic_layer.identities import Identity, identities

MOST = 3


def following(bench: Bench, reading: Reading, supposed: Figure) -> tuple[Figure, ...]:
    """Return metrics whose formula holds the supposed one, as they would be against what they are."""
    found = (f for name in _shown(bench, reading) for f in _moved(bench, reading, name, supposed))
    return tuple(figure for _, figure in zip(range(MOST), found, strict=False))


def _shown(bench: Bench, reading: Reading) -> Iterator[str]:
    closed = {*bench.catalogue.closed, *reading.metrics}
    return (m.name for m in bench.catalogue.metrics if not m.hidden and m.name not in closed)


def _moved(bench: Bench, reading: Reading, name: str, supposed: Figure) -> Iterator[Figure]:
    dimensions = {f.dimension for f in reading.filters}
    for identity in identities(name, bench.catalogue):
        if supposed.metric not in identity.metrics or bench.catalogue.closed & {*identity.metrics}:
            continue
        if sliced((name, *identity.metrics), dimensions, bench.catalogue):
            figure = _worked_out(bench, reading, name, identity, supposed)
            if figure:
                yield figure
                return


def _worked_out(bench: Bench, reading: Reading, name: str, identity: Identity, supposed: Figure) -> Figure | None:
    """Evaluate an identity that holds as things are with the supposed value in its place."""
    try:
        whole = measure(bench, name, reading.filters, reading.window).figure
        terms = [measure(bench, m, reading.filters, reading.window).figure.value for m in identity.metrics]
        known = tuple(float(v) for v in terms if v is not None)
        if whole.value is None or len(known) < len(terms):
            return None
        rest = (identity.left(whole.value, known),) if identity.rest else ()
        if abs(identity.value((*known, *rest)) - whole.value) > EXACT * abs(whole.value):
            return None
        other = [supposed.value if m == supposed.metric else v for m, v in zip(identity.metrics, known, strict=True)]
        value = identity.value((*(float(v or 0.0) for v in other), *rest))
    except (UserError, ZeroDivisionError):
        return None
    return otherwise(replace(whole, label=f"{whole.label}, supposed"), value)


def otherwise(now: Figure, value: float) -> Figure:
    """Return a figure as it would be, against what it is."""
    change = value - (now.value or 0.0)
    return replace(
        now,
        value=value,
        text=show(value, now.unit),
        baseline_value=now.value,
        change=change,
        change_pct=change / abs(now.value) if now.value else None,
    )
