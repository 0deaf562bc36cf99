"""The measured calibration that confidence reads: a workspace's own, else the one shipped with the product."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.types import Record

SHIPPED = Path(__file__).parent / "calibration.json"
MEASURED_ON_DEMO = "measured on the demo suite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The record of the judged answers whose probability lay in [low, high)."""

    low: float
    high: float
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A logistic model of being right: logit = intercept + Σ weight · feature.

    `intercept` is None while nothing was measured. `threshold` is the probability below which
    answers exceed the owner's risk; None where that could not be certified. `unseen` is the record of
    questions written before anybody tried them: suites are mended until they are right, so a probability
    measured on them holds for a question of a user only as often as one nobody had seen was read right.
    """

    intercept: float | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()
    calibrated_on: str | None = None
    threshold: float | None = None
    unseen: Record | None = None

    @property
    def read_right(self) -> float:
        """The share of unseen questions that was read right; 1 where it was not measured."""
        return self.unseen.right / self.unseen.n if self.unseen else 1.0

    def record(self, probability: float) -> Record | None:
        """Return the record behind a probability of the model: its band's, or the unseen one where that is worse."""
        band = self.band(probability)
        if band is None or self.unseen is None or band.record.right / band.record.n < self.read_right:
            return band.record if band else None
        return self.unseen

    def band(self, probability: float) -> Band | None:
        """Return the band of a probability, if any answer was judged in it."""
        return next((band for band in self.bands if band.low <= probability < band.high), None)


UNCALIBRATED = Calibration()


def load_calibration(own: Path) -> Calibration:
    """Read a workspace's calibration file, or the shipped one where it has none.

    A file that cannot be read leaves answers uncalibrated: a wrong probability is worse than none.
    """
    file, on = (own, None) if own.is_file() else (SHIPPED, MEASURED_ON_DEMO)
    try:
        raw: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return Calibration(
            intercept=float(raw["intercept"]),
            weights={str(name): float(weight) for name, weight in raw["weights"].items()},
            bands=tuple(_band(band) for band in raw["bands"]),
            calibrated_on=on or str(raw["calibrated_on"]),
            threshold=raw["abstention"]["threshold"],
            unseen=_record(raw["unseen"]) if raw.get("unseen") else None,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return UNCALIBRATED


def _band(raw: Mapping[str, Any]) -> Band:
    return Band(low=float(raw["low"]), high=float(raw["high"]), record=_record(raw))


def _record(raw: Mapping[str, Any]) -> Record:
    low, high = raw["ci"]
    return Record(n=int(raw["n"]), right=int(raw["right"]), ci=(float(low), float(high)))
