"""Reads the questions that ask for more than a number: forecasts, what-ifs, effects, risks, oddities, overviews."""

from collections.abc import Callable

from assistant.phrases import NO_PERIOD, ask_what
from assistant.planner import gates, periods
from assistant.planner.dates import rolling
from assistant.planner.draft import Draft, ask_back, ask_which, refuse
from assistant.planner.effects import named_intervention, speaks_of_one, use_name
from assistant.planner.horizons import read_horizon
from assistant.planner.members import read_members
from assistant.planner.roles import check_parts, is_noun, qualifier, read_metrics, take_metrics
from assistant.planner.shape import read_shape
from assistant.planner.suppositions import read_supposition
from assistant.planner.text import key, stem
from assistant.planner.words import words
from assistant.types import Intent
from semantic_layer.model import MetricSpec

# cues that an overview answers to, whatever they ask about
_SPOKEN_OF_ALL = (
    "overview", "vs", "compare", "why", "change", "how_high", "how_has", "trend", "grain_month", "grain_week",
    "grain_quarter", "top", "best", "highest",
)  # fmt: skip


def read_analysis(draft: Draft) -> Intent | None:
    """Read an analysis into the draft and return its intent; None where the question asks for none."""
    for intent, (asked, read) in _READERS.items():
        if asked(draft):
            read(draft)
            return intent
    return _count_at_risk(draft) if draft.has("at_risk") else None


def read_as(intent: Intent, draft: Draft) -> None:
    """Read the parts of one analysis into the draft."""
    _READERS[intent][1](draft)


def _cued(name: str) -> Callable[[Draft], bool]:
    return lambda draft: draft.has(name)


def _asks_relationship(draft: Draft) -> bool:
    """Tell "does X hurt Y" from "why", and from "what was the impact on Y"."""
    if draft.has("why"):
        return False
    two = len({e.name for i in draft.places("metric") for e in draft.items[i].of("metric")[:1]}) > 1
    return draft.has("relationship") or (two and (draft.has("moves") or _asks_together(draft)))


def _asks_together(draft: Draft) -> bool:
    """Tell "do people who wait longer leave more", which compares one with the other."""
    degrees = ("up", "down", "high", "low", "more", "less", "better", "worse")
    compared = [i for i in range(len(draft.items)) if draft.cue(i, *degrees) and not draft.items[i].entries]
    return draft.linked.tokens[0].word in words().list_of("asks_of_group") and len(compared) > 1 and not draft.has("vs")


def _asks_overview(draft: Draft) -> bool:
    if _asks_how_it_fares(draft):
        return True
    leans = draft.question.history and (draft.has("pronoun") or draft.cue(0, "follow", "and"))
    return draft.has("overview") and not draft.metrics_named and not leans


def _asks_how_it_fares(draft: Draft) -> bool:
    """Tell "how is Billing looking" and "how did chat do last week", which name a group and no metric."""
    tokens = draft.linked.tokens
    verbs = {stem(w) for w in words().list_of("fares")}
    opens = any(t.word in words().list_of("how") for t in tokens[:2])
    other = draft.has("how_many", "how_much", "how_high", "how_long", "why", "quotes")
    named = bool(draft.places("value")) and not draft.metrics_named
    known = all(i.kind != "unknown" and not i.number for i in draft.items)
    return opens and named and known and not other and bool({t.stem for t in tokens[2:]} & verbs)


def _asks_impact(draft: Draft) -> bool:
    """Tell the effect of something recorded from the effect of one metric on another."""
    if draft.has("impact") and len(draft.places("metric")) < 2:
        return True
    moved = draft.has("worked", "impact", "moves", "up", "down", "better", "worse", "change")
    return moved and not draft.has("why") and speaks_of_one(draft)


def _forecast(draft: Draft) -> None:
    draft.take("forecast", "trend", "change", "how_has")
    _one_metric(draft)
    read_members(draft)
    read_shape(draft)
    if draft.by:
        raise refuse("out_of_scope", gates.message("one_series"))
    periods.collect_times(draft)
    read_horizon(draft)


def _what_if(draft: Draft) -> None:
    draft.take("what_if")
    _one_metric(draft)
    read_members(draft)
    if any(f.operator == "not in" for f in draft.filters) and not any(i.kind == "number" for i in draft.items):
        raise refuse("out_of_scope", gates.message("without", metric=draft.metric(draft.metrics[0]).label))
    read_supposition(draft)
    periods.collect_times(draft)
    periods.choose(draft, compares=False, trend=False)


def _impact(draft: Draft) -> None:
    known = draft.context.vocabulary.interventions
    if not known:
        raise refuse("out_of_scope", gates.message("no_interventions"))
    draft.intervention = named_intervention(draft)
    if draft.intervention is None:
        offers = [(one.name, gates.message("ask_effect", name=one.name)) for one in known if one.kind != "event"]
        raise ask_back(gates.message("which_intervention"), offers[:5])
    use_name(draft, draft.intervention)
    draft.take("impact", "worked", "relationship", "moves", "change", "up", "down", "better", "worse", "how_much")
    read_metrics(draft)
    own = draft.intervention.metric
    if not draft.metrics and own in {m.name for m in draft.catalogue.metrics}:
        draft.metrics = [str(own)]
        draft.assumptions.append(f"judged by what it was aimed at: {draft.metric(str(own)).label}")
    if not draft.metrics:
        raise refuse("unknown_metric", gates.message("no_metric"))
    read_members(draft)
    periods.collect_times(draft)
    if any(span.period and span.period.end < draft.intervention.started_on for span in draft.times):
        raise refuse("no_data", gates.message("before_it_began", name=draft.intervention.name))
    began = draft.intervention.started_on
    later = [span.period.label for span in draft.times if span.period and span.period.start > began]
    draft.notes += [gates.message("effect_as_a_whole", period=label) for label in later]


def _relationship(draft: Draft) -> None:
    turned = draft.has("depends")
    draft.take(
        "relationship", "moves", "depends", "impact", "up", "down", "better", "worse", "change", "vs", "high", "low"
    )
    draft.take("more", "less", "difference")
    take_metrics(draft)
    read_members(draft)
    cuts = [i for i in draft.places("dimension") if i not in draft.used]
    if len(draft.metrics) == 1 and cuts:
        draft.by = [draft.items[cuts[0]].of("dimension")[0].name]
        draft.link(cuts[0], draft.items[cuts[0]].of("dimension")[0])
    elif len(draft.metrics) != 2:
        options = [(draft.metric(m).label, ask_what(draft.metric(m).label)) for m in draft.metrics[:3]]
        if options:
            raise ask_back(gates.message("two_metrics"), options)
        raise refuse("unknown_metric", gates.message("two_metrics"))
    if turned and len(draft.metrics) == 2:
        draft.metrics.reverse()
    periods.collect_times(draft)
    _last_year(draft)


def _at_risk(draft: Draft) -> None:
    draft.take("at_risk", "forecast", "worry", "high", "highest", "which", "top", "follow")
    _use_nouns(draft)
    take_metrics(draft)
    _prefer_risk(draft)
    check_parts(draft)
    _check_what_is_at_risk(draft)
    if not draft.metrics:
        draft.metrics = _risk_metrics(draft)
    read_members(draft)
    draft.by = list(dict.fromkeys(draft.items[i].of("dimension")[0].name for i in draft.places("dimension")))
    draft.used.update(draft.places("dimension"))
    periods.collect_times(draft)
    periods.choose(draft, compares=False, trend=False)


def _check_what_is_at_risk(draft: Draft) -> None:
    """Refuse "revenue at risk", an amount that no metric of risk tells."""
    for i in draft.cues("at_risk") or [i for i in draft.used if draft.cue(i, "at_risk")]:
        place = draft.before(i, skip=("filler",))
        if (
            draft.roles.get(place) == "metric"
            and draft.metrics
            and not set(draft.metrics) & {m.name for m in _of_risk(draft)}
        ):
            label = draft.metric(draft.metrics[0]).label
            raise refuse("unknown_metric", gates.message("not_at_risk", metric=label))


def _risk_metrics(draft: Draft) -> list[str]:
    """Return the metric whose own name speaks of risk, an average or share before a count."""
    named = sorted(_of_risk(draft), key=lambda m: m.unit == "count")
    if not named:
        raise refuse("unknown_metric", gates.message("no_risk_metric"))
    draft.assumptions.append(f"risk is read from {named[0].label}")
    draft.defaults += 1
    return [named[0].name]


def _of_risk(draft: Draft) -> list[MetricSpec]:
    """Return the metrics whose own name speaks of risk."""
    risk = {stem for word in words().list_of("risk") for stem in key(word)}
    return [m for m in draft.catalogue.metrics if not m.hidden and risk & set(key(f"{m.name} {m.label}"))]


def _count_at_risk(draft: Draft) -> Intent:
    """Read "how many at-risk SMB customers" as the count of them, and a share as no count."""
    unit = "ratio" if draft.has("percent") else "count"
    counts = [m for m in _of_risk(draft) if m.unit == unit]
    if len(counts) != 1:
        raise refuse("unknown_metric", gates.message("no_risk_count"))
    draft.take("at_risk", "how_many", "total", "percent")
    for i in draft.places("metric"):
        draft.roles[i] = "noun"
        draft.used.add(i)
    draft.metrics = [counts[0].name]
    read_members(draft)
    read_shape(draft)
    periods.collect_times(draft)
    periods.choose(draft, compares=False, trend=draft.grain is not None)
    return "trend" if draft.grain else "breakdown" if draft.by else "value"


def _asks_at_risk(draft: Draft) -> bool:
    """Tell "which customers will leave", who cannot be named, from how many will."""
    if draft.has("how_many", "percent", "total"):
        return False
    names = {m.name for m in _of_risk(draft)}
    linked = any(e.name in names for i in draft.places("metric") for e in draft.items[i].of("metric"))
    told = not draft.places("dimension") and not draft.has("highest", "lowest")
    asks_who = draft.linked.tokens[0].word in words().list_of("asks_who") and told
    after = (draft.after(i, skip=("filler",)) for i in range(len(draft.items)) if draft.cue(i, "which"))
    people = any(i < len(draft.items) and is_noun(draft, i) for i in after)
    return draft.has("at_risk") or (linked and asks_who) or (people and draft.has("forecast", "worry"))


def _prefer_risk(draft: Draft) -> None:
    """Keep the one metric that tells how much risk there is, of several named and rather than a count."""
    named = [m for m in _of_risk(draft) if m.name in draft.metrics]
    if any(m.unit != "count" for m in named):
        draft.metrics = [next(m.name for m in named if m.unit != "count")]
    elif named:
        draft.metrics = _risk_metrics(draft)


def _anomalies(draft: Draft) -> None:
    draft.take("anomalies", "overview", "high", "low", "change", "how_high", "trend")
    _scanned(draft, compares=False)


def _overview(draft: Draft) -> None:
    for i in draft.cues("overview"):
        after = draft.after(i, skip=("filler",))
        told = after < len(draft.items) and (draft.items[after].kind == "noun" or draft.roles.get(after) == "value")
        if told and draft.items[i].text.lower() in words().list_of("retell"):
            raise refuse("out_of_scope", gates.message("retell"))
    draft.take(*_SPOKEN_OF_ALL)
    _scanned(draft, compares=True)


def _scanned(draft: Draft, *, compares: bool) -> None:
    _prefer_members(draft)
    read_metrics(draft)
    read_members(draft)
    periods.collect_times(draft)
    periods.choose(draft, compares=compares, trend=False)


def _prefer_members(draft: Draft) -> None:
    """Read "in Complaints" as the queue where it could be a metric too."""
    for i in draft.places("metric"):
        named = draft.linked.tokens[draft.items[i].first].capital or qualifier(draft, i) is not None
        if named and draft.items[i].of("value") and draft.cue(draft.before(i), "in"):
            draft.roles[i] = "value"


def _use_nouns(draft: Draft) -> None:
    """Read "customers" and "contacts" as those spoken of, not as a count of them."""
    for i, item in enumerate(draft.items):
        if item.kind == "noun" or (draft.roles.get(i) in ("metric", "noun") and is_noun(draft, i)):
            draft.roles[i] = "noun"
            draft.used.add(i)


def _last_year(draft: Draft) -> None:
    """Set the window to the last twelve months where no period is named."""
    clock = draft.context.clock
    if draft.times or clock is None:
        periods.choose(draft, compares=False, trend=False)
        return
    period = rolling(clock, "month", 12)
    draft.window, draft.default_window = periods.inside(draft, period, clock), True
    draft.assumptions.append(f"{NO_PERIOD}: {period.label}")
    draft.defaults += 1


def _one_metric(draft: Draft) -> None:
    read_metrics(draft)
    if not draft.metrics:
        raise refuse("unknown_metric", gates.message("no_metric"))
    if len(draft.metrics) > 1:
        raise ask_which(gates.message("one_metric"), draft.one_of(draft.metrics[:3]))


_READERS: dict[Intent, tuple[Callable[[Draft], bool], Callable[[Draft], None]]] = {
    "what_if": (_cued("what_if"), _what_if),
    "anomalies": (_cued("anomalies"), _anomalies),
    "impact": (_asks_impact, _impact),
    "relationship": (_asks_relationship, _relationship),
    "at_risk": (_asks_at_risk, _at_risk),
    "forecast": (_cued("forecast"), _forecast),
    "overview": (_asks_overview, _overview),
}
