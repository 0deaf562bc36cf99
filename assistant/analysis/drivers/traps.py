"""What may make a change look like more, or less, than it is: coverage that changed, too little to divide by."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers.cells import Cells, Codes, Floats, cells_of, marginals, sums
from assistant.analysis.drivers.split import rate_effect
from assistant.analysis.moments import Moments, total
from semantic_layer.query import OTHER, UNKNOWN, Cube

SHARE = 0.02
CLEAR = 4.0
FEW_EVENTS = 10
FEWEST_ROWS = 30
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
    if (cube.n < 0).any():
        return
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
    said: set[tuple[float, ...]] = set()
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
                # What one joined table says of a row is unknown together: said once.
                if tuple(shares) not in said and not _is_structural(cells, dimension, shares[1] - shares[0]):
                    yield from _lost(label, shares, before, now)
                said.add(tuple(shares))
            elif min(shares) == 0 and before.rows[member] + now.rows[member] >= FEWEST_ROWS:
                period, share = ("later", shares[1]) if shares[1] else ("earlier", shares[0])
                yield f"{label} {name} has rows in the {period} period only ({share:.0%} of them): coverage changed"


def _lost(label: str, shares: list[float], before: Moments, now: Moments) -> Iterator[str]:
    rise = shares[1] - shares[0]
    spread = np.sqrt(sum(s * (1 - s) / m.rows.sum() for s, m in zip(shares, (before, now), strict=True)))
    if abs(rise) >= SHARE and abs(rise) > CLEAR * spread:
        way = "up" if rise > 0 else "down"
        yield (
            f"{label} is unknown for {shares[1]:.0%} of the rows, {way} from {shares[0]:.0%}: "
            "where that is tracking gained or lost, it can pass for a change of the figure"
        )


def _is_structural(cells: Cells, dimension: str, rise: float) -> bool:
    """Tell what is unknown by nature inside members of another dimension (the team of a bot), which grew or shrank."""
    at = cells.dimensions.index(dimension)
    unknown = np.asarray(cells.codes[:, at] == cells.members[at].index(UNKNOWN))
    for other in range(len(cells.dimensions)):
        inner, mix = _unknown_within(cells, unknown, other)
        if other != at and abs(inner) < SHARE / 2 and mix * np.sign(rise) > abs(rise) / 2:
            return True
    return False


def _unknown_within(cells: Cells, unknown: NDArray[np.bool_], other: int) -> tuple[float, float]:
    """Return the change of the unknown share inside another dimension's known members, and that of their mix."""
    names, codes = cells.members[other], cells.codes[:, other]
    known = codes != names.index(UNKNOWN) if UNKNOWN in names else np.ones(len(codes), dtype=bool)
    before, now = (_unknown_by(m.rows, unknown & known, known, codes, len(names)) for m in cells.periods)
    inner = float(rate_effect(before, now, sums(before), sums(now)).sum())
    shares = [float(m.n.sum() / max(m.d.sum(), 1.0)) for m in (before, now)]
    return inner, shares[1] - shares[0] - inner


def _unknown_by(rows: Floats, unknown: NDArray[np.bool_], known: NDArray[np.bool_], codes: Codes, size: int) -> Moments:
    d, n = (np.bincount(codes, rows * kept, size) for kept in (known, unknown))
    return Moments(rows=d, n=n, d=d, nn=n, nd=n, dd=d)
