"""What is done when no metric is named: count what is named, ask which is meant, or say no."""

from collections.abc import Iterable, Iterator

from assistant.planner import coverage, facts, gates
from assistant.planner.draft import Draft, ask_back, ask_which, refuse
from assistant.planner.lexicon import Entry
from assistant.planner.linker import Item
from assistant.planner.text import is_plural_word, key, stem
from assistant.planner.words import words
from semantic_layer.compile import can_cut
from semantic_layer.model import MetricSpec

_OF_LISTS = frozenset(
    ("which", "in", "and", "either", "not", "only", "sort", "ascending", "descending", "by", "pronoun")
)

# cues that may stand beside "calls" without saying what of them is asked
_FRAME = (
    "in", "by", "vs", "compare", "trend", "yoy", "mom", "qoq", "wow", "grain_day", "grain_week", "grain_month",
    "grain_quarter", "grain_year",
)  # fmt: skip


def counted(draft: Draft) -> list[str]:
    """Return the one metric that counts what is told apart by the members named: "how many chats"."""
    start = next((i for i in range(len(draft.items)) if draft.cue(i, "how_many", "total")), len(draft.items))
    start = min([start, *(i for i in draft.cues("highest", "lowest") if draft.word(i) in words().list_of("counting"))])
    place = draft.after(start)
    named = draft.items[place].of("value") if draft.roles.get(place) == "value" else _first_of(draft)
    if busy := _busy(draft):
        return busy
    if draft.cue(draft.after(place), "up", "down"):
        return []
    tables = {draft.dimension(e.name).table for e in named[:1]}
    counts = [m for m in draft.catalogue.metrics if not m.hidden and facts.counts_rows(m) in tables]
    if draft.listed and len(counts) != 1:
        counts = _bears_out(draft, named[0].name)[:1]
    if len(counts) != 1:
        return []
    draft.assumptions.append(f"counted as {counts[0].label}")
    draft.defaults += 1
    return [counts[0].name]


def _busy(draft: Draft) -> list[str]:
    """Return the one metric that "busiest" and "quietest" speak of: how much there is to do."""
    if not any(draft.word(i) in words().list_of("busy") for i in draft.cues("highest", "lowest")):
        return []
    senses = draft.context.lexicon.senses
    sense = senses.of((stem(words().raw["busy_sense"]),))
    meant = senses.meant(sense, ()) if sense else ()
    if len(meant) != 1:
        return []
    draft.assumptions.append(f"counted as {draft.metric(meant[0].metric).label}")
    draft.defaults += 1
    return [meant[0].metric]


def _first_of(draft: Draft) -> tuple[Entry, ...]:
    return _ranked(draft) or _spoken_of(draft) or _listed(draft)


def _listed(draft: Draft) -> tuple[Entry, ...]:
    """Return what a question asks to name, which stands before all else: "which agents ...", "list the regions"."""
    cuts = draft.places("dimension")
    first = cuts[0] if cuts else 0
    token = draft.linked.tokens[draft.items[first].last]
    asks = draft.linked.tokens[0].word in words().list_of("listing")
    small = (i for i in range(first) if not (i == 0 and asks))
    opens = all(draft.items[i].kind in ("filler", "noun") or draft.cue(i, "which", "in") for i in small)
    named = draft.has("which") or is_plural_word(token)
    plain = all(draft.items[i].cues <= _OF_LISTS for i in range(len(draft.items)))
    if not cuts or not (opens and named and plain):
        return ()
    named_by = draft.items[first].of("dimension")
    draft.listed = draft.dimension(named_by[0].name).type != "number"
    if draft.listed and asks:
        draft.used.add(0)
    return named_by if draft.listed else ()


def _bears_out(draft: Draft, dimension: str) -> list[MetricSpec]:
    """Return the counts of rows that have a member, those at the head of the dictionary first."""
    counts = [m for m in draft.catalogue.metrics if not m.hidden and facts.counts_all(m)]
    return sorted((m for m in counts if can_cut(m.name, dimension, draft.catalogue)), key=lambda m: not m.headline)


def _spoken_of(draft: Draft) -> tuple[Entry, ...]:
    """Return the member that a question is about as a plural, with nothing beside it but groups and times: "calls"."""
    said = [i for i, item in enumerate(draft.items) if item.kind not in ("filler", "time", "noun")]
    plain = all(draft.cue(i, *_FRAME) or draft.roles.get(i) in ("value", "dimension") for i in said)
    if not said or not plain or draft.roles.get(said[0]) != "value":
        return ()
    token = draft.linked.tokens[draft.items[said[0]].last]
    return draft.items[said[0]].of("value") if is_plural_word(token) else ()


def _ranked(draft: Draft) -> tuple[Entry, ...]:
    """Return the one way to cut that is ranked by itself: "most common reasons", "top 5 topics"."""
    cuts = draft.places("dimension")
    if any(draft.word(i) in words().list_of("measured") for i in draft.cues("highest", "lowest")):
        return ()
    if len(cuts) != 1 or not draft.has("highest", "lowest", "top", "bottom") or draft.has("best", "worst"):
        return ()
    return draft.items[cuts[0]].of("dimension") if not any(i.kind == "unknown" for i in draft.items) else ()


def count_outcomes(draft: Draft) -> None:
    """Count those who had the outcome, where a noun names all and what is known of outcomes is asked: "reasons"."""
    outcomes = [d for d in (*draft.by, *(f.dimension for f in draft.filters)) if draft.dimension(d).outcome]
    table = facts.counts_all(draft.metric(draft.metrics[0])) if len(draft.metrics) == 1 else None
    if not outcomes or table is None:
        return
    shown = (m for m in draft.catalogue.metrics if not m.hidden and m.unit == "count" and m.measure)
    named = {s for d in outcomes for s in (*key(d), *key(draft.dimension(d).label))}
    had = [m for m in shown if m.measure and m.measure.table == table and m.measure.where and named & {*key(m.name)}]
    if len(had) == 1:
        draft.metrics = [had[0].name]
        draft.assumptions.append(f"counted as {had[0].label}")
        draft.defaults += 1


def no_metric(draft: Draft) -> None:
    """Ask which metric is meant, when a word of its name is there; refuse otherwise."""
    _ask_measured(draft)
    ask_by_word(draft)
    if any(item.kind == "unknown" for item in draft.items):
        draft.used.update(i for i, item in enumerate(draft.items) if item.kind != "unknown")
        coverage.check(draft)
    raise refuse("unknown_metric", gates.message("no_metric"))


def _ask_measured(draft: Draft) -> None:
    """Ask which time is meant by "slowest agents"."""
    cuts = draft.places("dimension")
    measured = any(draft.word(i) in words().list_of("measured") for i in draft.cues("highest", "lowest"))
    if len(cuts) != 1 or not measured:
        return
    name = draft.items[cuts[0]].of("dimension")[0].name
    timed = [m for m in draft.catalogue.metrics if not m.hidden and m.unit == "seconds"]
    labels = [m.label for m in timed if can_cut(m.name, name, draft.catalogue)]
    if labels:
        raise ask_back(gates.message("which_time"), [(n, f"{draft.text.rstrip('?')} by {n}") for n in labels[:5]])


def ask_by_word(draft: Draft) -> None:
    """Ask which metric is meant by words that make up at least half of a name: "cost", "retention"."""
    words_of = {s: i for i, item in enumerate(draft.items) for s in _loose(draft, item)}
    phrases = draft.context.lexicon.phrases
    near = [
        (e.name, next(words_of[s] for s in phrase if s in words_of))
        for phrase, entries in phrases.items()
        if 2 * len(words_of.keys() & set(phrase)) >= len(phrase)
        for e in entries
        if e.kind == "metric" and e.score > 0.93
    ]
    hits = dict(reversed(near))
    if hits and not _unknown_elsewhere(draft, phrases):
        choices = [draft.meaning(i, Entry("metric", name, 1.0)) for name, i in reversed(hits.items())]
        raise ask_which(gates.message("no_metric"), choices[:4])


def _loose(draft: Draft, item: Item) -> Iterator[str]:
    """Yield the stems of a word that names nothing, or one member only: "cost", "retention"."""
    plural = draft.linked.tokens[item.last].word.endswith("s")
    member = len(item.at) == 1 and item.of("value") and not draft.metrics and not plural
    if item.kind == "unknown" or member:
        yield from (draft.linked.tokens[p].stem for p in item.at)


def _unknown_elsewhere(draft: Draft, phrases: Iterable[tuple[str, ...]]) -> bool:
    """Tell whether a word is there that no name of the workspace has."""
    named = {s for phrase in phrases for s in phrase}
    return any(item.kind == "unknown" and draft.linked.tokens[item.first].stem not in named for item in draft.items)
