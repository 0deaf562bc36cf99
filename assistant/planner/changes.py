"""Changes and lines over time: what is said to have moved, against what, and in which steps."""

from assistant.planner import facts
from assistant.planner.draft import Draft
from assistant.planner.shape import GRAINS
from assistant.planner.text import stem
from assistant.planner.words import words
from assistant.types import Reading
from semantic_layer.query import Grain

MOVES = ("up", "down", "better", "worse", "change")
SECOND = ("yoy", "mom", "qoq", "wow")


def against_others(draft: Draft) -> bool:
    """Read "happier" or "than the rest": against the others where one group is named, else against before."""
    others = draft.take("others") or _acts_on(draft) or _against_own_kind(draft)
    graded = any(draft.cue(i, "up", "down") for i in draft.places("metric")) or _compares_now(draft)
    if draft.ranked or not (others or graded):
        return False
    named = [f for f in draft.filters if f.operator == "in"]
    if not named or draft.by or (draft.has("vs") and not others):
        return not draft.by and not others
    draft.take("vs", "compare", "better", "worse", "up", "down", "high", "low")
    draft.filters.remove(named[0])
    draft.by = [named[0].dimension]
    draft.against_rest = named[0]
    said = " and ".join(map(str, named[0].values))
    draft.assumptions.append(f"{said} set against every other {draft.dimension(named[0].dimension).label}")
    return False


def _against_own_kind(draft: Draft) -> bool:
    """Read "weekends against weekdays": members set against the others of the kind that is named."""
    named = [f for f in draft.filters if f.operator == "in"]
    for i in draft.places("dimension"):
        own = len(named) == 1 and named[0].dimension in {e.name for e in draft.items[i].of("dimension")}
        before = draft.before(i)
        before = draft.before(before) if draft.cue(before, "in") else before
        if own and i not in draft.used and draft.cue(before, "vs", "more", "less"):
            draft.used.update((i, before))
            return True
    return False


def _acts_on(draft: Draft) -> bool:
    """Tell "do bots reduce csat", which sets a group against the rest, from "did csat drop for bots"."""
    members, moves, metrics = draft.places("value"), draft.cues("up", "down", "better", "worse"), draft.places("metric")
    if not (members and moves and metrics) or draft.has("vs"):
        return False
    before = draft.linked.tokens[draft.items[members[0]].first - 1].word
    return before in words().list_of("asks_of_group") and members[0] < moves[0] < metrics[0]


def _compares_now(draft: Draft) -> bool:
    """Tell "is churn higher in SMB", than elsewhere, from "did churn rise in SMB", than before."""
    compared = {draft.word(i) for i in draft.cues("up", "down", "better", "worse", "high", "low")}
    opens = draft.linked.tokens[0].stem in (stem("is"), stem("do"))
    one = len([f for f in draft.filters if f.operator == "in"]) == 1
    plain = not draft.times and not draft.has("vs", "why", *SECOND) and draft.grain is None
    return opens and one and plain and bool(compared & set(words().list_of("comparatives")))


def moved(draft: Draft, *, why: bool) -> bool:
    """Use the words for a change; remember which way the asker believes it went."""
    up, down = draft.has("up"), draft.has("down")
    than_before = draft.take("than_before")
    compared = (
        why or than_before or draft.has("vs", *SECOND) or any(t.role in ("previous", "year_ago") for t in draft.times)
    )
    if compared:
        up, down = up or draft.has("high"), down or draft.has("low")
        draft.take("high", "low")
    if draft.metrics and draft.has("better", "worse") and draft.metric(draft.metrics[0]).good != "neutral":
        rises = (draft.metric(draft.metrics[0]).good == "up") == draft.has("better")
        up, down = up or rises, down or not rises
    draft.direction = ("up" if up else "down") if up != down else None
    if draft.times and draft.cues("more", "less"):
        up, down = draft.has("more"), draft.has("less")
        draft.take("more", "less")
        draft.direction = ("up" if up else "down") if up != down else None
        return True
    draft.take("how_high")
    if than_before:
        draft.take(*MOVES)
        return True
    verbs = {draft.word(i) for i in draft.cues(*MOVES)} - set(words().list_of("comparatives"))
    if draft.versus and not (draft.times and verbs) and not draft.has(*SECOND, "why"):
        draft.take(*MOVES)
        return bool(verbs) and draft.linked.tokens[0].stem in (stem("did"), stem("has"))
    return draft.take(*MOVES)


def is_trend(draft: Draft, moves: bool, old: Reading | None) -> bool:
    """Tell whether a line over time is asked for, and choose its grain."""
    if draft.take("trend") or (old is not None and old.intent == "trend" and not draft.by and not draft.has("why")):
        draft.grain = draft.grain or (old.grain if old else None) or _step(draft)
        return True
    if draft.ranked or draft.by_period:
        return False
    long = _is_long(draft)
    exact = any(draft.items[i].text.lower().endswith("how much") for i in range(len(draft.items)))
    asked = (moves or draft.has("how_has") or _drawn(draft)) and not exact and not draft.has("vs", "why")
    grain = _grain_in_name(draft) if draft.grain is None else draft.grain
    if long and (asked or grain):
        draft.grain = grain or _step(draft)
        return True
    return draft.grain is not None


def _is_long(draft: Draft) -> bool:
    """Tell whether the one period named has several steps."""
    period = draft.times[0].period if len(draft.times) == 1 and draft.times[0].role == "period" else None
    wide = period is not None and period.grain not in ("day", "week", "month") and _pictured(draft)
    return period is not None and (wide or period.count > 1 or (draft.times[0].since and period.grain != "day"))


def _drawn(draft: Draft) -> bool:
    """Tell whether a picture is asked for: "show me X over the last 12 months", "plot X"."""
    return bool({t.word for t in draft.linked.tokens} & set(words().list_of("drawn"))) and not draft.by


def _pictured(draft: Draft) -> bool:
    """Tell whether a line or chart is named: one period of several months is drawn, too."""
    return _drawn(draft) and bool({t.word for t in draft.linked.tokens} & set(words().list_of("pictures")))


def _grain_in_name(draft: Draft) -> Grain | None:
    """Return the grain that a metric's own name begins with: "monthly churn since January"."""
    firsts = {draft.linked.tokens[draft.items[i].first].word for i in draft.places("metric")}
    return next((g for g in GRAINS if firsts & set(words().cues[f"grain_{g}"])), None)


def _step(draft: Draft) -> Grain:
    """Return the grain of a trend: months, or smaller where the window is short."""
    period = next((t.period for t in draft.times if t.period), None)
    if period is None or any(facts.monthly(draft.metric(m), draft.catalogue) for m in draft.metrics):
        return "month"
    days = (period.end - period.start).days + 1
    return "month" if days > 92 else "week" if days > 31 else "day"
