"""Parts of a whole: shares, the order of a ranking by change, and rankings inside rankings."""

from assistant.planner import facts
from assistant.planner.draft import Draft, Stop, ask_back, refuse
from assistant.planner.words import words
from assistant.types import Within
from semantic_layer.compile import can_cut
from semantic_layer.model import MetricSpec
from semantic_layer.query import Filter, Scalar

_ENDS = ("top", "bottom", "highest", "lowest", "best", "worst")


def is_additive(draft: Draft) -> bool:
    """Tell whether the one metric named is a sum or a count, of which parts have shares."""
    specs = [draft.metric(m) for m in draft.metrics]
    return len(specs) == 1 and specs[0].type in ("simple", "semi_additive")


def read_share(draft: Draft) -> None:
    """Turn the part asked about into a cut whose members are shown as shares of the whole."""
    rate = facts.rate_of(draft.metric(draft.metrics[0]), draft.catalogue)
    outcome = any(draft.dimension(d).outcome for d in draft.by)
    if rate is not None and not outcome and not _comes_from(draft):
        draft.metrics = [rate.name]
        return
    label = draft.metric(draft.metrics[0]).label
    part = _part(draft)
    if part is not None and not draft.by:
        draft.filters.remove(part)
        draft.by, draft.shares = [part.dimension], _members(draft, part)
    elif len(draft.by) == 1:
        draft.shares = ()
    else:
        raise refuse("out_of_scope", f"I see no single part of the {label} to take a share of; name a group or a cut.")
    if draft.grain is not None or draft.versus or draft.having:
        raise one_at_a_time(draft)
    draft.take("percent", "how_many", "total", "by", "breakdown", "which")


def counted_part(draft: Draft) -> MetricSpec | None:
    """Return the count behind a rate whose share is asked: "what share of churn comes from SMB" is of those lost."""
    spec = draft.metric(draft.metrics[0])
    return facts.number_behind(spec, draft.catalogue) if _comes_from(draft) and spec.type == "ratio" else None


def _comes_from(draft: Draft) -> bool:
    """Tell whether a verb stands between the one metric and the group, so that the group is a part of it."""
    metrics, values = draft.places("metric"), draft.places("value")
    if len(metrics) != 1 or draft.by:
        return False
    first = next((i for i in values if i > metrics[0]), metrics[0])
    verbs = words().list_of("share_verbs")
    return any(draft.linked.tokens[draft.items[i].first].stem in verbs for i in range(metrics[0] + 1, first))


def one_at_a_time(draft: Draft) -> Stop:
    """Refuse shares over time."""
    label = draft.metric(draft.metrics[0]).label
    return refuse("out_of_scope", f"I work out shares for one period at a time; ask for the {label} by group.")


def _part(draft: Draft) -> Filter | None:
    """Return the filter that is the part: the first behind the verb, else the only one."""
    verbs = words().list_of("share_verbs")
    start = min((i for i in range(len(draft.items)) if draft.cue(i, "percent")), default=0)
    verb = next(
        (i for i in range(start + 1, len(draft.items)) if draft.linked.tokens[draft.items[i].first].stem in verbs), -1
    )
    behind = [i for i in draft.places("value") if i > verb] or draft.places("value")
    names = [draft.items[i].of("value")[0].name for i in behind]
    members = {e.name for i in behind for e in draft.items[i].of("value")}
    return next((f for n in names for f in draft.filters if f.dimension == n and f.dimension in members), None)


def _members(draft: Draft, part: Filter) -> tuple[Scalar, ...]:
    if part.operator == "in":
        return part.values
    left = {str(v) for v in part.values}
    return tuple(m for m in draft.context.vocabulary.values.get(part.dimension, ()) if str(m) not in left)


def read_within(draft: Draft) -> None:
    """Read "of the five biggest queues": the members that lead by size are looked at further."""
    for i in draft.cues(*_ENDS):
        place = _dimension_after(draft, i)
        if place is None or not _opens(draft, i) or not draft.metrics:
            continue
        others = [j for j in draft.cues(*_ENDS) if j != i]
        sized = draft.linked.tokens[draft.items[i].last].word in words().list_of("sizes")
        ranked_by = _metric_behind(draft, place)
        if not (others or sized or (ranked_by and len(draft.metrics) > 1)):
            continue
        _narrow(draft, i, place, ranked_by if len(draft.metrics) > 1 else None)
        return


def _opens(draft: Draft, i: int) -> bool:
    """Tell whether the group stands behind a preposition: among the top 5, of our biggest; not "names of the top 3"."""
    before = draft.before(i)
    if draft.word(draft.before(before)) in words().list_of("naming"):
        return False
    if 0 <= before < len(draft.items) and draft.items[before].kind == "number":
        before = draft.before(before)
    return draft.cue(before, "in")


def _dimension_after(draft: Draft, i: int) -> int | None:
    place = draft.after(i)
    if place < len(draft.items) and draft.items[place].kind == "number":
        place = draft.after(place)
    return place if draft.roles.get(place) == "dimension" else None


def _metric_behind(draft: Draft, place: int) -> str | None:
    by = draft.after(place)
    metric = draft.after(by) if draft.cue(by, "by", "in", "sort") else -1
    if draft.roles.get(metric) != "metric":
        return None
    return next((e.name for e in draft.items[metric].of("metric") if e.name in draft.metrics), None)


def _narrow(draft: Draft, i: int, place: int, ranked_by: str | None) -> None:
    entry = draft.items[place].of("dimension")[0]
    size = ranked_by or _size(draft, entry.name)
    near = (draft.before(i), draft.after(i))
    number = next((n for n in near if 0 <= n < len(draft.items) and draft.items[n].kind == "number"), None)
    limit = int(draft.items[number].number or 1) if number is not None else 1
    small = draft.cue(i, "lowest", "bottom")
    draft.within = Within(dimension=entry.name, metric=size, limit=limit, order="asc" if small else "desc")
    draft.link(place, entry)
    draft.roles[place] = "within"
    draft.used.update(n for n in (i, number) if n is not None)
    if ranked_by:
        draft.metrics.remove(ranked_by)
        draft.take("by")
    draft.by.append(entry.name)


def _size(draft: Draft, dimension: str) -> str:
    """Return the one count that says how big a member is."""
    found = size_metrics(draft, dimension)
    if len(found) != 1:
        options = [(draft.metric(m).label, f"{draft.text} by {draft.metric(m).label}") for m in found[:3]]
        raise (
            ask_back("Biggest by what?", options)
            if options
            else refuse("unknown_metric", f"I know no count that says how big a {draft.dimension(dimension).label} is.")
        )
    draft.assumptions.append(f"the biggest by {draft.metric(found[0]).label}")
    draft.defaults += 1
    return found[0]


def size_metrics(draft: Draft, dimension: str) -> list[str]:
    """Return the shown metrics that count the rows of the dimension's table, or of the metric's."""
    shown = [m for m in draft.catalogue.metrics if not m.hidden]
    own = {draft.dimension(dimension).table}
    asked = {t.name for m in draft.metrics for t in facts.tables(draft.metric(m), draft.catalogue)}
    for tables in (asked, own):
        found = [m.name for m in shown if m.measure and facts.counts_all(m) in tables]
        found = [n for n in found if can_cut(n, dimension, draft.catalogue)]
        if found:
            return found
    return []


def order_of_change(draft: Draft) -> None:
    """Order a ranking by change: the largest move in the direction that is asked for first."""
    falls = draft.direction == "down"
    least = draft.has("lowest", "bottom") and not draft.has("highest", "top")
    paces = words().raw["paces"]
    turned = [paces[t.word] for t in draft.linked.tokens if t.word in paces]
    least = turned == ["lowest"] if turned else least
    draft.order = "asc" if falls != least else "desc"
