"""Applies effects to base rates, whatever the metric, the segment and the dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from evals.world.arrays import Bools, Floats, Ints
from evals.world.effect import Effect
from evals.world.metrics import METRICS

_DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows to be changed: member codes a dimension (-1: none) and days as ordinals.

    Arrays may have any shapes that broadcast to the shape of the base rates. `months` is the part
    of a month that the rows stand for; without it their days tell.
    """

    codes: Mapping[str, Ints]
    day: Ints
    months: float | None = None


@dataclass(slots=True)
class Tally:
    """What an effect did to expected values: rows reached, sums without and with it."""

    rows: float = 0.0
    without: float = 0.0
    planted: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Planter:
    """The effects of a scenario; `tallies` fill up as they are planted."""

    effects: Sequence[Effect]
    members: Mapping[str, tuple[str, ...]]
    as_of: date
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)

    def on(self, *metrics: str) -> tuple[Effect, ...]:
        """Return the effects planted on any of these metrics."""
        return tuple(e for e in self.effects if e.metric in metrics)

    def reaches(self, effect: Effect, rows: Rows, *, dimensions: Sequence[str] | None = None) -> Bools:
        """Tell which rows lie in the effect's segment (along `dimensions`, or all) and dates."""
        inside = (rows.day >= effect.start.toordinal()) & (rows.day <= effect.until(self.as_of).toordinal())
        for dimension, values in effect.filters.items():
            if dimensions is None or dimension in dimensions:
                known = self.members[dimension]
                inside = inside & np.isin(rows.codes[dimension], [known.index(v) for v in values])
        return np.asarray(inside)

    def plant(
        self, metrics: Sequence[str], base: Floats, rows: Rows, *, low: float = 0.0, high: float = np.inf
    ) -> Floats:
        """Return base values with the effects on any of these metrics, kept within [low, high]."""
        values = base
        for effect in self.on(*metrics):
            inside = np.broadcast_to(self.reaches(effect, rows), base.shape)
            if inside.any():
                changed = np.where(inside, np.clip(_changed(effect, values, rows, inside), low, high), values)
                self.note(effect, values[inside], changed[inside])
                values = changed
        return values

    def note(self, effect: Effect, before: Floats, after: Floats, *, what: str = "metric") -> None:
        """Remember the expected values of rows without and with an effect."""
        tally = self.tallies.setdefault((effect.id, what), Tally())
        tally.rows += before.size
        tally.without += float(before.sum())
        tally.planted += float(after.sum())


def _changed(effect: Effect, values: Floats, rows: Rows, inside: Bools) -> Floats:
    if effect.multiply is not None:
        return values * effect.multiply
    amount = effect.add or 0.0
    if not METRICS[effect.metric].total:
        return values + amount
    # An amount a month for the whole segment becomes a factor on each of its rows.
    months = rows.months
    if months is None:
        days = np.broadcast_to(rows.day, values.shape)[inside]
        months = (int(days.max() - days.min()) + 1) / _DAYS_A_MONTH
    return np.asarray(values * max(0.0, 1 + amount * months / max(float(values[inside].sum()), 1e-9)))
