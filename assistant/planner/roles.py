"""Decides for each linked span whether it is a metric, a way to cut, a member, or just a noun."""

from itertools import pairwise

from assistant.phrases import ask_what
from assistant.planner.draft import Draft, ask_back, ask_which, divide
from assistant.planner.facts import tables
from assistant.planner.lexicon import Entry
from assistant.planner.text import key, stem
from assistant.planner.words import words
from semantic_layer.compile import can_cut


def settle(draft: Draft) -> None:
    """Give every linked item one role: metric, dimension, value or noun."""
    for i, item in enumerate(draft.items):
        if item.kind == "entry" and len({e.kind for e in item.entries}) == 1:
            draft.roles[i] = item.entries[0].kind
    _unlink_verbs(draft)
    _unlink_singulars(draft)
    sure = any(not is_noun(draft, i) for i in draft.places("metric"))
    for i, item in enumerate(draft.items):
        if item.kind == "entry" and i not in draft.roles:
            draft.roles[i] = _choose(draft, i, sure)
            sure = sure or draft.roles[i] == "metric"
    _demote(draft)
    _prefer_named_times(draft)


def _prefer_named_times(draft: Draft) -> None:
    """Read "spend" in "how much time do agents spend on wrap-up" as no cost."""
    places = draft.places("metric")
    timed = any(draft.metric(draft.items[i].of("metric")[0].name).unit == "seconds" for i in places)
    for i in places if timed and draft.has("how_long") and len(places) > 1 else ():
        if draft.items[i].sensed:
            draft.roles[i] = "noun"
            draft.used.add(i)


def _unlink_verbs(draft: Draft) -> None:
    """Read "how many calls did we handle" and "contacts handled" as verbs, not as a metric's short form."""
    for i, item in enumerate(draft.items):
        if item.kind != "entry" or item.of("value") or len(item.at) > 1 or _may_count(draft, i):
            continue
        before = draft.linked.tokens[item.first - 1].word if item.first else ""
        behind = any(draft.items[j].entries for j in range(i))
        counted = any(_may_count(draft, j) for j in range(i))
        asked = counted or draft.has("how_many", "more", "less", "high", "low")
        opens = " ".join(t.word for t in draft.linked.tokens[:2]) in words().cues["how_many"]
        done = opens and _is_done_by(draft, i)
        said = asked and behind and (before in words().list_of("subjects") or done)
        if said or (counted and _is_participle(draft, i) and not _has_ratio(draft, i)):
            draft.roles[i] = "noun"
            draft.used.add(i)


def _is_done_by(draft: Draft, i: int) -> bool:
    """Tell the verb of "how many contacts did the bot handle"."""
    spoken = {t.word for t in draft.linked.tokens[: draft.items[i].first]}
    return i > 0 and bool(draft.items[i - 1].of("value")) and bool(spoken & set(words().list_of("asks_of_group")))


def _is_participle(draft: Draft, i: int) -> bool:
    """Tell "handled" from the metric that it is a short form of."""
    item = draft.items[i]
    word = draft.linked.tokens[item.first].word
    short = bool(item.of("metric")) and item.of("metric")[0].score < 0.93
    return short and word.endswith(words().endings[1:2])


def _unlink_singulars(draft: Draft) -> None:
    """Read "an enterprise customer" as whom it is about: a count of them would be plural."""
    for i in draft.places("metric"):
        item = draft.items[i]
        word = draft.linked.tokens[item.first].word
        alone = len(item.at) == 1 and is_noun(draft, i) and not word.endswith("s")
        if alone and draft.has_article(i) and draft.metric(item.of("metric")[0].name).unit == "count":
            draft.roles[i] = "noun"
            draft.used.add(i)


def names_apart(draft: Draft) -> frozenset[int]:
    """Find names of several words that must be read as their parts.

    "Customers with X" behind another metric is a filter and not a second metric; "with X over 5" is
    a threshold and not the filter "with X"; a percentage is never answered by a count.
    """
    places = [i for i, item in enumerate(draft.items) if item.of("metric")]
    nouns = draft.context.lexicon.nouns
    last = {i: draft.linked.tokens[draft.items[i].last].stem for i in places}
    whole = {i for i in places if not _has_ratio(draft, i) and (last[i] not in nouns or len(places) > 1)}
    out = {draft.items[i].first for i in whole if draft.has("percent")}
    out |= {draft.items[i].first for i in places[1:] if _is_flagged(draft, i)}
    out |= {draft.items[i].first for i in places if _is_whole(draft, i) or _is_counted_of(draft, i)}
    for i, item in enumerate(draft.items):
        if len(item.at) > 1 and item.of("value") and draft.cue(i + 1, "more", "less", "at_least", "at_most"):
            out.add(item.first)
    for i in places[1:]:
        item = draft.items[i]
        starts_plain = draft.linked.tokens[item.first].stem in draft.context.lexicon.nouns
        if len(item.at) > 1 and starts_plain and draft.cue(draft.before(i), "in"):
            out.add(item.first)
    return frozenset(out)


def _is_whole(draft: Draft, i: int) -> bool:
    """Tell "what share of complaints comes from SMB", a part of a whole, from the share of complaints itself."""
    item = draft.items[i]
    tokens = draft.linked.tokens
    opens = " ".join(t.word for t in tokens[item.first : item.first + 2]) in words().cues["percent"]
    verb = tokens[draft.items[i + 1].first].stem if i + 1 < len(draft.items) else ""
    parts = any(draft.items[j].of("value") for j in range(i + 1, len(draft.items)))
    return opens and parts and verb in words().list_of("share_verbs")


def _is_flagged(draft: Draft, i: int) -> bool:
    """Tell "of churned customers" behind another metric, a filter by what is told of them, from a second metric."""
    stems = tuple(draft.linked.tokens[p].stem for p in draft.items[i].at)
    flags = draft.context.lexicon.phrases.get(stems[:-1], ())
    plain = stems[-1] in draft.context.lexicon.nouns and draft.cue(draft.before(i), "in")
    return plain and any(e.kind == "dimension" for e in flags)


def _is_counted_of(draft: Draft, i: int) -> bool:
    """Tell "how many customers are satisfied" from the name "how many customers"."""
    item, behind = draft.items[i], draft.after(i, skip=("filler",))
    opens = " ".join(t.word for t in draft.linked.tokens[item.first : item.first + 2]) in words().cues["how_many"]
    return opens and behind < len(draft.items) and draft.items[behind].sensed and _has_ratio(draft, behind)


def _has_ratio(draft: Draft, i: int) -> bool:
    return any(draft.metric(e.name).unit == "ratio" for e in draft.items[i].of("metric"))


def _choose(draft: Draft, i: int, sure: bool) -> str:
    kinds = {e.kind for e in draft.items[i].entries}
    if "dimension" in kinds and _tells_member(draft, i):
        return "dimension"
    if "metric" in kinds and _is_counted(draft, i):
        return "metric"
    if "metric" in kinds and "dimension" in kinds and draft.has("relationship", "moves") and not draft.has("by"):
        return "metric"
    if "dimension" in kinds and _asks_for_dimension(draft, i):
        return "dimension"
    if "metric" in kinds and "value" in kinds and draft.cue(draft.before(i), "high", "low", "more", "less"):
        return "metric"
    if "value" in kinds and _stands_as_value(draft, i):
        return "value"
    if "metric" in kinds and "dimension" in kinds and _weaker(draft, i) and len(draft.places("metric")) > 0:
        return "dimension"
    if "metric" in kinds:
        rest = kinds - {"metric"}
        return rest.pop() if sure and not _joined_to_metric(draft, i) else "metric"
    return "value" if "value" in kinds else "dimension"


def _tells_member(draft: Draft, i: int) -> bool:
    """Tell whether a word only says what the member behind it is: "the keyphrase X"."""
    behind = draft.items[i + 1].of("value") if i + 1 < len(draft.items) else ()
    return bool({e.name for e in behind} & {e.name for e in draft.items[i].of("dimension")})


def _is_counted(draft: Draft, i: int) -> bool:
    """Tell "how many restaurants" and "the number of restaurants" from restaurants to cut by."""
    if draft.cue(draft.before(i), "how_many"):
        return True
    first = draft.items[i].first
    behind = " ".join(t.word for t in draft.linked.tokens[max(0, first - 2) : first])
    return behind in words().list_of("number_of")


def _asks_for_dimension(draft: Draft, i: int) -> bool:
    before = draft.before(i)
    if before >= 0 and before == i - 1 and draft.items[before].of("dimension"):
        return _asks_for_dimension(draft, before)
    asked = ("by", "which", "top", "bottom", "breakdown", *(["compare"] if draft.places("metric") else []))
    return draft.cue(before, *asked) or (before >= 0 and draft.items[before].kind == "number")


def _stands_as_value(draft: Draft, i: int) -> bool:
    before, after = draft.before(i), draft.after(i)
    if draft.cue(before, "not") or qualifier(draft, i):
        return True
    others = [j for j, item in enumerate(draft.items) if j != i and item.of("metric")]
    return bool(others) and draft.cue(before, "in", "only") and not draft.cue(after, "vs")


def _weaker(draft: Draft, i: int) -> bool:
    """Tell whether the word is a way to cut by its own name and a metric only by a short form."""
    item = draft.items[i]
    return max(e.score for e in item.of("metric")) < max(e.score for e in item.of("dimension")) - 0.05


def _joined_to_metric(draft: Draft, i: int) -> bool:
    for step in (draft.before, draft.after):
        near = step(i)
        if draft.cue(near, "and", "vs"):
            near = step(near)
            if 0 <= near < len(draft.items) and draft.items[near].of("metric"):
                return True
    return False


def qualifier(draft: Draft, i: int) -> int | None:
    """Return the place of a neighbour that names the dimension of the member at `i`."""
    names = {e.name for e in draft.items[i].of("value")}
    for near in (draft.after(i, skip=()), draft.before(i, skip=("filler",)), i + 1):
        if not 0 <= near < len(draft.items) or near == i:
            continue
        if draft.cue(near, "in") and near < i:
            near = draft.before(near)
        if near >= 0 and names & {e.name for e in draft.items[near].of("dimension")}:
            return near
    return None


def _demote(draft: Draft) -> None:
    """Read "contacts" in "handle time of voice contacts" as the thing measured, not as a count."""
    metrics = draft.places("metric")
    if len(metrics) < 2:
        return
    plain = [i for i in metrics if is_noun(draft, i) and _may_count(draft, i)]
    for i in reversed(plain):
        others = [j for j in draft.places("metric") if j != i]
        if others and not _coordinated(draft, i):
            draft.roles[i] = "noun"
            if not draft.cue(i - 1, "which"):
                draft.used.add(i)


def _may_count(draft: Draft, i: int) -> bool:
    return any(draft.metric(e.name).unit == "count" for e in draft.items[i].of("metric"))


def is_noun(draft: Draft, i: int) -> bool:
    """Tell whether an item only says what is measured: contacts, customers."""
    item = draft.items[i]
    return all(draft.linked.tokens[p].stem in draft.context.lexicon.nouns for p in item.at)


def _coordinated(draft: Draft, i: int) -> bool:
    for step in (draft.before, draft.after):
        near = step(i)
        if draft.cue(near, "and", "vs") and draft.roles.get(step(near)) == "metric":
            return True
        if draft.cue(near, "how_many"):
            return not _is_told_of(draft, i)
    return False


def _is_told_of(draft: Draft, i: int) -> bool:
    """Tell "how many customers are satisfied", of whom a share is told, from "how many customers"."""
    behind = draft.after(i, skip=("filler",))
    return draft.roles.get(behind) == "metric" and _has_ratio(draft, behind)


def read_metrics(draft: Draft) -> None:
    """Take the metrics; ask when a span means two, or when two are named in different breaths."""
    take_metrics(draft)
    check_parts(draft)


def take_metrics(draft: Draft) -> None:
    """Take the metrics in order, however far apart; ask when a span means two."""
    for i in draft.places("metric"):
        entries = draft.items[i].of("metric")
        names = list(dict.fromkeys(e.name for e in entries))
        if len(names) > 1:
            names = _by_unit(draft, names)
            names = _likeliest(draft, i, names)
            names = _of_what_is_cut(draft, names)
            names = _plainest(draft, names)
        if len(names) > 1:
            choices = [draft.meaning(i, Entry("metric", n, 1.0)) for n in names[:4]]
            raise ask_which(f"'{draft.items[i].text}' may mean several metrics.", choices)
        entry = next(e for e in entries if e.name == names[0])
        _check_short(draft, i, entry)
        draft.link(i, entry)
        if names[0] not in draft.metrics:
            draft.metrics.append(names[0])
        _use_per(draft, names[0])


def _of_what_is_cut(draft: Draft, names: list[str]) -> list[str]:
    """Of columns that share a name, keep that of those the question cuts by: "cities with the highest population"."""
    cuts = {e.name for j in draft.places("dimension") for e in draft.items[j].of("dimension")[:1]}
    asked = {draft.dimension(name).table for name in cuts}
    own = [n for n in names if {t.name for t in tables(draft.metric(n), draft.catalogue)} <= asked]
    return own if len(own) == 1 else names


def _use_per(draft: Draft, metric: str) -> None:
    """Use the "per" or "for each" of a metric's name: "most expensive topics per contact" is of cost per contact."""
    name = key(draft.metric(metric).label)
    for i in draft.cues("by"):
        noun = draft.items[i + 1] if i + 1 < len(draft.items) else None
        if (
            noun
            and (stem(words().raw["per"]), draft.linked.tokens[noun.last].stem) in pairwise(name)
            and draft.roles.get(i + 1) == "noun"
        ):
            draft.used.add(i)


def _plainest(draft: Draft, names: list[str]) -> list[str]:
    """Of names that say the same and more, keep the plain one: "Complaint rate", not "... from transcripts"."""
    said = {n: set(key(draft.metric(n).label)) for n in names}
    plain = [n for n in names if all(said[n] < said[o] for o in names if o != n)]
    return plain or names


def _check_short(draft: Draft, i: int, entry: Entry) -> None:
    """Ask when one bare word stands for a longer name that others share."""
    item = draft.items[i]
    if entry.score >= 0.93 or len(item.at) > 1:
        return
    word = draft.linked.tokens[item.first].stem
    sharing = [m for m in draft.catalogue.metrics if not m.hidden and word in (*key(m.label), *key(m.name))]
    if _plainest(draft, [entry.name, *(m.name for m in sharing if m.name != entry.name)]) != [entry.name]:
        named = list(dict.fromkeys((entry.name, *(m.name for m in sharing))))
        choices = [draft.meaning(i, Entry("metric", n, 1.0)) for n in named[:4]]
        raise ask_which(f"'{item.text}' may mean several metrics.", choices)


def _by_unit(draft: Draft, names: list[str]) -> list[str]:
    if draft.has("percent"):
        kept = [n for n in names if draft.metric(n).unit == "ratio"]
    elif draft.has("how_many") or _counts_people(draft):
        kept = [n for n in names if draft.metric(n).unit == "count"]
    else:
        kept = names
    return kept or names


def _counts_people(draft: Draft) -> bool:
    """Tell "lose most customers" from "lose most": the plural behind the superlative is counted."""
    return any(
        draft.word(i) in words().list_of("counting") and _is_plain(draft, i + 1)
        for i in draft.cues("highest", "lowest", "more", "less", "high", "low")
    )


def _is_plain(draft: Draft, i: int) -> bool:
    return draft.roles.get(i, "") in ("noun", "metric") or (i < len(draft.items) and draft.items[i].kind == "noun")


def _likeliest(draft: Draft, i: int, names: list[str]) -> list[str]:
    """Choose among the metrics that a word only speaks of: the better fitting, of those the question's cuts reach."""
    if not draft.items[i].sensed:
        return names
    entries = [e for e in draft.items[i].of("metric") if e.name in names]
    asked = {e.name for j in draft.places("dimension") for e in draft.items[j].of("dimension")[:1]}
    asked |= {e.name for j in draft.places("value") for e in draft.items[j].of("value")[:1]}
    reached = [e for e in entries if all(can_cut(e.name, d, draft.catalogue) for d in asked)] or entries
    best = max(e.score for e in reached)
    kept = [e.name for e in reached if e.score == best]
    kept = [name for name in kept if draft.metric(name).headline] or kept
    if len(kept) == 1:
        draft.assumptions.append(f"'{draft.items[i].text}' read as {draft.metric(kept[0]).label}")
        draft.defaults += 1
    return kept


def _is_theirs(draft: Draft, i: int) -> bool:
    """Tell "with their AHT", one more metric of the same, from a group told by it."""
    place = draft.items[i].first if i < len(draft.items) else 0
    return draft.linked.tokens[place].word in words().list_of("leaning")


def _joins_names(draft: Draft, i: int) -> bool:
    """Tell whether "and" joins two ways to cut, or two members, and no two questions."""
    left, right = (draft.roles.get(step(i)) for step in (draft.before, draft.after))
    return left == right and left in ("dimension", "value")


def _is_limit(draft: Draft, i: int) -> bool:
    """Tell whether a metric is only held against a number: "where contact volume exceeds 500"."""
    behind = draft.after(i)
    number = draft.after(behind, skip=("filler",))
    limits = draft.cue(behind, "more", "less", "at_least", "at_most")
    return limits and number < len(draft.items) and draft.items[number].kind == "number"


def check_parts(draft: Draft) -> None:
    """Accept several metrics only where they are named together, so that the rest is meant for all."""
    places = draft.places("metric") if len(draft.metrics) > 1 else []
    for a, b in pairwise(places):
        between = range(a + 1, b)
        joined = any(draft.cue(k, "and", "vs") or (draft.cue(k, "in") and _is_theirs(draft, k + 1)) for k in between)
        compared = any(draft.cue(k, "more", "less", "at_least", "at_most") for k in between)
        loose = not compared and any(
            draft.items[k].kind in ("time", "unknown", "number") or (k in draft.roles and draft.roles[k] != "noun")
            for k in between
        )
        if (joined and not loose) or _is_limit(draft, b):
            continue
        why = "The question names several metrics in different parts; I answer one part at a time."
        labels = [draft.metric(m) for m in draft.metrics]
        options = [(m.label, ask_what(m.label)) for m in labels]
        joint = next((k for k in between if draft.cue(k, "and") and not _joins_names(draft, k)), None)
        if joint is not None and len(places) == 2:
            halves = draft.halves(joint)
            raise divide(why, halves, halves)
        raise ask_back(why, options)
