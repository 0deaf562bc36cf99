"""How sure an answer may be: named features, a measured probability and the record behind it."""

from collections.abc import Iterator, Mapping
from math import exp, log10
from typing import Literal

from assistant.calibration import Calibration
from assistant.findings import Findings
from assistant.types import Confidence, ReadingFeatures

FEW_ROWS = 100
MANY_ROWS = 1_000
LOOKED_UP = frozenset({"value", "trend", "compare", "breakdown", "rank", "define"})
# What the suites judge; a record of looked-up numbers says nothing of a forecast.
JUDGED = LOOKED_UP | {"why", "quotes"}
Label = Literal["high", "medium", "low", "uncalibrated"]
_MODEL = {
    "agrees": "a language model read the question the same way",
    "differs": "a language model read the question otherwise",
    "alone": "only a language model could read the question",
}


def confidence_of(findings: Findings, dropped: int, calibration: Calibration) -> Confidence:
    """Return the probability that an answer is right, the record it rests on, and the reasons.

    `dropped` is the number of sentences and quotes that verification took out. Without a
    measurement, or for a kind of answer that none was judged of, the probability is null.
    """
    features = features_of(findings, dropped)
    reasons = [*_reading(findings.plan.features), *_data(findings), *_lost(dropped)]
    judged = findings.reading.intent in JUDGED
    probability = probability_of(features, calibration) if judged else None
    if not judged and calibration.intercept is not None:
        reasons.append("answers of this kind have not been judged yet")
    if calibration.threshold is not None and probability is not None and probability < calibration.threshold:
        reasons.append("answers as uncertain as this one are wrong more often than the owner accepts")
    if not reasons:
        reasons.append("every word was read, nothing was assumed, and every number was checked")
    told = None if probability is None else round(probability * calibration.read_right, 4)
    return Confidence(
        probability=told,
        label=label_of(told),
        calibrated_on=None if probability is None else calibration.calibrated_on,
        record=calibration.record(probability) if probability is not None else None,
        reasons=tuple(reasons),
        features=features,
    )


def features_of(findings: Findings, dropped: int) -> dict[str, float]:
    """Return what speaks against an answer, each 0 when nothing does.

    In the order in which calibration takes them up, as far as the number of errors allows.
    """
    read = findings.plan.features
    second = read.model in ("differs", "alone")
    doubt = read.unused_words + read.fuzzy_links + 2 * (1 - read.link_score) + (read.link_margin < 0.2) + second
    few = log10(MANY_ROWS / max(findings.smallest, 1)) if findings.smallest is not None else 0.0
    return {
        "no_driver": float(findings.drivers is not None and not findings.drivers.segments),
        "few_rows": round(max(few, 0.0), 4),
        "reasoned": float(findings.reading.intent not in LOOKED_UP),
        "doubt": round(doubt, 4),
        "assumed": float(read.defaults + read.carried_over),
        "dropped": float(dropped),
    }


def probability_of(features: Mapping[str, float], calibration: Calibration) -> float | None:
    """Return the probability by the calibrated logistic model; None while there is none."""
    if calibration.intercept is None:
        return None
    logit = calibration.intercept + sum(w * features.get(name, 0.0) for name, w in calibration.weights.items())
    return 1 / (1 + exp(-logit))


def label_of(probability: float | None) -> Label:
    """Return the word for a probability."""
    if probability is None:
        return "uncalibrated"
    return "high" if probability >= 0.9 else "medium" if probability >= 0.7 else "low"


def _lost(dropped: int) -> Iterator[str]:
    if dropped:
        yield f"{dropped} sentences could not be grounded and were dropped"


def _reading(features: ReadingFeatures) -> list[str]:
    reasons = []
    if features.fuzzy_links:
        reasons.append(f"{features.fuzzy_links} words were read as misspelled")
    if features.link_score < 0.9:
        reasons.append("a name was matched only roughly")
    if features.link_margin < 0.2:
        reasons.append("another name fitted nearly as well")
    if features.unused_words:
        reasons.append(f"{features.unused_words} words were not used")
    if features.defaults:
        reasons.append(f"{features.defaults} things were not said and taken as usual")
    if features.carried_over:
        reasons.append(f"{features.carried_over} things were kept from the question before")
    if features.model in _MODEL:
        reasons.append(_MODEL[features.model])
    return reasons


def _data(findings: Findings) -> list[str]:
    reasons = []
    if findings.smallest is not None and findings.smallest < FEW_ROWS:
        reasons.append(f"the smallest group has only {findings.smallest} rows")
    if findings.figures and findings.figures[0].change is not None and findings.figures[0].change_ci is None:
        reasons.append("the change has no interval")
    if findings.drivers is not None and not findings.drivers.segments:
        reasons.append("no part stood out as the driver")
    return reasons
