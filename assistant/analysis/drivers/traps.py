"""What may make a change look like more, or less, than it is: coverage that changed, too little to divide by."""

from collections.abc import Iterator, Mapping

import numpy as np

from assistant.analysis.drivers.cells import Cells, cells_of, marginals
from assistant.analysis.moments import Moments, total
from semantic_layer.query import OTHER, UNKNOWN, Cube

SHARE = 0.02
CLEAR = 4.0
FEW_EVENTS = 10
MOST_MEMBERS = 60
MOST_SAID = 2


def traps(cube: Cube, labels: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence a trap: too few events to divide, members of one period only, members lost to unknown.

    A part is worth a word from 2 % of a period's rows on. Raises the UserErrors of `explain`.
    """
    cells = cells_of(cube)
    said = [*_coverage(cells, labels)][:MOST_SAID]
    return (*_few(cube), *_negative(cells), *said)


def _few(cube: Cube) -> Iterator[str]:
    """A sum has as many effective events as (Σn)²/Σn²: few mean that single rows move it."""
    for period, word in ((1, "later"), (0, "earlier")):
        m = total(cube, period)
        events = m.n**2 / m.nn if m.nn > 0 else 0.0
        if 0 < events < FEW_EVENTS and m.rows >= FEW_EVENTS:
            yield f"the {word} period rests on about {events:.0f} events: a single one moves the figure"


def _negative(cells: Cells) -> Iterator[str]:
    if cells.kind != "ratio":
        return
    wrong = int(sum((m.d < 0).sum() for m in cells.periods))
    if wrong:
        yield f"{wrong:,} groups have less than nothing to divide by: they count as a change of mix alone"


def _coverage(cells: Cells, labels: Mapping[str, str]) -> Iterator[str]:
    for dimension, names, (before, now) in zip(cells.dimensions, cells.members, marginals(cells), strict=True):
        present = int(((before.rows > 0) | (now.rows > 0)).sum())
        if not 2 <= present <= MOST_MEMBERS:
            continue
        label = labels.get(dimension, dimension)
        for member, name in enumerate(names):
            shares = [float(m.rows[member] / max(m.rows.sum(), 1)) for m in (before, now)]
            if name == OTHER or max(shares) < SHARE:
                continue
            if name == UNKNOWN:
                yield from _lost(label, shares, before, now)
            elif min(shares) == 0:
                period, share = ("later", shares[1]) if shares[1] else ("earlier", shares[0])
                yield f"{label} {name} has rows in the {period} period only ({share:.0%} of them): coverage changed"


def _lost(label: str, shares: list[float], before: Moments, now: Moments) -> Iterator[str]:
    rise = shares[1] - shares[0]
    spread = np.sqrt(sum(s * (1 - s) / m.rows.sum() for s, m in zip(shares, (before, now), strict=True)))
    if abs(rise) >= SHARE and abs(rise) > CLEAR * spread:
        way = "up" if rise > 0 else "down"
        yield (
            f"{label} is unknown for {shares[1]:.0%} of the rows, {way} from {shares[0]:.0%}: "
            "tracking changed, which can pass for a change of the figure"
        )
