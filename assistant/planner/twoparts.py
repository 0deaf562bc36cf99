"""Questions that ask several things: where each can be read, each is answered; else each is offered."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.planner.draft import Draft, divide
from assistant.planner.words import words
from assistant.types import Plan
from assistant.windows import when

MOST = 3


def sentences(text: str) -> tuple[str, ...]:
    """Return the questions of a text that ends each with its mark; how to show an answer belongs to its question."""
    asked: list[str] = []
    for piece in re.split(r"\?(?=\s|$)", text):
        said = piece.strip()
        if asked and said.split(" ")[0].lower() in words().list_of("showing"):
            asked[-1] = f"{asked[-1]}, {said}"
        elif any(c.isalnum() for c in said):
            asked.append(said)
    return tuple(asked)


def as_one(plans: Sequence[Plan]) -> Plan | None:
    """Return the plans of a question's parts as one; none where what one means is open.

    That is so where a group is named in one part and may be meant for all, and where a part leans on who
    leads in a ranking. A part that leans on the one before shares its group and its period.
    """
    flat = [replace(one, then=()) for plan in plans for one in (plan, *plan.then)]
    leaning = [
        plan.features.carried_over > 0 and plan.reading.metrics in ((), flat[0].reading.metrics) for plan in flat
    ]
    groups = {frozenset(f.dimension for f in plan.reading.filters) for plan in flat}
    of_leader = any(leans and before.reading.intent == "rank" for before, leans in zip(flat, leaning[1:], strict=False))
    if len(flat) > MOST or of_leader or (len(groups) > 1 and not any(leaning)):
        return None
    for i in range(1, len(flat)):
        if leaning[i]:
            flat[i - 1], flat[i] = _leaned_on(flat[i - 1], flat[i])
    kept = list({replace(plan.reading, assumptions=()): plan for plan in reversed(flat)}.values())[::-1]
    return replace(kept[0], then=tuple(kept[1:]))


def _leaned_on(first: Plan, second: Plan) -> tuple[Plan, Plan]:
    """Let two parts about one thing share what only one of them says: the usual period, a group, a period."""
    one, other = first.reading, second.reading
    if one.window == other.window:
        second = replace(second, default_window=first.default_window)
    if one.metrics != other.metrics or other.intent == "define":
        return first, second
    said = {f.dimension for f in one.filters} | set(one.by)
    more = tuple(f for f in other.filters if f.dimension not in said)
    if more:
        first = replace(first, reading=replace(one, filters=(*one.filters, *more)))
    if first.default_window and not second.default_window:
        reading = replace(first.reading, window=other.window, assumptions=())
        first = replace(first, reading=reading, default_window=False)
    return first, second


def shared_period(plans: Sequence[Plan]) -> str:
    """Return the one period that only some parts name, in words; empty where each has its own."""
    if any(plan.features.carried_over for plan in plans):
        return ""
    named = [p.reading.window for p in plans if p.reading.window and not p.default_window]
    usual = [p for p in plans if p.default_window]
    return when(named[0]) if len(named) == 1 and usual else ""


def check_two_parts(draft: Draft) -> None:
    """Stop where "and" joins two whole questions, each about something known here; "by channel, what …" is one."""
    if draft.cue(0, "by"):
        return
    for i in range(1, len(draft.items)):
        tokens = draft.linked.tokens
        first = draft.items[i].first
        opens = first + 1 if tokens[first].word in words().list_of("joins") else -1
        if not 0 < opens < len(tokens) or tokens[opens].word not in words().list_of("asks"):
            continue
        left = [j for j in range(i) if draft.roles.get(j) in ("metric", "dimension")]
        right = [j for j in range(i, len(draft.items)) if draft.items[j].last >= opens]
        asked = [
            j for j in right if draft.roles.get(j) == "metric" or draft.cue(j, "why", "quotes", "themes", "define")
        ]
        spoken = any(t.word in words().list_of("stands_for") for t in tokens[opens:])
        asked += [j for j in right if spoken and (draft.roles.get(j) == "value" or draft.cue(j, "compare", "vs"))]
        if left and (asked or tokens[opens].word in words().list_of("cause")):
            options = _parts(draft, left, first, opens)
            unclear = spoken and any(draft.roles.get(j) == "metric" for j in right)
            rest = () if unclear else (draft.text[: tokens[first].start], draft.text[tokens[opens].start :])
            raise divide("Two things are asked; I answer one at a time.", options, (p.strip(" ,;?") for p in rest))


def _parts(draft: Draft, left: list[int], join: int, opens: int) -> Iterator[str]:
    tokens = draft.linked.tokens
    yield draft.text[: tokens[join].start].strip(" ,;?")
    metrics = [j for j in left if draft.roles.get(j) == "metric"]
    label = draft.metric(draft.items[metrics[0]].of("metric")[0].name).label if metrics else ""
    rest = draft.text[tokens[opens].start :].strip(" ,;?")
    spoken = [tokens[k] for k in range(opens, len(tokens)) if tokens[k].word in words().list_of("stands_for")]
    if spoken and label:
        at = tokens[opens].start
        rest = f"{rest[: spoken[0].start - at]}{label}{rest[spoken[0].end - at :]}"
    elif tokens[opens].word in words().list_of("cause") and opens == len(tokens) - 1 and label:
        rest = f"{rest} did the {label} change"
    yield f"{rest[:1].upper()}{rest[1:]}?"
