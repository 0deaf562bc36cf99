"""Follow-up questions: what is not said is kept from the reading before."""

from assistant.phrases import NO_PERIOD
from assistant.planner import gates
from assistant.planner.draft import Draft, refuse
from assistant.planner.words import words
from assistant.types import Reading, Within
from semantic_layer.query import Filter


def is_follow_up(draft: Draft) -> bool:
    """Tell whether a question leans on the one before."""
    if not draft.question.history:
        return False
    opens = bool(draft.items) and (draft.cue(0, "follow") or draft.items[0].cues == frozenset(("and",)))
    if draft.has("define", "quotes") and not opens:
        return not draft.places("metric") and draft.has("define")
    return opens or not draft.metrics_named or _leans(draft)


def _leans(draft: Draft) -> bool:
    """Tell whether a metric is asked for of those spoken of before: "their csat", "aht for those"."""
    old = draft.question.history[-1]
    said = {t.word for t in draft.linked.tokens} & set(words().list_of("leaning"))
    return bool(said and (old.filters or old.by)) and not draft.has("quotes", "themes", "relationship", "impact")


def carry(draft: Draft, *, inherited: bool, explicit_by: bool, explicit_time: bool) -> Reading:
    """Fill metrics, filters and cuts from the reading before; return that reading."""
    old = draft.question.history[-1]
    kept: list[str] = []
    if inherited and old.metrics:
        kept.append(", ".join(draft.metric(m).label for m in old.metrics))
    said = {f.dimension for f in (*draft.filters, *draft.versus)}
    narrowed = {f.dimension for f in (*draft.filters, *draft.versus) if f.operator == "in"} - _kept_apart(draft, old)
    filters = [f for f in old.filters if f.dimension not in said and f.dimension not in draft.by]
    draft.filters += filters
    kept += [
        f"{f.dimension} {'not ' if f.operator == 'not in' else ''}{', '.join(map(str, f.values))}" for f in filters
    ]
    if not explicit_by and old.by and not draft.has("why") and old.intent in ("breakdown", "rank", "compare", "trend"):
        cuts = [d for d in old.by if d not in narrowed]
        draft.by += [d for d in cuts if d not in draft.by]
        kept += [f"by {draft.dimension(d).label}" for d in cuts]
    if inherited and old.shares is not None and draft.shares is None and draft.by == list(old.by):
        draft.shares = old.shares
        kept.append("as shares")
    if old.window and not explicit_time:
        kept.append(old.window.label or f"{old.window.start} to {old.window.end}")
    if not inherited and draft.within is None:
        _keep_leaders(draft, old)
    draft.carried = len(kept)
    if kept:
        draft.assumptions.append(f"kept from before: {'; '.join(kept)}")
    return old


def _kept_apart(draft: Draft, old: Reading) -> frozenset[str]:
    """Return the cuts of which several members are named now: "csat by channel" and then "only Chat and Voice"."""
    apart = {f.dimension for f in draft.filters if f.operator == "in" and len(f.values) > 1} & set(old.by)
    if apart:
        draft.assumptions = [a for a in draft.assumptions if not a.endswith("taken together")]
    return frozenset(apart)


def names_period(old: Reading) -> bool:
    """Tell whether the question before named its period."""
    return old.window is not None and not any(a.startswith(NO_PERIOD) for a in old.assumptions)


def keep_slice(draft: Draft) -> bool:
    """Keep the slice and the time for "show me the calls" and "what do they say"; tell whether a time was kept."""
    old = draft.question.history[-1] if draft.question.history else None
    spoken = any(t.word in words().list_of("stands_for") for t in draft.linked.tokens)
    leans = spoken or draft.has("pronoun", "follow") or (draft.has("quotes") and draft.search_text is None)
    if old is None or not leans:
        return False
    said = {f.dimension for f in draft.filters}
    draft.filters += [f for f in old.filters if f.dimension not in said]
    draft.carried += 1
    draft.assumptions.append("kept from before: whom it is about and when")
    draft.take("pronoun", "follow")
    if draft.times or old.window is None:
        return False
    draft.window, draft.default_window = old.window, False
    draft.assumptions = [a for a in draft.assumptions if not a.startswith("no period")]
    return True


def check_leader(draft: Draft, old: Reading) -> None:
    """Refuse "why" of who or what led a ranking, which the reading before does not tell; of a cut say it is of all."""
    named = {f.dimension for f in draft.filters if f not in old.filters}
    if old.intent == "rank" and not old.by and not draft.times:
        raise refuse("out_of_scope", gates.message("which_period"))
    if old.intent == "rank" and not named & set(old.by):
        label = draft.dimension(old.by[0]).label
        draft.notes.append(gates.message("of_all", label=label))


def two_before(draft: Draft) -> bool:
    """Read "what's the difference" as the two readings before set against each other."""
    of_both = any(t.word in words().list_of("both") for t in draft.linked.tokens)
    if len(draft.question.history) < 2 or not (of_both or draft.has("difference", "compare")):
        return False
    one, other = draft.question.history[-2:]
    plain = all(i.kind in ("filler", "noun") or i.cues for i in draft.items)
    if not plain or one.metrics != other.metrics or {one.intent, other.intent} != {"value"}:
        return False
    apart = [(a, b) for a, b in zip(one.filters, other.filters, strict=False) if a != b]
    if one.window != other.window and one.filters == other.filters and one.window and other.window:
        draft.baseline, draft.window = sorted((one.window, other.window), key=lambda w: w.start)
        draft.filters = list(one.filters)
    elif one.window == other.window and len(one.filters) == len(other.filters) and _one_kind(apart):
        (a, b) = apart[0]
        draft.window, draft.by = one.window, [a.dimension]
        both = Filter(dimension=a.dimension, values=tuple(dict.fromkeys((*a.values, *b.values))))
        draft.filters = [f for f in one.filters if f != a] + [both]
    else:
        return False
    draft.metrics, draft.carried = list(one.metrics), 2
    draft.assumptions.append("the two answers before are compared")
    draft.used.update(range(len(draft.items)))
    return True


def _one_kind(apart: list[tuple[Filter, Filter]]) -> bool:
    """Tell whether two slices differ by members of one dimension only."""
    return len(apart) == 1 and apart[0][0].dimension == apart[0][1].dimension and apart[0][1].operator == "in"


def set_against(draft: Draft) -> None:
    """Set the group named now against the one before: "vs Enterprise", "is it lower than in Belfast"."""
    old = draft.question.history[-1]
    compares = draft.cues("vs", "compare", "more", "less")
    named = [f for f in draft.filters if f.operator == "in"]
    if not compares or len(named) != 1 or draft.versus or draft.having:
        return
    before = next((f for f in old.filters if f.operator == "in" and f.dimension == named[0].dimension), None)
    if before is None:
        return
    draft.filters.remove(named[0])
    both = tuple(dict.fromkeys((*before.values, *named[0].values)))
    draft.versus.append(Filter(dimension=before.dimension, values=both))
    draft.used.update(compares)


def _keep_leaders(draft: Draft, old: Reading) -> None:
    """Look at the same few members when another metric is asked for: "top 5 topics" and then "their csat"."""
    if old.intent != "rank" or not old.limit or len(old.by) != 1 or old.order_by is None or old.baseline:
        return
    if draft.by == list(old.by) and not draft.has("top", "bottom", "highest", "lowest", "best", "worst"):
        draft.within = Within(dimension=old.by[0], metric=old.order_by, limit=old.limit, order=old.order or "desc")
