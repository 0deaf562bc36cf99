"""How sure an answer may be: named reasons now, a probability once evals have measured one."""

from assistant.findings import Findings
from assistant.types import Confidence, ReadingFeatures

FEW_ROWS = 100


def confidence_of(findings: Findings, dropped: int) -> Confidence:
    """Return the reasons for and against; the probability is null until calibration is measured."""
    features = findings.plan.features
    reasons = [*_reading(features), *_data(findings)]
    if dropped:
        reasons.append(f"{dropped} sentences could not be grounded and were dropped")
    if not reasons:
        reasons.append("every word was read, nothing was assumed, and every number was checked")
    return Confidence(probability=None, label="uncalibrated", calibrated_on=None, record=None, reasons=tuple(reasons))


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
    return reasons


def _data(findings: Findings) -> list[str]:
    reasons = []
    if findings.smallest is not None and findings.smallest < FEW_ROWS:
        reasons.append(f"the smallest group has only {findings.smallest} rows")
    if findings.figures and findings.figures[0].change is not None and findings.figures[0].change_ci is None:
        reasons.append("the change has no interval")
    return reasons
