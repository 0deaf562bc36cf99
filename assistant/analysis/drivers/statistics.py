"""What the search sums per cell, and how a segment is scored from it.

Each scan asks how far a segment moved by itself and against everything else; the weaker of
the two answers counts, so that neither a uniform change nor the calm side of a contrast stands out.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers.cells import Cells, Floats

Scan: TypeAlias = Literal["rate", "mix", "sum", "forecast"]
MIN_ROWS = 30
MIN_EVENTS = 10
PRIOR_ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Sums per cell, (cells, statistics), named by `columns`."""

    columns: tuple[str, ...]
    weights: Floats
    scans: tuple[Scan, ...]
    relative: bool

    def supported(self, sums: Floats) -> NDArray[np.bool_]:
        """Tell which segments have rows and events enough to be judged."""
        c = self.named(sums)
        rows = np.minimum(c["rows1"], c["rows0"]) if "rate" in self.scans else c["rows1"] + c["rows0"]
        events = c["n"] ** 2 / np.maximum(c["nn"], 1e-300)
        enough = (rows >= MIN_ROWS) & ((events >= MIN_EVENTS) | (not self.relative))
        if "rate" in self.scans:
            enough &= (c["d1"] > 0) & (c["d0"] > 0)
        return np.asarray(enough)

    def named(self, sums: Floats) -> dict[str, Floats]:
        """Return the columns by name."""
        return {name: sums[..., i] for i, name in enumerate(self.columns)}

    def scores(self, scan: Scan, sums: Floats, whole: Floats) -> Floats:
        """Return z of each segment, signed; 0 where nothing stands out."""
        part, rest = self.named(sums), self.named(whole - sums)
        tests = {"rate": _rate, "mix": _mix, "sum": _sum}[scan](part, rest, self.named(whole), self.relative)
        with np.errstate(invalid="ignore", divide="ignore"):
            z = np.stack([np.where(spread > 0, shift / spread, 0.0) for shift, spread in tests])
        z = np.nan_to_num(z, nan=0.0, posinf=0.0, neginf=0.0)
        agree = (z > 0).all(axis=0) | (z < 0).all(axis=0)
        return np.asarray(np.where(agree, np.sign(z[0]) * np.abs(z).min(axis=0), 0.0))

    def shift(self, sums: Floats) -> float:
        """Return how far a segment moved: its adjusted rate, or the growth of its sum."""
        c = self.named(sums)
        if "rate" in self.scans:
            return float(c["e1"] / c["d1"] - c["e0"] / c["d0"]) if c["d1"] and c["d0"] else 0.0
        return float(c["n1"] / c["n0"] - 1) if c["n0"] else float("inf")

    def mix_effect(self, sums: Floats) -> Floats:
        """Return how far each segment's change of weight moves the whole, in the metric's unit."""
        c, total = self.named(sums), self.named(self.weights.sum(axis=0))
        return np.asarray(c["a1"] / total["d1"] - c["a0"] / total["d0"])

    def contrast(self, scan: Scan, sums: Floats, whole: Floats) -> Floats:
        """Return z of each segment against everything else alone."""
        part, rest = self.named(sums), self.named(whole - sums)
        shift, spread = {"rate": _rate, "mix": _mix, "sum": _sum}[scan](part, rest, self.named(whole), False)[-1]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.nan_to_num(np.where(spread > 0, shift / spread, 0.0), posinf=0.0, neginf=0.0)


def statistics_of(cells: Cells, exposure: float) -> Statistics:
    """Choose and sum what the scans of this kind of metric need."""
    before, now = cells.before, cells.now
    common = {"rows1": now.rows, "rows0": before.rows, "n": now.n + before.n, "nn": now.nn + before.nn}
    positive = bool((now.n >= 0).all() and (before.n >= 0).all())
    if cells.kind == "additive":
        columns = common | {"n1": now.n, "n0": before.n * exposure, "q1": now.nn, "q0": before.nn * exposure**2}
        return _stack(columns, ("sum",), positive)
    expected = expected_rates(cells)
    middle = (now.n.sum() / now.d.sum() + before.n.sum() / before.d.sum()) / 2
    lean = expected - middle
    columns = common | {
        "e1": now.n - expected * now.d, "e0": before.n - expected * before.d,
        "q": now.square(1.0, -expected) + before.square(1.0, -expected),
        "d1": now.d, "d0": before.d, "dd1": now.dd, "dd0": before.dd,
        "p": expected * (now.d + before.d),
        "a1": lean * now.d, "a0": lean * before.d, "v1": lean**2 * now.dd, "v0": lean**2 * before.dd,
    }  # fmt: skip
    return _stack(columns, ("rate", "mix"), positive)


def expected_rates(cells: Cells) -> Floats:
    """Return each cell's rate over both periods: main effects, then shrunken to the cell's own.

    Subtracting it takes the mix of a segment out of its rate change even where cells are too
    sparse to be compared one by one.
    """
    n, d = cells.now.n + cells.before.n, cells.now.d + cells.before.d
    unit = d.sum() / (cells.now.rows.sum() + cells.before.rows.sum())
    prior = PRIOR_ROWS * unit
    columns = [np.ascontiguousarray(column) for column in cells.codes.T]
    sizes = [len(members) for members in cells.members]
    weights = [np.maximum(np.bincount(c, d, s), 0.0) + prior for c, s in zip(columns, sizes, strict=True)]
    fitted = np.full(len(cells), n.sum() / d.sum())
    for _ in range(2):
        for column, size, weight in zip(columns, sizes, weights, strict=True):
            fitted += (np.bincount(column, n - fitted * d, size) / weight)[column]
    return np.asarray((n + prior * fitted) / (np.maximum(d, 0.0) + prior))


def _stack(columns: dict[str, Floats], scans: tuple[Scan, ...], relative: bool) -> Statistics:
    return Statistics(
        columns=tuple(columns), weights=np.stack(list(columns.values()), axis=1), scans=scans, relative=relative
    )


Columns: TypeAlias = dict[str, Floats]
Tests: TypeAlias = list[tuple[Floats, Floats]]


def _rate(part: Columns, rest: Columns, _whole: Columns, relative: bool) -> Tests:
    """Adjusted rate change: by itself, against the rest, and against the rest's relative change."""
    shift, variance = _adjusted(part)
    shift_rest, variance_rest = _adjusted(rest)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.where(rest["d1"] * rest["d0"] > 0, np.sqrt(variance + variance_rest), 0.0)
        tests = [(shift, np.sqrt(variance)), (shift - shift_rest, spread)]
        if relative:
            factor = part["p"] / (part["d1"] + part["d0"]) / (rest["p"] / (rest["d1"] + rest["d0"]))
            tests.insert(1, (shift - factor * shift_rest, np.sqrt(variance + factor**2 * variance_rest)))
    return tests


def _adjusted(c: Columns) -> tuple[Floats, Floats]:
    with np.errstate(invalid="ignore", divide="ignore"):
        shift = c["e1"] / c["d1"] - c["e0"] / c["d0"]
        unit = np.maximum(c["q"], 0.0) / (c["dd1"] + c["dd0"])
        return shift, unit * (c["dd1"] / c["d1"] ** 2 + c["dd0"] / c["d0"] ** 2)


def _mix(part: Columns, rest: Columns, whole: Columns, _relative: bool) -> Tests:
    """Change of share where the expected rate is off the mean: in the whole, and against the rest's growth."""
    with np.errstate(invalid="ignore", divide="ignore"):
        growth, growth_rest = whole["d1"] / whole["d0"], rest["d1"] / rest["d0"]
        noise_rest = growth_rest**2 * (rest["dd1"] / rest["d1"] ** 2 + rest["dd0"] / rest["d0"] ** 2)
        spread = np.sqrt(part["v1"] + growth**2 * part["v0"])
        spread_rest = np.sqrt(part["v1"] + growth_rest**2 * part["v0"] + part["a0"] ** 2 * noise_rest)
        return [
            (part["a1"] - growth * part["a0"], spread),
            (part["a1"] - growth_rest * part["a0"], np.where(rest["d1"] * rest["d0"] > 0, spread_rest, 0.0)),
        ]


def _sum(part: Columns, rest: Columns, _whole: Columns, _relative: bool) -> Tests:
    """Difference: against nothing, and against the rest's growth."""
    with np.errstate(invalid="ignore", divide="ignore"):
        growth = rest["n1"] / rest["n0"]
        noise = growth**2 * (rest["q1"] / rest["n1"] ** 2 + rest["q0"] / rest["n0"] ** 2)
        spread = np.sqrt(part["q1"] + growth**2 * part["q0"] + part["n0"] ** 2 * noise)
        return [
            (part["n1"] - part["n0"], np.sqrt(part["q1"] + part["q0"])),
            (part["n1"] - growth * part["n0"], np.where(rest["n1"] * rest["n0"] > 0, spread, 0.0)),
        ]
