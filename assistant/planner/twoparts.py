"""Questions that ask two things: each part is offered as a question of its own."""

from collections.abc import Iterator

from assistant.planner.draft import Draft, ask_back
from assistant.planner.words import words


def check_two_parts(draft: Draft) -> None:
    """Ask which part first where "and" joins two whole questions, each about something known here."""
    for i in range(1, len(draft.items)):
        tokens = draft.linked.tokens
        first = draft.items[i].first
        opens = first + 1 if tokens[first].word in words().list_of("joins") else -1
        if not 0 < opens < len(tokens) or tokens[opens].word not in words().list_of("asks"):
            continue
        left = [j for j in range(i) if draft.roles.get(j) in ("metric", "dimension")]
        right = [j for j in range(i, len(draft.items)) if draft.items[j].last >= opens]
        asked = [j for j in right if draft.roles.get(j) == "metric" or draft.cue(j, "why", "quotes", "themes")]
        spoken = any(t.word in words().list_of("stands_for") for t in tokens[opens:])
        asked += [j for j in right if draft.roles.get(j) == "value" and spoken]
        if left and (asked or tokens[opens].word in words().list_of("cause")):
            parts = list(_parts(draft, left, first, opens))
            raise ask_back("Two things are asked; I answer one at a time.", [(p, p) for p in parts])


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
