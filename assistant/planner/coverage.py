"""No word that could change the number is dropped in silence."""

from collections.abc import Iterable
from functools import cache

from rapidfuzz import fuzz, process

from assistant.planner import facts
from assistant.planner.draft import Draft, Stop
from assistant.planner.text import key, stem
from assistant.planner.words import words
from assistant.types import Decline, RefusalReason

# cues that only hold a sentence together
HARMLESS = frozenset(("in", "and", "only", "how_many", "how_much", "overall", "which", "follow", "pronoun", "how_has"))
_SHOWN = 4


def check(draft: Draft) -> None:
    """Refuse, naming the words the reading does not rest on."""
    left = [i for i in unused(draft) if not _said_twice(draft, i)]
    if left:
        raise Stop(_refusal(draft, left))


def unknown(draft: Draft) -> Decline | None:
    """Return the refusal for words that no list has, so that nobody is asked back in vain."""
    left = [i for i in unused(draft) if draft.items[i].kind == "unknown" and not _is_unit(draft, i)]
    return _refusal(draft, left) if left and draft.metrics_named else None


def _refusal(draft: Draft, left: list[int]) -> Decline:
    place = next((i for i in left if _is_member_position(draft, i)), None)
    if place is not None:
        return _unknown_member(draft, place)
    quoted = " and ".join(f"'{n}'" for n in list(dict.fromkeys(draft.items[i].text for i in left))[:_SHOWN])
    known = ", ".join(draft.metric(m).label for m in draft.metrics)
    tail = f" I did understand {known}." if known else ""
    reason: RefusalReason = "unknown_metric" if draft.metrics else _topic(draft)
    return Decline(reason=reason, message=f"I don't know what to do with {quoted}.{tail}")


def _is_unit(draft: Draft, i: int) -> bool:
    word = draft.linked.tokens[draft.items[i].last].word
    return (i > 0 and draft.items[i - 1].kind == "number") or word in words().list_of("stored_in")


def unused(draft: Draft) -> list[int]:
    """Return the places of items that carry meaning and were not used."""
    out = []
    for i, item in enumerate(draft.items):
        if i in draft.used or item.kind == "filler" or _greets(draft, i):
            continue
        if item.kind == "cue" and item.cues & HARMLESS:
            continue
        if item.kind == "noun" and not _needed(draft, i):
            continue
        out.append(i)
    return out


def _greets(draft: Draft, i: int) -> bool:
    return i == 0 and draft.items[i].text.lower() in words().list_of("greetings")


def _needed(draft: Draft, i: int) -> bool:
    """Tell whether a noun is asked for as a cut: "by customer", "which customers"."""
    before = draft.before(i)
    if draft.items[before].text.lower() in words().list_of("lists_of") and before == i - 1:
        return True
    return draft.cue(before, "by") and before not in draft.used


def _said_twice(draft: Draft, i: int) -> bool:
    """Tell whether a member or cut only repeats what the reading already holds."""
    item = draft.items[i]
    held = {*draft.by, *(f.dimension for f in draft.filters)}
    if item.text.lower() in words().list_of("distinct"):
        return _counted_once(draft, draft.after(i))
    if item.text.lower() in words().list_of("naming"):
        return _names_a_cut(draft, i)
    return bool(item.of("dimension")) and any(e.name in held for e in item.of("dimension"))


def _counted_once(draft: Draft, i: int) -> bool:
    """Tell whether a place names a metric that counts rows, each one thing, or has the thing in its name."""
    named = draft.items[i].of("metric")[:1] if i < len(draft.items) else ()
    said = draft.linked.tokens[draft.items[i].first].stem if named else ""
    asked = [draft.metric(e.name) for e in named if e.name in draft.metrics]
    things = (m for m in map(draft.metric, draft.metrics) if named and m.unit == "count")
    return any(facts.counts_rows(m) for m in asked) or any(said in key(m.label) for m in things)


def _names_a_cut(draft: Draft, i: int) -> bool:
    """Tell whether what "names of" or "the name and ..." speaks of is a member or what the answer is cut by."""
    beside = False
    for item in draft.items[i + 1 :]:
        beside = beside or "and" in item.cues
        if item.of("value"):
            return True
        if item.of("dimension") or (item.entries and not beside):
            return any(e.name in draft.by for e in item.of("dimension"))
    return bool(draft.by)


def _is_member_position(draft: Draft, i: int) -> bool:
    item = draft.items[i]
    if item.kind != "unknown":
        return False
    token = draft.linked.tokens[item.first]
    known = token.stem in _common() and token.stem not in draft.context.lexicon.parts
    placed = draft.cue(draft.before(i), "in", "only", "not") and not known
    return bool(draft.metrics) and (token.capital or token.quoted or placed)


def _unknown_member(draft: Draft, i: int) -> Decline:
    """Say that nothing is called so, what is close, and what there is."""
    text = _run(draft, i)
    metric = draft.metric(draft.metrics[0]).label
    parts = draft.context.lexicon.parts.get(draft.linked.tokens[draft.items[i].last].stem, [])
    if parts:
        names = list(dict.fromkeys(f"{draft.dimension(e.name).label} {e.member}" for e in parts))[:_SHOWN]
        message = f"Nothing here is called just '{text}'; there is {', '.join(names)}."
        return Decline(reason="no_data", message=message, nearest=tuple(f"{metric} for {n}" for n in names[:3]))
    members = [m for name, all_ in draft.context.vocabulary.values.items() for m in all_ if not _hidden(draft, name)]
    close = process.extractOne(text, members, scorer=fuzz.WRatio, score_cutoff=75) if members else None
    if close:
        near = (f"{metric} for {_label_of(draft, close[0])} {close[0]}",)
        return Decline(
            reason="no_data", message=f"Nothing here is called '{text}'; did you mean '{close[0]}'?", nearest=near
        )
    return Decline(reason="no_data", message=f"Nothing here is called '{text}'. {_examples(draft)}".strip())


def _label_of(draft: Draft, member: str) -> str:
    values = draft.context.vocabulary.values
    return next(draft.dimension(n).label for n, all_ in values.items() if member in all_ and not _hidden(draft, n))


@cache
def _common() -> frozenset[str]:
    return frozenset(stem(w) for w in words().list_of("known"))


def _run(draft: Draft, i: int) -> str:
    run = [draft.items[i].text]
    while i + 1 < len(draft.items) and draft.items[i + 1].kind == "unknown":
        i += 1
        run.append(draft.items[i].text)
    return " ".join(run)


def _examples(draft: Draft) -> str:
    shown = []
    for dimension in draft.catalogue.dimensions:
        members = draft.context.vocabulary.values.get(dimension.name, ())
        if members and not dimension.hidden and len(members) <= 12:
            shown.append(f"{dimension.label}: {', '.join(map(str, members[:5]))}")
    return "Known are " + "; ".join(shown[:3]) + "." if shown else ""


def _hidden(draft: Draft, name: str) -> bool:
    return next((d.hidden for d in draft.catalogue.dimensions if d.name == name), True)


def _topic(draft: Draft) -> RefusalReason:
    """Tell an unknown metric from a question about something else altogether."""
    linked = any(item.kind == "entry" for item in draft.items)
    own = any(t.word in ("our", "we", "us", "my") for t in draft.linked.tokens)
    shaped = draft.has("by", "how_many", "percent", "average", "total", "why", "trend", "highest", "lowest", "how_much")
    return "unknown_metric" if linked or own or shaped or _times(draft.items) else "out_of_scope"


def _times(items: Iterable[object]) -> bool:
    return any(getattr(item, "time", None) is not None for item in items)
