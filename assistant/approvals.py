"""Verified answers: what an analyst approved stays verified until it expires or its definition or data change."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.log import AnswerLog, Approval
from assistant.phrases import spoken_date
from assistant.types import Answer
from assistant.wire import to_dict
from assistant.workspace import open_workspace
from semantic_layer.definitions import with_parts
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue
from semantic_layer.validate.accepted import fingerprints

DAYS = 90
RELATIVE = 1e-6


def approve(root: Path, answer_id: str, *, approver: str, until: date | None = None) -> Approval:
    """Keep an approval of a logged answer, for 90 days by default.

    Raises UserError (no_approver, unknown_answer, not_an_answer, expired, definition_changed).
    """
    from assistant.opening import open_assistant

    today = datetime.now(UTC).date()
    expires = until or today + timedelta(days=DAYS)
    if not approver.strip():
        raise UserError("an approval needs a name", code="no_approver", hint="say who approves with --by")
    if expires < today:
        raise UserError(f"{expires} is past", code="expired", hint="name a later day, or leave it out for 90 days")
    outcome = AnswerLog(path=open_workspace(root).log).get(answer_id)
    if outcome["kind"] != "answer":
        raise UserError(f"'{answer_id}' is a {outcome['kind']}", code="not_an_answer", hint="only answers are approved")
    given = {definition["metric"]: definition["version"] for definition in outcome["definitions"]}
    asked = open_assistant(root, outcome["role"])
    try:
        approval = Approval(
            id=answer_id, approver=approver.strip(), approved_on=today, expires_on=expires,
            definitions=definitions_of(given, asked.catalogue),
        )  # fmt: skip
        asked.log.approve(approval, reading_key(outcome["reading"]))
    finally:
        asked.close()
    return approval


def definitions_of(versions: Mapping[str, int], catalogue: Catalogue) -> dict[str, str]:
    """Return what each metric computes under a version; raise UserError (definition_changed) where it is gone."""
    found = {}
    for name, version in versions.items():
        metric, *parts = with_parts(name, catalogue)
        prints = fingerprints(metric, catalogue)
        if str(version) not in prints:
            raise UserError(
                f"version {version} of '{name}' is no longer in the dictionary", code="definition_changed",
                hint="ask again, and approve the new answer",
            )  # fmt: skip
        rests_on = [fingerprints(part, catalogue)[str(part.version)] for part in parts]
        found[name] = f"{version}:{'-'.join((prints[str(version)], *rests_on))}"
    return found


def reading_key(reading: Mapping[str, Any]) -> str:
    """Return a digest of what a reading asks for; words about it (labels, assumptions) do not count."""
    bare = {name: value for name, value in reading.items() if name != "assumptions"}
    for name in ("window", "baseline", "horizon"):
        if bare.get(name):
            bare[name] = {part: value for part, value in bare[name].items() if part != "label"}
    return hashlib.sha256(json.dumps(bare, sort_keys=True).encode()).hexdigest()[:24]


def with_approval(answer: Answer, log: AnswerLog, catalogue: Catalogue) -> Answer:
    """Mark an answer as verified where the same reading was approved, and say why where it no longer holds.

    Approvals hold within a role: another one may see other rows.
    """
    wire = to_dict(answer)
    found = log.approval(reading_key(wire["reading"]), role=answer.role)
    if found is None:
        return answer
    approval, before = found
    said = f"Approved by {approval.approver} on {spoken_date(approval.approved_on)}"
    lapse = _lapse(approval, answer, catalogue) or _moved(before, wire)
    if lapse:
        return replace(answer, notes=(*answer.notes, f"{said}, but {lapse}: it needs approving anew."))
    under = ", ".join(f"{d.label} version {d.version}" for d in answer.definitions)
    note = f"{said} until {spoken_date(approval.expires_on)}, under {under}." if under else f"{said}."
    return replace(answer, status="verified", notes=(*answer.notes, note))


def _lapse(approval: Approval, answer: Answer, catalogue: Catalogue) -> str:
    if answer.asked_at.date() > approval.expires_on:
        return f"that expired on {spoken_date(approval.expires_on)}"
    now = definitions_of({d.metric: d.version for d in answer.definitions}, catalogue)
    changed = [d.label for d in answer.definitions if now[d.metric] != approval.definitions.get(d.metric)]
    return f"the definition of {' and '.join(changed)} has changed since" if changed else ""


def _moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say whether the figures are others than those approved: the data behind them were changed."""
    same = all(_same(a, b) for a, b in zip(_cells(before), _cells(now), strict=False))
    return "" if same and len(_cells(before)) == len(_cells(now)) else "the figures have changed since"


def _cells(outcome: Mapping[str, Any]) -> list[Any]:
    figures: Iterable[Mapping[str, Any]] = outcome["figures"]
    rows = outcome["table"]["rows"] if outcome["table"] else []
    return [*(f["value"] for f in figures), *(cell for row in rows for cell in row)]


def _same(a: Any, b: Any) -> bool:
    numbers = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (a, b))
    return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=1e-12) if numbers else a == b
