"""Holds the words for counts, shares, averages and durations against what the metric is."""

from assistant.planner import facts, parts
from assistant.planner.draft import Draft, Stop, ask_which, refuse
from assistant.planner.lexicon import Entry
from assistant.planner.words import words
from semantic_layer.model import MetricSpec


def check_units(draft: Draft) -> None:
    """Hold "how many", "what percentage", "average" and "total" against what the metric is."""
    specs = [draft.metric(m) for m in draft.metrics]
    if not specs:
        return
    if draft.cues("how_many") and not any(s.unit == "count" for s in specs):
        counted = facts.count_of(specs[0], draft.catalogue)
        if counted is None:
            raise _no_count(draft, _place(draft), specs[0])
        draft.metrics[0] = counted.name
        specs[0] = counted
    if draft.cues("how_long"):
        if not any(s.unit in ("seconds", "months") for s in specs):
            raise refuse(
                "unknown_metric", f"{specs[0].label} is not a time, so it does not tell how long something takes."
            )
        draft.take("how_long")
    if draft.cues("percent"):
        if counted := parts.counted_part(draft):
            draft.metrics, specs = [counted.name], [counted]
        moved = draft.has("change", "yoy", "mom", "qoq", "wow", "up", "down")
        if not any(s.unit == "ratio" for s in specs) and not moved and not parts.is_additive(draft):
            raise refuse("out_of_scope", f"{specs[0].label} is no sum, so its parts have no shares.")
        if any(s.unit == "ratio" for s in specs) or moved:
            draft.take("percent")
    if all(s.type in ("ratio", "average", "derived") for s in specs):
        draft.take("average")
    if all(s.type in ("simple", "semi_additive") for s in specs):
        draft.take("total")
    _count_or_rate(draft)


def _count_or_rate(draft: Draft) -> None:
    """Ask where "most complaints" or "calls escalated" could mean the rate or the number, once."""
    if draft.chosen:
        return
    for i in draft.places("metric"):
        linked = draft.items[i].of("metric")[0]
        word = draft.linked.tokens[draft.items[i].last].word
        counted = any(draft.roles.get(j) == "noun" and j < i for j in draft.roles)
        rate = draft.metric(linked.name)
        participle = len(draft.items[i].at) == 1 and word.endswith(words().endings[1:2]) and linked.score < 0.93
        if participle and counted and rate.unit == "ratio" and not draft.has("percent"):
            raise _no_count(draft, i, rate)
    _ranked_share(draft)
    if not draft.has("highest", "lowest"):
        return
    for i in draft.places("metric"):
        entry = next((e for e in draft.items[i].of("metric") if e.name in draft.metrics), None)
        before = draft.linked.tokens[draft.items[draft.before(i)].last].word if i else ""
        plural = draft.linked.tokens[draft.items[i].last].word.endswith("s")
        if entry and before in words().list_of("counting") and plural and draft.metric(entry.name).unit == "ratio":
            raise _no_count(draft, i, draft.metric(entry.name))


def _ranked_share(draft: Draft) -> None:
    """Ask where "top 3 complaint topics" may mean the most complaints or the highest rate of them."""
    for i in draft.places("metric"):
        entry = draft.items[i].of("metric")[0]
        spec = draft.metric(entry.name)
        short = entry.score < 0.93 and len(draft.items[i].at) == 1 and spec.unit == "ratio"
        if short and draft.has("top") and draft.roles.get(i + 1) == "dimension":
            raise _no_count(draft, i, spec)


def _no_count(draft: Draft, i: int, rate: MetricSpec) -> Stop:
    """Say that there is no count, and offer the rate for the same time and slice."""
    choice = draft.meaning(i, Entry("metric", rate.name, 1.0), "", "how_many")
    return ask_which(f"I know the {rate.label}, not a count of it.", [choice])


def _place(draft: Draft) -> int:
    return next(i for i in draft.places("metric") if draft.metrics[0] in {e.name for e in draft.items[i].of("metric")})
