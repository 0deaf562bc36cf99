"""Links the words of a question to the workspace, to dates and to grammar; spans never overlap."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Literal

from assistant.planner.dates import Clock
from assistant.planner.events import event_times
from assistant.planner.grammar import (
    PROTECTED,
    filler_stems,
    function_stems,
    gap_stems,
    grammar_phrases,
    loose_stems,
    preposition_stems,
    tail_stems,
)
from assistant.planner.lexicon import LONGEST, Entry, Lexicon
from assistant.planner.senses import SCORE
from assistant.planner.spelling import Repair, Speller
from assistant.planner.text import Token, is_plural_word, stem
from assistant.planner.timespans import TimeSpan, find_times
from assistant.planner.words import words
from assistant.types import Intervention

ItemKind = Literal["entry", "time", "cue", "number", "filler", "noun", "unknown"]
SHORT = 0.93
_MARGIN = 0.02
_KIND_MARGIN = 0.2


@dataclass(frozen=True, slots=True)
class Item:
    """A span of the question and what it may stand for; `at` are token places.

    `sensed` marks a word that only speaks of its target and does not name it.
    """

    kind: ItemKind
    at: tuple[int, ...]
    text: str
    entries: tuple[Entry, ...] = ()
    cues: frozenset[str] = frozenset()
    time: TimeSpan | None = None
    number: float | None = None
    margin: float = 1.0
    sensed: bool = False

    @property
    def first(self) -> int:
        """Place of the first token."""
        return self.at[0]

    @property
    def last(self) -> int:
        """Place of the last token."""
        return self.at[-1]

    def of(self, kind: str) -> tuple[Entry, ...]:
        """Return the targets of one kind."""
        return tuple(e for e in self.entries if e.kind == kind)


@dataclass(frozen=True, slots=True)
class Linked:
    """The question's tokens, its items in order, and the typing errors that were mended."""

    tokens: tuple[Token, ...]
    items: tuple[Item, ...]
    repairs: tuple[Repair, ...]

    def chosen(self, means: Mapping[int, Entry], without: frozenset[int]) -> "Linked":
        """Return it with one target for the items at some tokens, and others taken as not said."""
        items = []
        for item in self.items:
            if item.first in means:
                item = replace(item, kind="entry", entries=(means[item.first],), cues=frozenset(), sensed=False)
            elif item.first in without:
                item = replace(item, kind="filler", entries=(), cues=frozenset())
            items.append(item)
        return replace(self, items=tuple(items))


@dataclass(frozen=True, slots=True)
class _Candidate:
    item: Item
    length: int
    rank: int
    score: float


class Linker:
    """Reads tokens against one workspace."""

    def __init__(self, lexicon: Lexicon, clock: Clock, events: Sequence[Intervention] = ()) -> None:
        self._lexicon, self._clock, self._events = lexicon, clock, events
        self._speller = Speller(lexicon.spellings)

    def link(
        self, tokens: Sequence[Token], *, without: frozenset[str] = frozenset(), apart: frozenset[int] = frozenset()
    ) -> Linked:
        """Return non-overlapping items that cover every token, longest spans first.

        Cues in `without` are left out, and so are names of several words that begin at a place in `apart`.
        """
        mended = tuple(t if self._compound(t) else self._speller.mend(t) for t in tokens)
        repairs = tuple((a.raw, b.word) for a, b in zip(tokens, mended, strict=True) if a.word != b.word)
        taken: set[int] = set()
        items: list[Item] = []
        for candidate in sorted(
            self._candidates(mended, without), key=lambda c: (-c.length, -c.rank, -c.score, c.item.first)
        ):
            split = candidate.item.first in apart and candidate.item.entries and candidate.length > 1
            if taken.isdisjoint(candidate.item.at) and not split:
                taken.update(candidate.item.at)
                items.append(candidate.item)
        items += [self._rest(i, t) for i, t in enumerate(mended) if i not in taken]
        return Linked(mended, tuple(sorted(items, key=lambda item: item.first)), repairs)

    def _compound(self, token: Token) -> bool:
        return token.stem in self._lexicon.joined

    def _candidates(self, tokens: Sequence[Token], without: frozenset[str]) -> Iterator[_Candidate]:
        for span in (*find_times(tokens, self._clock), *event_times(tokens, self._events, self._clock)):
            at = tuple(range(span.first, span.last))
            if self._is_habitual(tokens, at):
                continue
            yield _Candidate(Item("time", at, _text(tokens, at), time=span), len(at), 4, 1.0)
        yield from self._catalogue(tokens)
        yield from self._bags(tokens)
        yield from self._senses(tokens)
        yield from (
            c
            for c in _grammar(tokens)
            if (not c.item.cues or c.item.cues - without)
            and not self._begins_with_name(c.item, tokens)
            and not self._ends_in_name(c.item, tokens)
        )

    def _is_habitual(self, tokens: Sequence[Token], at: tuple[int, ...]) -> bool:
        """Tell Mondays in general, in a question of the present, from the last one."""
        day = tokens[at[-1]]
        weekly = (
            len(at) <= 2 and day.word in words().list_of("weekdays") and tokens[at[0]].word in words().list_of("upon")
        )
        known = any(e.kind == "value" for e in self._lexicon.phrases.get((day.stem,), ()))
        return weekly and known and tokens[0].word in words().list_of("present")

    def _begins_with_name(self, item: Item, tokens: Sequence[Token]) -> bool:
        """Tell whether a phrase of grammar begins with a metric's very name: "orders by" does not sort."""
        token = tokens[item.first]
        named = self._lexicon.phrases.get((token.stem,), []) if len(item.at) > 1 else []
        return any(e.kind == "metric" and e.score > SHORT and e.surface == token.word for e in named)

    def _ends_in_name(self, item: Item, tokens: Sequence[Token]) -> bool:
        """Tell whether a phrase ends where a metric begins: "show me contact volume" shows no contacts."""
        stems = tuple(t.stem for t in tokens[item.last : item.last + LONGEST])
        longer = (self._lexicon.phrases.get(stems[:n], []) for n in range(2, len(stems) + 1))
        return len(item.at) > 1 and any(e.kind == "metric" and e.score > SHORT for named in longer for e in named)

    def _catalogue(self, tokens: Sequence[Token]) -> Iterator[_Candidate]:
        stems = tuple(t.stem for t in tokens)
        for i in range(len(stems)):
            for j in range(i + 1, min(len(stems), i + LONGEST) + 1):
                entries: Sequence[Entry] = self._lexicon.phrases.get(stems[i:j], [])
                factor = 1.0
                if not entries and j - i <= 3:
                    entries, factor = self._written_together(tokens[i:j]), 0.95
                if entries and (kept := self._beside(self._allowed(entries, tokens, i, j), tokens, i, j)):
                    rank = 6 if all(self._weak(e, tokens, i, j) for e in kept) else 3
                    yield _entry(tokens, tuple(range(i, j)), kept, factor, rank)

    def _beside(self, entries: list[Entry], tokens: Sequence[Token], i: int, j: int) -> list[Entry]:
        """Prefer the member whose dimension is named right beside it: "handled by bots", "did Anna close"."""
        beside = (*tokens[max(0, i - 2) : i], *tokens[j : j + 1])
        near = {t.stem for t in beside} - loose_stems() - self._lexicon.nouns
        own = self._lexicon.dimension_words
        named = [e for e in entries if e.kind == "value" and near & own.get(e.name, frozenset())]
        return named if named and all(e.kind == "value" for e in entries) else entries

    def _written_together(self, tokens: Sequence[Token]) -> Sequence[Entry]:
        """Find a name that is written as one word here and as several there, or the other way round."""
        plain = "".join(t.word for t in tokens).replace("-", "")
        apart = len(tokens) > 1 or plain != tokens[0].word
        found = self._lexicon.joined.get(stem(plain), [])
        return found or (self._lexicon.phrases.get((stem(plain),), []) if apart else [])

    def _allowed(self, entries: Sequence[Entry], tokens: Sequence[Token], i: int, j: int) -> list[Entry]:
        """Leave out targets whose name is a word of grammar, unless the context says it is a name."""
        sure = [e for e in entries if j - i > 1 or e.score >= SHORT or _inflected(tokens[i], e)]
        sure = [e for e in sure if not _commands(tokens[i], e) and not (j - i == 1 and _is_done(tokens[i], e))]
        return [e for e in sure if not self._weak(e, tokens, i, j) or self._named(e, tokens, i, j)]

    def _weak(self, entry: Entry, tokens: Sequence[Token], i: int, j: int) -> bool:
        loose = loose_stems()
        if entry.kind != "value":
            return all(t.stem in function_stems() for t in tokens[i:j])
        if all(t.word.isdigit() for t in tokens[i:j]) or (j - i == 1 and len(tokens[i].word) == 1):
            return True
        loose = loose if j - i == 1 else function_stems()
        return all(t.stem in loose or t.stem in self._lexicon.nouns for t in tokens[i:j])

    def _named(self, entry: Entry, tokens: Sequence[Token], i: int, j: int) -> bool:
        if entry.kind != "value" and entry.score > SHORT and _stands_as_name(tokens, i):
            return True
        raw = " ".join(t.raw for t in tokens[i:j])
        if j - i == 1 and tokens[i].capital and (raw == entry.member or raw.isupper()):
            return True
        if raw.lower() == (entry.member or "").lower() and _closes_list(tokens, i, j):
            return True
        own = self._lexicon.dimension_words.get(entry.name, frozenset()) - loose_stems()
        counted = all(t.word.isdigit() for t in tokens[i:j])
        near = [t.stem for t in (*tokens[max(0, i - 2) : i], *(() if counted else tokens[j : j + 1]))]
        return any(n in own for n in near)

    def _senses(self, tokens: Sequence[Token]) -> Iterator[_Candidate]:
        """Read a word by what it speaks of; any name, date or word of grammar of its length goes before it."""
        stems, senses = tuple(t.stem for t in tokens), self._lexicon.senses
        for i in range(len(stems)):
            for j in range(i + 1, min(len(stems), i + 4) + 1):
                sense = senses.of(stems[i:j]) if stems[i:j] not in self._lexicon.phrases else None
                meant = senses.meant(sense, stems) if sense else ()
                if sense is None or not meant:
                    continue
                also = frozenset.intersection(*(m.also for m in meant)) - loose_stems()
                wide = tuple(k for k in range(len(stems)) if i <= k < j or stems[k] in also)
                wide = _with_tail(wide, (i, j), stems)
                entries = tuple(Entry("metric", m.metric, m.score) for m in meant)
                for at in dict.fromkeys((wide, tuple(range(i, j)))):
                    text = _text(tokens, at)
                    item = Item("entry", at, text, entries, cues=sense.cues, margin=0.0, sensed=True)
                    yield _Candidate(item, len(at), -1, SCORE)

    def _bags(self, tokens: Sequence[Token]) -> Iterator[_Candidate]:
        stems = [t.stem for t in tokens]
        present = set(stems)
        for bag, entries in self._lexicon.bags.items():
            if not bag <= present:
                continue
            at = tuple(sorted(stems.index(s) for s in bag))
            gaps = [i for i in range(at[0], at[-1]) if i not in at]
            small = self._lexicon.bag_words[bag] | tail_stems()
            if gaps and len(gaps) <= 4 and all(stems[i] in small or self._may_part(stems[i]) for i in gaps):
                yield _entry(tokens, self._whole_bag(bag, at, stems), entries, 0.93, 0)
            kept = [e for e in entries if _same_forms(tokens, at, e)]
            if not gaps and kept and tuple(stems[at[0] : at[-1] + 1]) not in self._lexicon.phrases:
                yield _entry(tokens, at, kept, 0.95, 2)

    def _may_part(self, word: str) -> bool:
        """Tell whether a word may stand inside a name: "at-risk SMB customers" are customers at risk."""
        member = any(e.kind == "value" for e in self._lexicon.phrases.get((word,), ()))
        return word in gap_stems() or word in self._lexicon.nouns or member

    def _whole_bag(self, bag: frozenset[str], at: tuple[int, ...], stems: Sequence[str]) -> tuple[int, ...]:
        """Take in the small words of the name ("how long calls take") that stand around its content words."""
        small, tail = self._lexicon.bag_words[bag], tail_stems()
        inside = range(at[0], at[-1] + 1)
        taken = [i for i in inside if i in at or stems[i] in small or stems[i] in tail]
        for step, edge in ((-1, at[0]), (1, at[-1])):
            near = [i for i in (edge + step, edge + 2 * step) if 0 <= i < len(stems)]
            taken += takewhile(lambda i: stems[i] in small or (i == at[-1] + 1 and stems[i] in tail), near)
        return tuple(sorted(taken))

    def _rest(self, i: int, token: Token) -> Item:
        number = _number(token)
        if number is not None:
            return Item("number", (i,), token.raw, number=number)
        if token.stem in self._lexicon.nouns:
            return Item("noun", (i,), token.raw)
        if token.word in words().list_of("groups_of_firms"):
            return Item("unknown", (i,), token.raw)
        return Item(
            "filler" if token.stem in filler_stems() or not token.word[0].isalnum() else "unknown", (i,), token.raw
        )


def _entry(
    tokens: Sequence[Token], at: tuple[int, ...], entries: Sequence[Entry], factor: float, rank: int
) -> _Candidate:
    words_here = " ".join(tokens[i].word for i in at)
    scored = sorted((replace(e, score=_score(e, words_here) * factor) for e in entries), key=lambda e: -e.score)
    best = scored[0].score
    tops = {kind: max(e.score for e in scored if e.kind == kind) for kind in {e.kind for e in scored}}
    near = (e for e in scored if e.score >= tops[e.kind] - _MARGIN and e.score >= best - _KIND_MARGIN)
    kept = tuple({(e.kind, e.name, e.member): e for e in reversed(list(near))}.values())[::-1]
    rival = next((e.score for e in scored if (e.kind, e.name) not in {(k.kind, k.name) for k in kept}), 0.0)
    margin = 0.0 if len(kept) > 1 else best - rival
    return _Candidate(Item("entry", at, _text(tokens, at), kept, margin=margin), len(at), rank, best)


def _same_forms(tokens: Sequence[Token], at: Sequence[int], entry: Entry) -> bool:
    """Tell "incidents that were opened" from "open incidents", which share their stems in another order."""
    written = {w.removesuffix("s") for w in entry.surface.split()}
    changed = [tokens[i] for i in at if tokens[i].word.removesuffix("s") not in written]
    participles = words().endings[1:2]
    done = any(w.endswith(participles) for w in entry.surface.split())
    return not (changed and done and not any(t.word.endswith(participles) for t in changed))


def _with_tail(at: tuple[int, ...], said: tuple[int, int], stems: Sequence[str]) -> tuple[int, ...]:
    """Take in the word that a name may end with behind its further words: "resolved first time"."""
    last = at[-1] + 1
    tail = at[-1] >= said[1] and last < len(stems) and stems[last] in tail_stems()
    return (*at, last) if tail else at


def _inflected(token: Token, entry: Entry) -> bool:
    """Tell whether a word is a short form itself or an inflection of it; "promote" is none of "promoter"."""
    return not entry.surface or token.word == entry.surface or token.word.endswith(words().endings)


def _is_done(token: Token, entry: Entry) -> bool:
    """Tell an activity from what it has its name of: "marketing" is no way to cut by market."""
    named = entry.surface.endswith("ing") if entry.surface else token.word == entry.name
    return entry.kind == "dimension" and token.word.endswith("ing") and not named


def _commands(token: Token, entry: Entry) -> bool:
    """Tell whether a name's first word is used as a verb of another kind of question ("predict csat")."""
    first = entry.surface.split()[0] if entry.surface else token.word
    return token.word != first and any(token.word in words().cues[c] for c in ("forecast", "what_if", "why", "define"))


def _stands_as_name(tokens: Sequence[Token], i: int) -> bool:
    """Tell a thing of the workspace from a small word that is called so: "each business", "which organizations"."""
    plural = is_plural_word(tokens[i])
    before = grammar_phrases().get((tokens[i - 1].stem,), frozenset()) if i else frozenset()
    return plural or not before.isdisjoint(("by", "which"))


def _score(entry: Entry, words_here: str) -> float:
    """Prefer a target whose very spelling stands there to one that shares the stems."""
    same = not entry.surface or entry.surface == words_here
    plural = entry.kind == "metric" and words_here == f"{entry.surface}s"
    return entry.score if same or plural else entry.score * 0.95


def _text(tokens: Sequence[Token], at: Sequence[int]) -> str:
    return " ".join(dict.fromkeys(tokens[i].raw for i in at))


def _number(token: Token) -> float | None:
    if token.word in words().numbers and token.word != "one":
        return float(words().numbers[token.word])
    try:
        return float(token.word)
    except ValueError:
        return None


def _grammar(tokens: Sequence[Token]) -> Iterator[_Candidate]:
    stems, phrases = tuple(t.stem for t in tokens), grammar_phrases()
    for i in range(len(stems)):
        for j in range(i + 1, min(len(stems), i + 7) + 1):
            cues = phrases.get(stems[i:j])
            if cues is None:
                continue
            if not cues and tokens[i].word in words().list_of("groups_of_firms"):
                continue
            at = tuple(range(i, j))
            rank = 5 if cues & PROTECTED else 1 if cues else 0
            yield _Candidate(Item("cue" if cues else "filler", at, _text(tokens, at), cues=cues), len(at), rank, 1.0)


def _closes_list(tokens: Sequence[Token], i: int, j: int) -> bool:
    """Tell whether a word cannot be a conjunction: nothing follows it, or it follows a preposition or a comma."""
    last = j == len(tokens)
    grains = {p for g in ("day", "week", "month", "quarter", "year") for p in words().cues[f"grain_{g}"]}
    if tokens[i].word in grains and tokens[i - 1].word == ",":
        return False
    return i > 0 and (last or tokens[i - 1].stem in preposition_stems() or tokens[i - 1].word == ",")
