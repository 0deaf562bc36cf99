"""The outcomes of a question's parts as one outcome, so that no part is lost."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.types import Answer, Claim, Outcome, Refusal


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the first answer with the other outcomes as its parts; without an answer, every word of no."""
    if len(outcomes) == 1:
        return outcomes[0]
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    if not answers:
        refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
        return replace(refused[0], message=" ".join(dict.fromkeys(one.message for one in refused)))
    whole = answers[0]
    parts = tuple(outcome for outcome in outcomes if outcome is not whole)
    spoken = [claim for i, part in enumerate(parts) if isinstance(part, Answer) for claim in _claims(part, i)]
    unsure = min((a.confidence for a in answers), key=lambda c: -1.0 if c.probability is None else c.probability)
    return replace(
        whole,
        headline=" ".join(outcome.headline if isinstance(outcome, Answer) else _no(outcome) for outcome in outcomes),
        claims=(*whole.claims, *spoken),
        confidence=unsure,
        notes=(*whole.notes, f"The question has {len(outcomes)} parts; each is answered by itself."),
        parts=parts,
    )


def _claims(part: Answer, place: int) -> list[Claim]:
    """Return a part's sentences, their figures as they are found from the whole answer."""
    return [replace(claim, figures=tuple(f"/parts/{place}{f}" for f in claim.figures)) for claim in part.claims]


def _no(outcome: Outcome) -> str:
    return outcome.message if isinstance(outcome, Refusal) else ""
