"""A short notation for readings, so that a table of questions reads as a specification.

`intent metrics by:d,d f:d=a,b f:d!=a w:window b:baseline g:grain lim:n asc|desc h:metric>x up|down s:search text`,
`in:dimension,metric,n,desc` for the first few looked into, `sh:members` (or `sh:all`) for shares of the whole,
`&&` between the parts of a question that asks several things; or `clarify`, or `decline [reason] [words]`,
or `abstain` for either of them.
What is not written must not be there; `w:` left out is the last month.
"""

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date
from pathlib import Path

from assistant.types import Clarify, Decline, Plan
from semantic_layer.query import TimeWindow

FOLDER = Path(__file__).parent


def table(name: str) -> list[tuple[str, str]]:
    """Return (question, notation) pairs of a file; `#` starts a comment line."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [tuple(p.strip() for p in ln.split(" => ", 1)) for ln in lines if " => " in ln and not ln.startswith("#")]  # type: ignore[misc]


def differences(outcome: Plan | Clarify | Decline, notation: str, *, default: str, everything: str) -> str:
    """Return what differs from the notation; an empty string when nothing does."""
    parts = notation.split(" && ")
    if isinstance(outcome, Plan) and (len(parts) > 1 or outcome.then):
        plans = [replace(part, then=()) for part in (outcome, *outcome.then)]
        if len(plans) != len(parts):
            return f"{len(plans)} parts: {[written(plan) for plan in plans]}"
        found = [differences(p, n, default=default, everything=everything) for p, n in zip(plans, parts, strict=True)]
        return " && ".join(filter(None, found))
    words = notation.split(maxsplit=1)
    if words[0] == "clarify":
        return "" if isinstance(outcome, Clarify) else f"not asked back: {outcome}"
    if words[0] == "abstain":
        return "" if isinstance(outcome, Clarify | Decline) else f"answered: {written(outcome)}"
    if words[0] == "decline":
        return _declined(outcome, words[1] if len(words) > 1 else "")
    if not isinstance(outcome, Plan):
        return f"not read: {outcome}"
    want = _parse(notation, default, everything)
    got = written(outcome)
    return "; ".join(f"{k}: {got.get(k)!r}, not {want.get(k)!r}" for k in got | want if got.get(k) != want.get(k))


def written(plan: Plan) -> dict[str, str]:
    """Return the parts of a reading as text, empty parts left out."""
    r = plan.reading
    parts = {
        "intent": r.intent,
        "metrics": ",".join(r.metrics),
        "by": ",".join(r.by),
        "w": _span(r.window) if r.window else "none",
        "b": _span(r.baseline) if r.baseline else "",
        "g": r.grain or "",
        "lim": f"{r.limit or 'none'} {r.order}" if r.order and r.intent == "rank" else "",
        "h": ",".join(f"{h.metric}{h.operator}{h.value:g}" for h in r.having),
        "s": plan.search_text or "",
        "in": f"{r.within.dimension},{r.within.metric},{r.within.limit},{r.within.order}" if r.within else "",
        "sh": (",".join(map(str, r.shares)) or "all") if r.shares is not None else "",
        "way": plan.direction or "" if r.intent == "why" else "",
    }
    for f in r.filters:
        parts[f"f:{f.dimension}{'!' if f.operator == 'not in' else ''}"] = ",".join(sorted(map(str, f.values)))
    return {k: v for k, v in parts.items() if v}


def _parse(notation: str, default: str, everything: str) -> dict[str, str]:
    want: dict[str, str] = {}
    pieces = re.split(r"\s+(?=(?:by|f|w|b|g|lim|h|s|in|sh):|up$|down$)", notation)
    head = pieces[0].split()
    want["intent"], want["metrics"] = head[0], head[1] if len(head) > 1 else ""
    for piece in pieces[1:]:
        if piece in ("up", "down"):
            want["way"] = piece
            continue
        name, value = piece.split(":", 1)
        if name == "f":
            dimension, values = re.split(r"=", value, maxsplit=1)
            want[f"f:{dimension}"] = ",".join(sorted(values.split(",")))
        elif name in ("w", "b"):
            want[name] = everything if value == "all" else value if value == "none" else _dates(value)
        else:
            want[name] = value
    want.setdefault("w", default if default == "none" else _dates(default))
    return {k: v for k, v in want.items() if v}


def _dates(text: str) -> str:
    first, _, last = text.partition("..")
    return f"{_edge(first, False)}..{_edge(last or first, True)}"


def _edge(text: str, end: bool) -> date:
    parts = [int(p) for p in text.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else (12 if end else 1)
    return date(year, month, parts[2] if len(parts) > 2 else monthrange(year, month)[1] if end else 1)


def _span(window: TimeWindow) -> str:
    return f"{window.start}..{window.end}"


def _declined(outcome: Plan | Clarify | Decline, rest: str) -> str:
    if not isinstance(outcome, Decline):
        return f"not declined: {written(outcome) if isinstance(outcome, Plan) else outcome}"
    reasons = {"out_of_scope", "unknown_metric", "no_data", "unsafe"}
    for word in rest.split():
        if word in reasons and outcome.reason != word:
            return f"declined as {outcome.reason}, not {word}: {outcome.message}"
        if word not in reasons and word.lower() not in outcome.message.lower():
            return f"does not say {word}: {outcome.message}"
    return ""
