"""Holds the words for counts, shares, averages and durations against what the metric is."""

from assistant.planner import facts, gates, parts
from assistant.planner.draft import Draft, Stop, ask_which, refuse
from assistant.planner.lexicon import Entry
from assistant.planner.linker import SHORT
from assistant.planner.text import is_plural_word, key
from assistant.planner.words import words
from semantic_layer.model import MetricSpec


def check_units(draft: Draft) -> None:
    """Hold "how many", "what percentage", "average" and "total" against what the metric is."""
    specs = [draft.metric(m) for m in draft.metrics]
    if not specs:
        return
    if draft.cues("ratio"):
        if not all(s.unit == "ratio" for s in specs):
            raise refuse("out_of_scope", gates.message("ratio_of_two"))
        draft.take("ratio")
    if _asks_groups(draft):
        if not draft.has("more", "less", "at_least", "at_most"):
            raise _no_count(draft, _place(draft, specs[0].name), specs[0])
        draft.take("how_many")
        draft.notes.append(gates.message("listed"))
    if _asks_number(draft) and not any(s.unit == "count" for s in specs):
        for spec in specs:
            _count(draft, _place(draft, spec.name), spec)
        specs = [draft.metric(m) for m in draft.metrics]
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
    if draft.cues("total") and specs[0].type == "average" and (whole := facts.sum_of(specs[0], draft.catalogue)):
        draft.metrics[0], specs[0] = whole.name, whole
    if draft.cues("average") and specs[0].type == "simple" and (mean := facts.mean_of(specs[0], draft.catalogue)):
        draft.metrics[0], specs[0] = mean.name, mean
    if all(s.type in ("ratio", "average", "derived") for s in specs):
        draft.take("average")
    if all(s.type in ("simple", "semi_additive") for s in specs):
        draft.take("total")
    _stored_unit(draft, specs)
    _count_or_rate(draft)


def _stored_unit(draft: Draft, specs: list[MetricSpec]) -> None:
    """Say of a unit that is asked for, and that the dictionary does not know, that nothing was converted."""
    known = {key(unit) for unit in words().list_of("stored_in")}
    if specs[0].unit not in ("score", "count") or facts.counts_rows(specs[0]):
        return
    for i in range(len(draft.items)):
        for j in (i + 1, i):
            if key(" ".join(draft.items[k].text for k in range(i, min(j + 1, len(draft.items))))) in known:
                draft.used.update((i, j))
                unit = " ".join(draft.items[k].text for k in range(i, j + 1))
                draft.notes.append(gates.message("stored_unit", metric=specs[0].label, unit=unit))
                return


def _count_or_rate(draft: Draft) -> None:
    """Ask where "most complaints" or "calls escalated" could mean the rate or the number, once."""
    if draft.chosen:
        return
    for i in draft.places("metric"):
        linked = draft.items[i].of("metric")[0]
        word = draft.linked.tokens[draft.items[i].last].word
        counted = any(draft.roles.get(j) == "noun" and j < i for j in draft.roles) or _counts_members(draft, i)
        rate = draft.metric(linked.name)
        short = linked.score < SHORT or _counts_members(draft, i)
        participle = len(draft.items[i].at) == 1 and word.endswith(words().endings[1:2]) and short
        asked = draft.has("how_many")
        if participle and counted and not asked and rate.unit == "ratio" and not draft.has("percent"):
            raise _no_count(draft, i, rate)
    _ranked_share(draft)
    graded = draft.has("more", "less", "high", "low") and not draft.has("relationship", "moves", "why")
    if not (graded or draft.has("highest", "lowest")):
        return
    for i in draft.places("metric"):
        entry = next((e for e in draft.items[i].of("metric") if e.name in draft.metrics), None)
        before = draft.linked.tokens[draft.items[draft.before(i)].last].word if i else ""
        plural = draft.linked.tokens[draft.items[i].last].word.endswith("s")
        if entry and before in words().list_of("counting") and plural and draft.metric(entry.name).unit == "ratio":
            _count(draft, i, draft.metric(entry.name))


def _asks_groups(draft: Draft) -> bool:
    """Tell "how many agents have a CSAT below 50 %", which counts groups: they are listed."""
    counted = (draft.after(i) for i in draft.cues("how_many"))
    return any(draft.roles.get(i) == "dimension" for i in counted)


def _counts_members(draft: Draft, i: int) -> bool:
    """Tell whether a plural member stands right before: "calls escalated"."""
    before = draft.before(i, skip=("filler",))
    token = draft.linked.tokens[draft.items[before].last] if before >= 0 else None
    plural = token is not None and is_plural_word(token)
    return plural and draft.roles.get(before) == "value" and not draft.cue(draft.before(before), "in", "by")


def _asks_number(draft: Draft) -> bool:
    """Tell "how many" from "how often", which a rate answers."""
    often = words().list_of("often")
    return any(draft.linked.tokens[draft.items[i].last].word not in often for i in draft.cues("how_many"))


def _count(draft: Draft, i: int, rate: MetricSpec) -> None:
    """Put the count above a rate's line into the rate's place; ask where it counts nothing."""
    counted = facts.number_behind(rate, draft.catalogue)
    if counted is None:
        raise _no_count(draft, i, rate)
    draft.metrics[draft.metrics.index(rate.name)] = counted.name


def _ranked_share(draft: Draft) -> None:
    """Ask where "top 3 complaint topics" may mean the most complaints or the highest rate of them."""
    for i in draft.places("metric"):
        entry = draft.items[i].of("metric")[0]
        spec = draft.metric(entry.name)
        short = entry.score < 0.93 and len(draft.items[i].at) == 1 and spec.unit == "ratio"
        if short and draft.has("top") and draft.roles.get(i + 1) == "dimension":
            raise _no_count(draft, i, spec)


def _no_count(draft: Draft, i: int, rate: MetricSpec) -> Stop:
    """Offer the rate, and the count where there is one, for the same time and slice."""
    counted = facts.number_behind(rate, draft.catalogue)
    metrics = (rate, counted) if counted else (rate,)
    choices = [draft.meaning(i, Entry("metric", m.name, 1.0), "", "how_many") for m in metrics]
    return ask_which(gates.message("count_or_rate" if counted else "no_count", metric=rate.label), choices)


def _place(draft: Draft, metric: str) -> int:
    return next(i for i in draft.places("metric") if metric in {e.name for e in draft.items[i].of("metric")})
