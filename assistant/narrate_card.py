"""Sentences about how well a learned score tells: "how do you know?"."""

from collections.abc import Iterator

from assistant.phrases import show_share, spoken_date
from assistant.types import Claim
from indexes.validation import ScoreCard


def tell_card(card: ScoreCard, at: str) -> Iterator[Claim]:
    """Tell what it was taught by, how it did on later contacts, and whether that holds up."""
    if card.auc is None or card.auc_ci is None or card.predicted is None or card.observed is None:
        return
    low, high = card.auc_ci
    yield Claim(
        text=f"It was taught by {card.contacts:,} contacts whose outcome is known, {card.positives:,} of which count, "
        f"and told {card.told:,} contacts that have a transcript.",
        figures=(f"{at}/contacts", f"{at}/positives", f"{at}/told"),
    )
    yield Claim(
        text=f"Judged on later contacts than it learned from: of two contacts with different outcomes it tells which "
        f"is which with a chance of {card.auc} (AUC, {low} to {high}).",
        figures=(f"{at}/auc", f"{at}/auc_ci"),
    )
    yield Claim(
        text=f"There it foretold {show_share(card.predicted)}, and {show_share(card.observed)} came "
        f"true; its Brier score is {card.brier}, that of always saying the same share {card.brier_base}.",
        figures=(f"{at}/predicted", f"{at}/observed", f"{at}/brier", f"{at}/brier_base"),
    )
    yield _drift(card, at)


def _drift(card: ScoreCard, at: str) -> Claim:
    since = card.periods[-1].start if card.periods else None
    last = f" (since {spoken_date(since)})" if since else ""
    pointers = (f"{at}/periods", f"{at}/drift", *([f"{at}/periods/{len(card.periods) - 1}/start"] if since else ()))
    if card.drift:
        return Claim(text=f"It drifts{last}: {card.drift}. Build the index again, or trust it less.", figures=pointers)
    return Claim(text=f"It does no worse in the last period{last} than in those before.", figures=pointers)
