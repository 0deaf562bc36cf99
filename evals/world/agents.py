"""The people who answer: teams, sites, names and when they were hired."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from evals.world.arrays import Ints, ordinals
from evals.world.company import SITES
from evals.world.names import FIRST_NAMES, LAST_NAMES

TEAMS = (
    ("Lagan", "Belfast"), ("Harland", "Belfast"), ("Cavehill", "Belfast"),
    ("Luzon", "Manila"), ("Visayas", "Manila"), ("Mindanao", "Manila"),
    ("Barton", "Austin"), ("Zilker", "Austin"), ("Travis", "Austin"),
    ("Elster", "Leipzig"), ("Pleisse", "Leipzig"), ("Parthe", "Leipzig"),
)  # fmt: skip
NEWEST = "Mindanao"
_FOUNDED_BEFORE_END = 165


@dataclass(frozen=True, slots=True, kw_only=True)
class Agents:
    """All agents column-wise; an agent's code is its position."""

    names: tuple[str, ...]
    team: Ints
    site: Ints
    hired: Ints

    def at_work(self, day: date) -> Ints:
        """Return the codes of those hired by `day`."""
        return np.flatnonzero(self.hired <= day.toordinal())


def hire(rng: np.random.Generator, *, a_team: int, first: date, last: date) -> Agents:
    """Staff every team; the newest one starts some five months before the last day."""
    count = a_team * len(TEAMS)
    team = np.repeat(np.arange(len(TEAMS)), a_team)
    site = np.array([SITES.index(s) for _, s in TEAMS])[team]
    hired = first.toordinal() - rng.integers(30, 2500, count)
    newest = team == [name for name, _ in TEAMS].index(NEWEST)
    founded = (last - timedelta(days=_FOUNDED_BEFORE_END)).replace(day=1)
    hired[newest] = founded.toordinal() - rng.integers(0, 21, int(newest.sum()))
    return Agents(names=_names(rng, count), team=team, site=site, hired=ordinals(hired))


def _names(rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """Draw distinct full names."""
    pairs = rng.choice(len(FIRST_NAMES) * len(LAST_NAMES), size=count, replace=False)
    return tuple(f"{FIRST_NAMES[p // len(LAST_NAMES)]} {LAST_NAMES[p % len(LAST_NAMES)]}" for p in pairs)
