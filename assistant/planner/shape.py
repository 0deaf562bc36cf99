"""How the answer is cut: dimensions, periods, order, limits and thresholds."""

from dataclasses import replace
from typing import Literal

from assistant.planner import facts
from assistant.planner.draft import Draft, Stop, ask_back, ask_which, refuse
from assistant.planner.lexicon import Entry
from assistant.planner.roles import is_noun
from assistant.planner.text import is_plural_word, key
from assistant.planner.thresholds import read_thresholds
from assistant.planner.words import words
from semantic_layer.compile import can_cut
from semantic_layer.query import Grain

_ENDS = ("top", "bottom", "highest", "lowest", "best", "worst")
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")


def read_shape(draft: Draft) -> None:
    """Read grains, cuts, thresholds, order and limit, in the order in which they claim words."""
    _grains(draft)
    read_thresholds(draft)
    _cuts(draft)
    _named_things(draft)
    order(draft)


def _grains(draft: Draft) -> None:
    for grain in GRAINS:
        if draft.take(f"which_{grain}"):
            draft.grain, draft.by_period = grain, True
    if draft.has("why"):
        return
    for grain in GRAINS:
        for i in draft.cues(f"grain_{grain}"):
            before = draft.before(i)
            counted = before >= 0 and draft.items[before].kind == "number"
            before = draft.before(before) if counted else before
            if (counted or draft.word(i) == grain) and draft.cue(before, *_ENDS):
                draft.grain, draft.by_period = grain, True
                draft.used.add(i)
    for grain in GRAINS:
        if draft.grain is None and (said := draft.cues(f"grain_{grain}")):
            draft.used.update(said)
            draft.used.update(i - 1 for i in said if draft.cue(i - 1, "by"))
            draft.grain = grain
    _when(draft)


def _when(draft: Draft) -> None:
    """Read "when was X at its worst" as the month in which it was."""
    opens = any(draft.linked.tokens[item.first].word in words().list_of("when") for item in draft.items[:1])
    if opens and draft.grain is None and draft.cues(*_ENDS) and not draft.places("dimension"):
        draft.grain, draft.by_period = "month", True


def _cuts(draft: Draft) -> None:
    for i in draft.places("dimension"):
        if i in draft.used:
            continue
        names = _within_reach(draft, list(dict.fromkeys(e.name for e in draft.items[i].of("dimension"))))
        if len(names) > 1:
            choices = [draft.meaning(i, Entry("dimension", n, 1.0)) for n in names[:4]]
            raise ask_which(f"'{draft.items[i].text}' may mean several things.", choices)
        entry = _reachable(draft, i, next(e for e in draft.items[i].of("dimension") if e.name == names[0]))
        if _is_subject(draft, i, entry.name) or _is_counted(draft, i, entry.name):
            draft.used.add(i)
        elif _only_says_what(draft, i, entry.name):
            if _cuts_all(draft, entry.name):
                draft.used.add(i)
        elif _is_cut(draft, i):
            draft.link(i, entry)
            if entry.name not in draft.by:
                draft.by.append(entry.name)
        elif all(draft.linked.tokens[p].stem in draft.context.lexicon.nouns for p in draft.items[i].at):
            draft.used.add(i)


def _named_things(draft: Draft) -> None:
    """Cut by those whose names are asked for beside a number: "names and areas of the lakes in Michigan"."""
    if draft.by or not any(item.text.lower() in words().list_of("naming") for item in draft.items):
        return
    own = {t.name for m in draft.metrics for t in facts.tables(draft.metric(m), draft.catalogue)}
    for i, item in enumerate(draft.items):
        for entry in item.of("dimension"):
            things = _names_things(draft, entry.name)
            if things and draft.dimension(entry.name).table in own:
                draft.link(i, entry)
                draft.by.append(entry.name)
                draft.listed = all(names_rows(draft, m, entry.name) for m in draft.metrics)
                return


def _within_reach(draft: Draft, names: list[str]) -> list[str]:
    """Of dimensions that share a name, keep those that cut the metrics; a column of what is measured comes first."""
    reached = [n for n in names if _cuts_all(draft, n)]
    specs = [draft.metric(m) for m in draft.metrics]
    tables = {m.table for spec in specs for m in facts.measures(spec, draft.catalogue)}
    own = [n for n in reached if draft.dimension(n).table in tables]
    things = [n for n in names if _names_things(draft, n)]
    return (own if len(own) == 1 else things if len(things) == 1 else reached) or names


def _is_subject(draft: Draft, i: int, name: str) -> bool:
    """Tell what is measured from how it is cut: "average rating of restaurants in each region" is cut once."""
    before = draft.before(i)
    measured = draft.cue(before, "in") and draft.roles.get(draft.before(before)) == "metric" and _plural(draft, i)
    others = [j for j in draft.places("dimension") if j > i and draft.cue(draft.before(j), "by")]
    tables = {m.table for metric in draft.metrics for m in facts.measures(draft.metric(metric), draft.catalogue)}
    return measured and bool(others) and draft.dimension(name).table in tables


def _is_counted(draft: Draft, i: int, name: str) -> bool:
    """Tell whether a way to cut names those that are counted: papers in "which authors have most papers"."""
    others = [j for j in draft.places("dimension") if j != i]
    counted = [m for m in draft.metrics if names_rows(draft, m, name)]
    return bool(counted and others) and not draft.listed


def _only_says_what(draft: Draft, i: int, name: str) -> bool:
    """Tell the things a question is about from a cut by them: "reviews for businesses in Rome", "business category"."""
    things = _names_things(draft, name)
    before, after = draft.before(i), draft.after(i)
    if not things:
        return False
    if i + 1 == after and draft.roles.get(after) == "dimension":
        draft.roles[i] = "qualifier"
        return True
    if (
        draft.cue(before, "by")
        and _done_by(draft, before)
        and any(draft.cue(j, "by") for j in draft.cues("by") if j > i)
    ):
        draft.used.add(before)
        return True
    if draft.cue(before, "by", "which") or (draft.listed and not draft.by):
        return False
    behind = draft.after(after)
    while draft.roles.get(behind) == "qualifier" or draft.cue(behind, "in"):
        behind = draft.after(behind)
    of_group = draft.cue(after, "in") and draft.roles.get(behind) == "value"
    of_cut = draft.cue(before, "in") and draft.roles.get(draft.before(before)) == "dimension"
    return of_group or (of_cut and _plural(draft, i))


def _done_by(draft: Draft, by: int) -> bool:
    """Tell "received by businesses" from a cut: who does something stands behind its participle."""
    word = draft.linked.tokens[max(draft.items[by].first - 1, 0)].word
    return word.endswith(words().endings[1:2])


def names_rows(draft: Draft, metric: str, dimension: str) -> bool:
    """Tell whether a dimension names the very rows that a metric counts, one each."""
    spec = draft.metric(metric)
    return facts.counts_rows(spec) is not None and key(spec.label) == key(draft.dimension(dimension).label)


def _names_things(draft: Draft, dimension: str) -> bool:
    """Tell whether a dimension names the rows that some shown metric counts."""
    return any(names_rows(draft, m.name, dimension) for m in draft.catalogue.metrics if not m.hidden)


def _reachable(draft: Draft, i: int, entry: Entry) -> Entry:
    """Return the way to cut; where a short form has no such rows, the one that shares the word and can be reached."""
    if entry.score >= 0.93 or not draft.metrics or _cuts_all(draft, entry.name) or len(draft.items[i].at) > 1:
        return entry
    word = draft.linked.tokens[draft.items[i].first].stem
    shown = [d for d in draft.catalogue.dimensions if not d.hidden and word in (*key(d.name), *key(d.label))]
    others = [d.name for d in shown if _cuts_all(draft, d.name)]
    return replace(entry, name=others[0]) if len(others) == 1 else entry


def _cuts_all(draft: Draft, dimension: str) -> bool:
    return all(can_cut(m, dimension, draft.catalogue) for m in draft.metrics)


def _is_cut(draft: Draft, i: int) -> bool:
    before, after = draft.before(i), draft.after(i)
    if _introduced(draft, before) or (draft.listed and not draft.by):
        return True
    listed = draft.cue(before, "and") and draft.roles.get(draft.before(before)) == "dimension"
    if listed and draft.before(before) in draft.used:
        draft.used.add(before)
        return True
    if draft.cue(after, "breakdown") or draft.has("highest", "lowest", "best", "worst", "top", "bottom", "compare"):
        return True
    if draft.has("ascending", "descending", "sort"):
        return True
    if draft.having and not draft.by:
        return True
    if draft.roles.get(before) == "metric" or draft.roles.get(after) == "metric":
        return not draft.cue(before, "in")
    if after < len(draft.items) and draft.cue(after, "in") and draft.roles.get(draft.after(after)) == "value":
        return False
    return draft.cue(before, "in") and (_plural(draft, i) or draft.has("breakdown", "which"))


def _introduced(draft: Draft, before: int) -> bool:
    """Use the word that asks for a cut: by, which, top 5, breakdown of."""
    steps = 0
    while before >= 0 and steps < 4:
        if draft.cue(before, "by", "which", "breakdown", "sort"):
            draft.used.add(before)
            return True
        ranked = draft.cue(before, "top", "bottom", "highest", "lowest", "best", "worst")
        if ranked or draft.items[before].kind == "number":
            return True
        if not (draft.roles.get(before) in ("value", "qualifier") or draft.cue(before, "in")):
            return False
        if draft.cue(before, "in") and not draft.cue(draft.before(before), "breakdown", "by", "which"):
            return False
        before, steps = draft.before(before), steps + 1
    return False


def _plural(draft: Draft, i: int) -> bool:
    return any(is_plural_word(draft.linked.tokens[p]) for p in draft.items[i].at)


def order(draft: Draft) -> None:
    """Read order and limit once the cuts are known; a follow-up calls it again with the cuts it kept."""
    if draft.take("descending"):
        draft.order = "desc"
    if draft.take("ascending"):
        draft.order = "asc"
    sorts = draft.take("sort")
    if (sorts or draft.order) and (draft.by or draft.by_period):
        draft.ranked, draft.order = True, draft.order or "desc"
        _use_by_before_metric(draft)
    ends = draft.cues(*_ENDS)
    ends += [i for i in draft.places("metric") if draft.cue(i, *_ENDS) and i not in ends]
    if ends and (draft.by or draft.by_period):
        _rank(draft, ends)
    elif ends and draft.metrics and _asks_where(draft):
        _direction(draft, frozenset().union(*(draft.items[i].cues for i in ends)))
        raise _by_which(draft)
    elif ends and (number := _counted_end(draft, ends)) is not None:
        raise _of_what(draft, number)


def _counted_end(draft: Draft, ends: list[int]) -> int | None:
    """Return the number of "bottom five for QA", which says not of what; a noun would say it."""
    if all(is_noun(draft, i) for i in draft.places("metric")):
        return None
    places = (draft.after(i) for i in ends if draft.cue(i, "top", "bottom"))
    return next((p for p in places if p < len(draft.items) and draft.items[p].kind == "number"), None)


def _of_what(draft: Draft, number: int) -> Stop:
    """Ask which members are to be ranked."""
    labels = [draft.dimension(name).label for name in _ways(draft)]
    text = draft.items[number].text
    return ask_back("The first of what?", [(n, draft.rewritten(number, f"{text} {n}")) for n in labels[:5]])


def _asks_where(draft: Draft) -> bool:
    """Tell whether a place or a person is asked for that nothing names, the question before included."""
    kept = draft.question.history[-1].by if draft.question.history else ()
    people = all(is_noun(draft, i) for i in draft.places("metric")) and draft.has("best", "worst")
    return not kept and not people and any(t.word in words().list_of("where") for t in draft.linked.tokens)


def _by_which(draft: Draft) -> Stop:
    """Ask by what a place is meant."""
    asked = words().list_of("where")
    place = next((i for i, item in enumerate(draft.items) if draft.linked.tokens[item.first].word in asked), None)
    if place is None:
        said = [draft.dimension(name).label for name in _ways(draft)[:5]]
        return ask_back("By what shall I look?", [(label, f"{draft.text.rstrip('?')} by {label}") for label in said])
    ways = _ways(draft)[:5]
    return ask_which("By what shall I look?", [draft.meaning(place, Entry("dimension", name, 1.0)) for name in ways])


def _ways(draft: Draft) -> list[str]:
    """Return the dimensions that the metric may be looked at by."""
    metric = draft.metric(draft.metrics[0])
    named = {f.dimension for f in draft.filters}
    shown = (d for d in draft.catalogue.dimensions if not d.hidden and d.driver and d.name not in named)
    return [d.name for d in shown if can_cut(metric.name, d.name, draft.catalogue)]


def _rank(draft: Draft, ends: list[int]) -> None:
    cues = frozenset().union(*(draft.items[i].cues for i in ends))
    if len(draft.metrics) > 1 and {"highest", "lowest"} <= cues:
        raise _two_ends(draft)
    draft.ranked = True
    draft.order = draft.order or _direction(draft, cues)
    if any(draft.cue(i, "low", "down") for i in draft.places("metric")):
        draft.order = "asc" if draft.order == "desc" else "desc"
    draft.used.update(ends)
    _use_by_before_metric(draft)
    draft.limit = _limit(draft, ends)
    if len(draft.by) > 1 and draft.linked.tokens and _within_each(draft):
        label = draft.dimension(draft.by[-1]).label
        raise refuse("out_of_scope", f"I rank over one list, not inside every {label}; name one of them.")
    everyone = any(w in _texts(draft, ends) for w in words().list_of("everyone"))
    if draft.limit is None and not draft.having and not everyone and not draft.has("sort"):
        draft.limit = 5 if _asks_for_several(draft) else 1
        if draft.limit > 1:
            draft.assumptions.append(f"no number was named: the first {draft.limit}")
            draft.defaults += 1


def _two_ends(draft: Draft) -> Stop:
    """Ask which end is meant where one metric shall be high and another low."""
    by = draft.dimension(draft.by[0]).label if draft.by else ""
    labels = [draft.metric(m).label for m in draft.metrics[:2]]
    options = [(f"{way} {n}", f"Which {by} has the {way} {n}?") for n in labels for way in ("highest", "lowest")]
    return ask_back("I rank by one metric at a time.", options)


def _within_each(draft: Draft) -> bool:
    return bool({t.word for t in draft.linked.tokens} & set(words().list_of("each")))


def _texts(draft: Draft, ends: list[int]) -> str:
    return " ".join(draft.items[i].text.lower() for i in ends)


def _asks_for_several(draft: Draft) -> bool:
    if any(
        draft.items[i].text.lower().startswith("which of") for i in range(len(draft.items)) if draft.cue(i, "which")
    ):
        return False
    return any(draft.roles.get(i) == "dimension" and _plural(draft, i) for i in draft.used)


def _direction(draft: Draft, cues: frozenset[str]) -> Literal["asc", "desc"]:
    strong = cues & {"highest", "lowest", "best", "worst", "bottom"} or cues
    good = draft.metric(draft.metrics[0]).good if draft.metrics else "neutral"
    if strong & {"best", "worst"}:
        if good == "neutral":
            label = draft.metric(draft.metrics[0]).label
            message = f"The dictionary does not say whether a high or a low {label} is better; ask for the highest."
            raise refuse("unknown_metric", message)
        return "desc" if (good == "up") == ("best" in strong) else "asc"
    return "asc" if strong & {"lowest", "bottom"} else "desc"


def _use_by_before_metric(draft: Draft) -> None:
    """In "top 5 agents by AHT" the by orders and does not cut."""
    for i in draft.cues("by"):
        after = draft.after(i)
        while draft.cue(after, "how_many", "total", "average"):
            after = draft.after(after)
        if draft.roles.get(after) == "metric":
            draft.used.add(i)


def _limit(draft: Draft, ends: list[int]) -> int | None:
    for i, item in enumerate(draft.items):
        if item.kind != "number" or i in draft.used or item.number is None or not item.number.is_integer():
            continue
        near = (draft.before(i), draft.after(i))
        if any(n in ends or draft.roles.get(n) in ("dimension",) for n in near):
            draft.used.add(i)
            return int(item.number)
    return None
