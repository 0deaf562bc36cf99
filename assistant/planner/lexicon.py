"""Everything a workspace has a name for, as stemmed phrases that point at it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal

from assistant.planner.senses import Senses
from assistant.planner.text import key, spell, stem
from assistant.planner.words import words
from assistant.types import Intervention
from semantic_layer.model import Catalogue, DimensionSpec, MetricSpec, TableSpec

Kind = Literal["metric", "dimension", "value"]
Phrase = tuple[str, ...]
LONGEST = 10
# as many members as a state has, and no list of people
_FEW = 3
_COUNTING = frozenset(("mani", "number", "of"))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a planner may know: the dictionary, all members, the data's range, the locale, recorded interventions."""

    catalogue: Catalogue
    values: Mapping[str, tuple[str, ...]]
    first: date | None = None
    as_of: date | None = None
    locale: str = "en-GB"
    interventions: tuple[Intervention, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase's target; `name` is the metric or dimension, `member` the value of a dimension."""

    kind: Kind
    name: str
    score: float
    member: str | None = None
    surface: str = field(default="", compare=False)


@dataclass(slots=True)
class Lexicon:
    """Phrases, unordered word bags, compounds and single words of a workspace."""

    phrases: dict[Phrase, list[Entry]] = field(default_factory=dict)
    bags: dict[frozenset[str], list[Entry]] = field(default_factory=dict)
    bag_words: dict[frozenset[str], frozenset[str]] = field(default_factory=dict)
    joined: dict[str, list[Entry]] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    senses: Senses = field(default_factory=lambda: Senses((), frozenset()))
    parts: dict[str, list[Entry]] = field(default_factory=dict)
    nouns: frozenset[str] = frozenset()
    dimension_words: dict[str, frozenset[str]] = field(default_factory=dict)

    def add(self, phrase: Phrase, entry: Entry) -> None:
        """Point a phrase at a target, keeping the better score; small words only name what is called just so."""
        if not phrase or len(phrase) > LONGEST:
            return
        if entry.kind != "value" and set(phrase) <= _function_stems() and (len(phrase) > 1 or entry.score < 0.98):
            return
        same = self.phrases.setdefault(phrase, [])
        for i, old in enumerate(same):
            if (old.kind, old.name, old.member, old.surface) == (entry.kind, entry.name, entry.member, entry.surface):
                same[i] = max(old, entry, key=lambda e: e.score)
                return
        same.append(entry)


def build_lexicon(vocabulary: Vocabulary) -> Lexicon:
    """Index names, labels, synonyms, initials and members of everything that is not hidden."""
    lexicon = Lexicon(nouns=_nouns(vocabulary.catalogue))
    for metric in vocabulary.catalogue.metrics:
        if not metric.hidden:
            _add_metric(lexicon, metric)
    for dimension in vocabulary.catalogue.dimensions:
        if not dimension.hidden:
            _add_dimension(lexicon, dimension, vocabulary.values.get(dimension.name, ()))
    _add_counts(lexicon, vocabulary.catalogue)
    lexicon.senses = Senses(vocabulary.catalogue.metrics, lexicon.nouns)
    _add_first_words(lexicon)
    for phrase, entries in lexicon.phrases.items():
        _index_forms(lexicon, phrase, entries)
    return lexicon


def _add_metric(lexicon: Lexicon, metric: MetricSpec) -> None:
    table = words()
    tail, head = _stems(table.list_of("generic_tail")), _stems(table.list_of("generic_head"))
    for text, score in _texts(metric.name, metric.label, metric.synonyms):
        phrase = _learn(lexicon, text)
        lexicon.add(phrase, Entry("metric", metric.name, score, surface=" ".join(spell(text))))
        for short, factor in _shorter(phrase, head, tail) if score == 1.0 else ():
            surface = spell(text)[phrase.index(short[0])] if len(short) == 1 else ""
            lexicon.add(short, Entry("metric", metric.name, score * factor, surface=surface))
    if counted := metric.counted():
        lexicon.add(key(counted.label), Entry("metric", counted.name, 1.0, surface=" ".join(spell(counted.label))))
    for text in (metric.name, metric.label):
        for initials in _initials(spell(text)):
            lexicon.spellings.setdefault(initials, "")
            lexicon.add((stem(initials),), Entry("metric", metric.name, 0.94))


def _add_dimension(lexicon: Lexicon, dimension: DimensionSpec, members: Sequence[str]) -> None:
    table = words()
    tail, head = (_stems(table.list_of(f"generic_dimension_{part}")) for part in ("tail", "head"))
    nouns: set[str] = set()
    for text, score in _texts(dimension.name, dimension.label, dimension.synonyms):
        phrase = _learn(lexicon, text)
        nouns.update(phrase)
        lexicon.add(phrase, Entry("dimension", dimension.name, score, surface=" ".join(spell(text))))
        for short, factor in _shorter(phrase, head, tail) if score == 1.0 else ():
            if not set(short) <= lexicon.nouns:
                lexicon.add(short, Entry("dimension", dimension.name, score * factor))
    lexicon.dimension_words[dimension.name] = frozenset(nouns)
    name = spell(dimension.name)
    if len(members) > _FEW and len(name) == 2 and name[1] in table.list_of("doer"):
        lexicon.add(key(f"who {name[0]}"), Entry("dimension", dimension.name, 0.95))
    for member in dict.fromkeys((*members, *dimension.values)):
        _add_member(lexicon, dimension, str(member))


def _add_member(lexicon: Lexicon, dimension: DimensionSpec, member: str) -> None:
    phrase = _learn(lexicon, member)
    entry = Entry("value", dimension.name, 1.0, member, " ".join(spell(member)))
    lexicon.add(phrase, entry)
    if len(phrase) > 1 and phrase[0].isdigit() and not any(p.isdigit() for p in phrase[1:]) and "-" in member[:6]:
        lexicon.add(phrase[1:], Entry("value", dimension.name, 0.95, member))
    for synonym in dimension.values.get(member, ()):
        surface = " ".join(spell(synonym))
        lexicon.add(_learn(lexicon, synonym), Entry("value", dimension.name, 0.98, member, surface))
    _add_groups(lexicon, dimension, member)
    for word in words().raw["common_members"].get(member.lower(), ()):
        lexicon.add(_learn(lexicon, word), Entry("value", dimension.name, 0.98, member, word))
    if len(phrase) > 1:
        for part in phrase:
            if len(part) >= 3 and not part.isdigit():
                lexicon.parts.setdefault(part, []).append(entry)


def _add_first_words(lexicon: Lexicon) -> None:
    """Let a member answer to its first word where that names nothing else: "fiber" of "Fiber optic".

    Where all members have several words, as people and teams do, the first is no name.
    """
    single = {e.name for phrase, same in lexicon.phrases.items() for e in same if _is_one_word(phrase, e)}
    for part, entries in lexicon.parts.items():
        members = {(e.name, e.member): e for e in entries if e.name in single}
        if not members:
            continue
        entry = next(iter(members.values()))
        plain = re.fullmatch(r"[\w ()-]+", entry.member or "") is not None
        opens = key(entry.member or "")[0] == part and len(part) > 3
        if len(members) == 1 and plain and opens and (part,) not in lexicon.phrases and part not in loose_words():
            lexicon.add((part,), Entry("value", entry.name, 0.9, entry.member))


def _is_one_word(phrase: Phrase, entry: Entry) -> bool:
    return entry.kind == "value" and len(phrase) == 1 and entry.score == 1.0


@cache
def loose_words() -> frozenset[str]:
    """Stems of the words of grammar and of common English, by which no member is called."""
    table = words()
    texts = [*table.list_of("filler"), *table.list_of("known"), *table.list_of("entities"), *table.numbers]
    texts += [p for phrases in table.cues.values() for p in phrases]
    return frozenset(stem(w) for text in texts for w in str(text).split())


def _add_groups(lexicon: Lexicon, dimension: DimensionSpec, member: str) -> None:
    """Let a day of the week answer to the names of several: weekend."""
    for group, days in words().raw["weekday_groups"].items():
        if member.lower() in days:
            surface = " ".join(spell(group))
            lexicon.add(_learn(lexicon, group), Entry("value", dimension.name, 0.98, member, surface))


def _add_counts(lexicon: Lexicon, catalogue: Catalogue) -> None:
    """Let a plain row count answer to the noun of its table."""
    for metric in catalogue.metrics:
        measure = metric.measure
        if metric.hidden or metric.type == "cumulative" or measure is None or not measure.counts_rows:
            continue
        noun = _table_noun(catalogue.table(measure.table)) if _has_table(catalogue, measure.table) else ()
        if noun and not any(e.kind == "metric" for e in lexicon.phrases.get(noun, ())):
            lexicon.add(noun, Entry("metric", metric.name, 0.9))


def _index_forms(lexicon: Lexicon, phrase: Phrase, entries: list[Entry]) -> None:
    metrics = [e for e in entries if e.kind == "metric" and e.score > 0.92]
    content = frozenset(phrase) - _function_stems()
    if metrics and len(content) >= 2 and not _names_others(lexicon, content):
        lexicon.bags.setdefault(content, []).extend(metrics)
        lexicon.bag_words[content] = lexicon.bag_words.get(content, frozenset()) | (
            frozenset(phrase) - content - _COUNTING
        )
    for entry in entries:
        if entry.surface and 2 <= len(entry.surface.split()) <= 3:
            lexicon.joined.setdefault(stem(entry.surface.replace(" ", "")), []).append(entry)


def _names_others(lexicon: Lexicon, content: frozenset[str]) -> bool:
    """Tell whether the words of a name, without its small ones, each stand for something else: customers, calls."""
    others = (any(e.kind != "metric" for e in lexicon.phrases.get((word,), ())) for word in content - lexicon.nouns)
    return all(others)


@cache
def _function_stems() -> frozenset[str]:
    table = words()
    cues = table.cues
    loose = [*table.list_of("filler"), *cues["in"], *cues["how_many"], *cues["by"], *cues["average"], *cues["and"]]
    return frozenset(stem(w) for w in loose if " " not in w) | _COUNTING


def _texts(name: str, label: str, synonyms: Iterable[str]) -> Iterator[tuple[str, float]]:
    yield name, 1.0
    yield label, 1.0
    for synonym in synonyms:
        yield synonym, 0.98


def _shorter(phrase: Phrase, head: frozenset[str], tail: frozenset[str]) -> Iterator[tuple[Phrase, float]]:
    if len(phrase) > 1 and phrase[-1] in tail:
        yield phrase[:-1], 0.9
    if len(phrase) > 1 and phrase[0] in head and phrase[1] != "of":
        yield phrase[1:], 0.9
        if len(phrase) > 2 and phrase[-1] in tail:
            yield phrase[1:-1], 0.8


def _initials(name: Phrase) -> Iterator[str]:
    letters = [w for w in name if w[0].isalpha()]
    if len(letters) >= 3:
        yield "".join(w[0] for w in letters)
    if len(letters) >= 4 and letters[-1] in words().list_of("generic_tail"):
        yield "".join(w[0] for w in letters[:-1])


def _learn(lexicon: Lexicon, text: str) -> Phrase:
    for word in spell(text):
        lexicon.spellings.setdefault(word, stem(word))
    return key(text)


def _stems(items: Iterable[str]) -> frozenset[str]:
    return frozenset(stem(i) for i in items)


def _nouns(catalogue: Catalogue) -> frozenset[str]:
    """The words for what a row, an entity or a key is: customers, contacts, tickets."""
    found = set(_stems(words().list_of("entities")))
    for table in catalogue.tables:
        described = key(table.description)
        noun = _table_noun(table)
        if noun and (len(noun) == 1 or noun[-1] in described):
            found.add(noun[-1])
        if len(described) > 2 and described[0] == "one" and described[2] == "a":
            found.add(described[1])
        for column in (table.entity, table.key):
            if column and len(parts := key(column)) > 1 and parts[-1] in ("id", "key", "number"):
                found.add(parts[-2])
    units = {stem(str(w)) for unit in ("day", "week", "month", "quarter", "year") for w in words().raw["time"][unit]}
    return frozenset(found - units)


def _table_noun(table: TableSpec) -> Phrase:
    parts = spell(table.name)
    prefixes = words().list_of("table_prefixes")
    return tuple(stem(p) for p in (parts[1:] if len(parts) > 1 and parts[0] in prefixes else parts))


def _has_table(catalogue: Catalogue, name: str) -> bool:
    return any(t.name == name for t in catalogue.tables)
