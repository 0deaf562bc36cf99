"""How far themes found in the words agree with the reason that was recorded for each contact."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Over `contacts` with both: normalised mutual information, and the share whose recorded reason leads their theme.

    `most_frequent` is the share of the reason that most contacts have, which is what one theme for all would reach.
    """

    dimension: str
    contacts: int
    nmi: float
    share: float
    most_frequent: float


def agreement(dimension: str, found: Mapping[str, str], recorded: Mapping[str, str]) -> Agreement | None:
    """Compare the theme and the recorded reason of each contact; None where no contact has both."""
    from sklearn.metrics import normalized_mutual_info_score

    both = [(found[contact], recorded[contact]) for contact in found if contact in recorded]
    if not both:
        return None
    themes, reasons = zip(*both, strict=True)
    leading = Counter[str]()
    for (theme, _), count in Counter(both).items():
        leading[theme] = max(leading[theme], count)
    return Agreement(
        dimension=dimension,
        contacts=len(both),
        nmi=round(float(normalized_mutual_info_score(reasons, themes)), 3),
        share=round(leading.total() / len(both), 3),
        most_frequent=round(max(Counter(reasons).values()) / len(both), 3),
    )
