"""Findings in sentences an executive would say aloud; every number names the figure it rests on."""

from collections.abc import Callable

from assistant import (
    narrate_ahead,
    narrate_change,
    narrate_effect,
    narrate_gap,
    narrate_level,
    narrate_overview,
    narrate_parts,
    narrate_table,
    narrate_themes,
    narrate_words,
)
from assistant.findings import Findings, Narration
from assistant.types import Claim, Intent

_TELLERS: dict[Intent, Callable[[Findings], tuple[Claim, ...]]] = {
    "value": narrate_change.tell_value,
    "trend": narrate_table.tell_trend,
    "compare": narrate_table.tell_compare,
    "breakdown": narrate_table.tell_members,
    "rank": narrate_table.tell_members,
    "why": narrate_change.tell_why,
    "themes": narrate_themes.tell_themes,
    "quotes": narrate_words.tell_quotes,
    "define": narrate_words.tell_definition,
    "overview": narrate_overview.tell_overview,
    "anomalies": narrate_overview.tell_oddities,
    "forecast": narrate_ahead.tell_forecast,
    "what_if": narrate_ahead.tell_supposition,
    "impact": narrate_effect.tell_effect,
    "relationship": narrate_effect.tell_relation,
    "at_risk": narrate_effect.tell_risk,
}


class TemplateNarrator:
    """Tells findings by template: deterministic, and complete without a model."""

    def narrate(self, findings: Findings) -> Narration:
        """Return the headline and the sentences that follow it."""
        headline, *claims = _teller(findings)(findings)
        return Narration(headline=headline, claims=(headline, *claims))


def _teller(findings: Findings) -> Callable[[Findings], tuple[Claim, ...]]:
    reading = findings.reading
    if reading.shares is not None:
        return narrate_parts.tell_shares
    if reading.intent == "rank" and reading.baseline and reading.by:
        return narrate_parts.tell_movers
    if findings.plan.against is not None:
        return narrate_level.tell_level
    if reading.intent == "why" and reading.baseline is None:
        return narrate_gap.tell_gap
    return _TELLERS[reading.intent]
