"""Decides what is asked for and reads the parts that kind of question has."""

from assistant.phrases import join_words
from assistant.planner import about, facts, followup, gates, parts, periods
from assistant.planner.again import read_again
from assistant.planner.analyses import read_analysis
from assistant.planner.bands import read_bands
from assistant.planner.changes import MOVES, SECOND, against_others, is_trend, moved
from assistant.planner.dates import Period
from assistant.planner.draft import Draft, ask_which, refuse
from assistant.planner.earlier import BEFORE, as_period, earlier
from assistant.planner.members import read_members
from assistant.planner.missing import ask_by_word, count_outcomes, counted, no_metric
from assistant.planner.quotes import read_quotes
from assistant.planner.roles import check_parts, is_noun, read_metrics, settle, take_metrics
from assistant.planner.shape import names_rows, order, read_shape
from assistant.planner.text import stem
from assistant.planner.themes import asks_themes, read_themes
from assistant.planner.twoparts import check_two_parts
from assistant.planner.units import check_units
from assistant.planner.words import words
from assistant.types import Intent, Level, Reading
from semantic_layer.compile import can_cut, crosses


def read_intent(draft: Draft) -> Intent:
    """Read the whole question into the draft and return its intent."""
    settle(draft)
    follows = followup.is_follow_up(draft)
    draft.anchor = draft.question.history[-1].window if follows else None
    if follows and followup.two_before(draft):
        return "compare"
    check_two_parts(draft)
    if asks_themes(draft):
        read_themes(draft)
        followup.keep_slice(draft)
        return "themes"
    if draft.has("quotes") and not _is_count(draft):
        return _quotes(draft)
    if owned := about.owned(draft):
        draft.metrics = owned
        draft.take("define", "by")
        return "define"
    if _asks_meaning(draft):
        return _define(draft)
    if analysis := read_analysis(draft):
        return analysis
    if follows and (intent := read_again(draft)):
        return intent
    take_metrics(draft)
    inherited = follows and not draft.metrics
    if inherited:
        draft.metrics = list(draft.question.history[-1].metrics)
    if not draft.metrics:
        draft.metrics = counted(draft)
    if not draft.metrics:
        no_metric(draft)
    if all(is_noun(draft, i) for i in draft.places("metric")):
        ask_by_word(draft)
    parts.read_within(draft)
    check_parts(draft)
    read_bands(draft)
    read_members(draft)
    check_units(draft)
    read_shape(draft)
    count_outcomes(draft)
    if follows:
        followup.set_against(draft)
    if draft.cues("percent"):
        if follows and not draft.by:
            draft.by = list(draft.question.history[-1].by)
        parts.read_share(draft)
    periods.collect_times(draft)
    old = _carried(draft, inherited=inherited) if follows else None
    return _analyse(draft, old)


def _is_count(draft: Draft) -> bool:
    cut = any(draft.cue(i, "by") and draft.roles.get(draft.after(i)) == "dimension" for i in range(len(draft.items)))
    return cut and bool(draft.places("metric"))


def _quotes(draft: Draft) -> Intent:
    read_quotes(draft)
    periods.collect_times(draft)
    if draft.context.clock is not None:
        if not draft.times:
            draft.default_window = True
            draft.assumptions.append("no period was named: all transcripts")
        clock = draft.context.clock
        span = next((t.period for t in draft.times if t.period), None)
        if followup.keep_slice(draft):
            return "quotes"
        draft.window = periods.inside(
            draft, span or Period(clock.first, clock.as_of, "month", "all the data", count=0), clock
        )
    return "quotes"


def _asks_meaning(draft: Draft) -> bool:
    if draft.has("define") or (draft.has("explain") and not draft.has(*MOVES, "high", "low", "why")):
        return True
    metrics = draft.places("metric")
    verbs = words().list_of("mean_verbs")
    tokens = draft.linked.tokens
    last = tokens[-1].word if tokens else ""
    return bool(metrics) and last in verbs and any(t.stem == stem("do") for t in tokens)


def _define(draft: Draft) -> Intent:
    read_metrics(draft)
    if not draft.metrics and draft.question.history and not any(i.kind == "unknown" for i in draft.items):
        draft.metrics = list(draft.question.history[-1].metrics)
        draft.carried += 1
    draft.used.update(
        i
        for i, item in enumerate(draft.items)
        if item.kind == "cue" and item.cues & {"define", "explain", "average", "not", "by", "change"}
    )
    if not draft.metrics:
        for i in draft.places("dimension"):
            spec = draft.dimension(draft.items[i].of("dimension")[0].name)
            members = draft.context.vocabulary.values.get(spec.name, ())
            shown = f" Its values: {', '.join(map(str, members[:8]))}." if members else ""
            raise refuse("out_of_scope", f"{spec.label} is a way to cut a metric. {spec.description}{shown}")
        no_metric(draft)
    return "define"


def _carried(draft: Draft, *, inherited: bool) -> Reading:
    old = followup.carry(draft, inherited=inherited, explicit_by=bool(draft.by), explicit_time=bool(draft.times))
    draft.take("follow", "pronoun", "and")
    order(draft)
    return old


def _analyse(draft: Draft, old: Reading | None) -> Intent:
    draft.by = list(dict.fromkeys([*(f.dimension for f in draft.versus), *draft.by]))
    graded = against_others(draft)
    asked = draft.take("why", "explain") and not _splits_only(draft)
    why = asked or (old is not None and old.intent == "why" and not draft.by)
    if asked and old is not None:
        followup.check_leader(draft, old)
    draft.against = _level(draft)
    if draft.against is not None:
        why = True
        draft.take("more", "less", "vs", "high", "low")
    moves = moved(draft, why=why) or graded
    trend = is_trend(draft, moves, old)
    compares = why or (moves and not trend) or _old_pair(draft, old)
    if why:
        _check_why(draft)
        compares = not draft.versus and draft.against is None
    if draft.grain is not None and draft.by_period is False and not trend and not draft.ranked:
        trend = True
    within = old is not None and draft.grain is not None and followup.names_period(old)
    longer = trend and old is not None and old.intent != "trend" and not within
    if old is not None and old.window and not draft.times and not draft.cues(*SECOND) and not longer:
        _keep_window(draft, old, compares=compares)
    else:
        periods.choose(draft, compares=compares, trend=trend)
    _finish_cues(draft)
    _check_reach(draft, across=not (why or trend or draft.baseline or draft.grain or draft.shares is not None))
    return _name(draft, why=why, trend=trend, old=old)


def _level(draft: Draft) -> Level | None:
    """Read what a metric is held against that is no other period: its target, or what was to be expected."""
    if draft.take("target"):
        _check_target(draft)
        return "target"
    return "expected" if draft.take("as_expected") else None


def _check_target(draft: Draft) -> None:
    """Refuse where there is no target to hold a metric against."""
    missing = [draft.metric(m).label for m in draft.metrics if draft.metric(m).target is None]
    if missing:
        raise refuse("unknown_metric", gates.message("no_target", metric=missing[0]))


def _splits_only(draft: Draft) -> bool:
    """Tell "why do they leave, by reason" from a why: what is known of outcomes only lists them, it explains none."""
    outcomes = all(draft.dimension(name).outcome for name in draft.by)
    return bool(draft.by) and (outcomes or bool(draft.cues("breakdown")))


def _old_pair(draft: Draft, old: Reading | None) -> bool:
    return old is not None and old.intent == "compare" and old.baseline is not None and not draft.by


def _check_why(draft: Draft) -> None:
    if len(draft.metrics) > 1:
        raise ask_which("Causes are found for one metric at a time.", draft.one_of(draft.metrics))
    if draft.versus and (len(draft.versus) > 1 or len(draft.versus[0].values) != 2 or len(draft.by) > 1):
        raise refuse("out_of_scope", gates.message("gap_of_two"))
    draft.grain = None


def _keep_window(draft: Draft, old: Reading, *, compares: bool) -> None:
    draft.window, draft.baseline = old.window, old.baseline
    clock = draft.context.clock
    if compares and draft.baseline is None and draft.window and clock:
        before = earlier(as_period(draft.window, clock), BEFORE, clock)
        draft.baseline = periods.inside(draft, before, clock, compared=True)
    if not compares:
        draft.baseline = None


def _finish_cues(draft: Draft) -> None:
    """Use the words that the finished reading answers to."""
    if draft.versus or draft.baseline or len(draft.metrics) > 1 or draft.by:
        draft.take("compare", "difference")
    if draft.versus or draft.baseline or len(draft.metrics) > 1:
        draft.take("vs", "respectively")
    if draft.baseline:
        draft.take("significant")
    if draft.by:
        draft.take("breakdown", "respectively")
    if draft.ranked:
        draft.take("moves")
    if draft.having and not draft.by and not draft.by_period and draft.grain is None:
        draft.having.clear()
        draft.notes.append("The value is shown; compare it with the threshold you named.")
    if draft.grain is not None and draft.has("trend"):
        draft.take("onset")
    if draft.has("overview") and draft.metrics:
        draft.take("overview")


def _check_reach(draft: Draft, *, across: bool) -> None:
    """Refuse what no join tells; `across` allows groups that overlap, of which one row has several."""
    for name in draft.metrics:
        spec = draft.metric(name)
        if not draft.listed and any(names_rows(draft, name, d) for d in draft.by):
            raise refuse("unknown_metric", gates.message("one_each", metric=spec.label))
        for dimension in (*draft.by, *(f.dimension for f in draft.filters)):
            label = draft.dimension(dimension).label
            reached = can_cut(spec.name, dimension, draft.catalogue)
            if not reached and not (across and crosses(name, dimension, draft.catalogue)):
                raise refuse(
                    "no_data", f"{spec.label} is not known by {label}: the two are measured on different things."
                )
            if not reached:
                _check_any(draft, dimension)
            if draft.dimension(dimension).outcome and (spec.type in ("ratio", "average") or facts.counts_all(spec)):
                raise refuse(
                    "no_data",
                    f"{label} is known only for those who had the outcome, so {spec.label} cannot be cut by it.",
                )


def _check_any(draft: Draft, dimension: str) -> None:
    """Refuse several members of which one row may have some or all, unless any of them will do."""
    kept = next((f for f in draft.filters if f.dimension == dimension), None)
    if kept is not None and len(kept.values) > 1 and not draft.has("either"):
        raise refuse("out_of_scope", gates.message("any_or_all", members=join_words([str(v) for v in kept.values])))


def _name(draft: Draft, *, why: bool, trend: bool, old: Reading | None) -> Intent:
    if why:
        return "why"
    if draft.ranked:
        if draft.baseline and draft.by:
            parts.order_of_change(draft)
        return "rank"
    if old is not None and old.intent == "rank" and draft.by == list(old.by) and draft.within is None:
        draft.order, draft.limit = old.order, old.limit
        return "rank"
    if trend and draft.baseline:
        raise refuse("out_of_scope", "I show a trend or compare two periods, one at a time.")
    if trend and draft.shares is not None:
        raise parts.one_at_a_time(draft)
    if trend:
        return "trend"
    if draft.baseline or draft.versus:
        return "compare"
    about.check_list(draft)
    return "breakdown" if draft.by else "value"
