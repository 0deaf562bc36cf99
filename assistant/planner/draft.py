"""A reading while it is made: the linked question, what was used, what was decided."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.planner.dates import Clock
from assistant.planner.lexicon import Entry, Lexicon, Vocabulary
from assistant.planner.linker import Item, Linked
from assistant.planner.timespans import TimeSpan
from assistant.planner.words import words
from assistant.types import Clarify, Decline, Intervention, Level, Option, Question, Supposed, Within
from semantic_layer.model import Catalogue, DimensionSpec, MetricSpec
from semantic_layer.query import Filter, Grain, Having, Scalar, TimeWindow

SKIPPED = frozenset(("filler", "noun"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several readings: what the words at some tokens mean, and at which tokens nothing is said."""

    label: str
    means: tuple[tuple[int, Entry], ...] = ()
    without: frozenset[int] = frozenset()

    def followed(self, others: Sequence["Choice"]) -> Iterator["Choice"]:
        """Yield this choice together with the one that chooses the same, else with each other one."""
        chosen = {entry.name for _, entry in self.means}
        same = [c for c in others if chosen & {entry.name for _, entry in c.means}]
        for more in same or others:
            label = self.label if len(same or others) == 1 else more.label
            yield Choice(label=label, means=(*self.means, *more.means), without=self.without | more.without)


class Stop(Exception):
    """Ends a reading early with a refusal or a question back.

    `choices` are options still to be put into words, `parts` what the question asks one after the other.
    """

    def __init__(
        self, outcome: Clarify | Decline, choices: tuple[Choice, ...] = (), parts: tuple[str, ...] = ()
    ) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.choices = choices
        self.parts = parts


@dataclass(slots=True)
class Context:
    """The workspace a question is read against."""

    vocabulary: Vocabulary
    lexicon: Lexicon
    clock: Clock | None

    @property
    def catalogue(self) -> Catalogue:
        """The dictionary."""
        return self.vocabulary.catalogue


@dataclass(slots=True)
class Draft:
    """Working state of one question; `used` holds places of items that the reading rests on.

    `anchor` is the window of the question before, from which a follow-up tells its time; `chosen` marks
    the reading on of a question that had several meanings, `listed` that of one which asks for names.
    """

    context: Context
    question: Question
    text: str
    linked: Linked
    used: set[int] = field(default_factory=set)
    roles: dict[int, str] = field(default_factory=dict)
    metrics: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    versus: list[Filter] = field(default_factory=list)
    having: list[Having] = field(default_factory=list)
    within: Within | None = None
    shares: tuple[Scalar, ...] | None = None
    times: list[TimeSpan] = field(default_factory=list)
    anchor: TimeWindow | None = None
    chosen: bool = False
    grain: Grain | None = None
    limit: int | None = None
    order: Literal["asc", "desc"] | None = None
    ranked: bool = False
    listed: bool = False
    by_period: bool = False
    changes: bool = False
    direction: Literal["up", "down"] | None = None
    window: TimeWindow | None = None
    baseline: TimeWindow | None = None
    usual: TimeWindow | None = None
    default_window: bool = False
    search_text: str | None = None
    horizon: TimeWindow | None = None
    supposed: Supposed | None = None
    against_rest: Filter | None = None
    against: Level | None = None
    intervention: Intervention | None = None
    assumptions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    margins: list[float] = field(default_factory=list)
    fuzzy: int = 0
    defaults: int = 0
    carried: int = 0

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of the question in order."""
        return self.linked.items

    @property
    def catalogue(self) -> Catalogue:
        """The dictionary."""
        return self.context.catalogue

    @property
    def metrics_named(self) -> bool:
        """Tell whether a span may name a metric."""
        return any(item.of("metric") for item in self.items)

    def metric(self, name: str) -> MetricSpec:
        """Return a metric."""
        return self.catalogue.metric(name)

    def dimension(self, name: str) -> DimensionSpec:
        """Return a dimension."""
        return self.catalogue.dimension(name)

    def cue(self, i: int, *names: str) -> bool:
        """Tell whether the item at a place carries one of the cues."""
        return 0 <= i < len(self.items) and not self.items[i].cues.isdisjoint(names)

    def cues(self, *names: str) -> list[int]:
        """Return the places of unused items with one of the cues."""
        return [i for i in range(len(self.items)) if i not in self.used and self.cue(i, *names)]

    def has(self, *names: str) -> bool:
        """Tell whether any item carries one of the cues."""
        return any(self.cue(i, *names) for i in range(len(self.items)))

    def take(self, *names: str) -> bool:
        """Use every item with one of the cues; tell whether there was one."""
        found = self.cues(*names)
        self.used.update(found)
        return bool(found)

    def places(self, role: str) -> list[int]:
        """Return the places of items with a role, in order."""
        return sorted(i for i, r in self.roles.items() if r == role)

    def before(self, i: int, skip: Iterable[str] = SKIPPED) -> int:
        """Return the place of the item before, fillers skipped; -1 when there is none."""
        i -= 1
        while i >= 0 and self.items[i].kind in skip:
            i -= 1
        return i

    def after(self, i: int, skip: Iterable[str] = SKIPPED) -> int:
        """Return the place of the item after, fillers skipped; the count when there is none."""
        i += 1
        while i < len(self.items) and self.items[i].kind in skip:
            i += 1
        return i

    def word(self, i: int) -> str:
        """Return the first word of the item at a place; empty where there is none."""
        return self.linked.tokens[self.items[i].first].word if 0 <= i < len(self.items) else ""

    def has_article(self, i: int) -> bool:
        """Tell whether "a" or "an" stands before the item and the members that tell it apart."""
        i -= 1
        while i >= 0 and self.roles.get(i) == "value":
            i -= 1
        return i >= 0 and self.linked.tokens[self.items[i].last].word in words().list_of("articles")

    def link(self, i: int, entry: Entry) -> None:
        """Use an item for a target and remember how sure the link is."""
        self.used.add(i)
        self.scores.append(entry.score)
        self.margins.append(self.items[i].margin)

    def tokens_of(self, *names: str) -> frozenset[int]:
        """Return the first tokens of all items with one of the cues."""
        return frozenset(item.first for item in self.items if not item.cues.isdisjoint(names))

    def meaning(self, i: int, entry: Entry, label: str = "", *without: str) -> Choice:
        """Return the choice of one target for the item at a place; cues in `without` are taken as not said."""
        label = label or (self.metric(entry.name) if entry.kind == "metric" else self.dimension(entry.name)).label
        means = ((self.items[i].first, replace(entry, score=1.0)),)
        return Choice(label=label, means=means, without=self.tokens_of(*without))

    def one_of(self, metrics: Iterable[str]) -> Iterator[Choice]:
        """Yield the choice of each of several metrics that are named, the others taken as not said."""
        places = {i: self.items[i].of("metric")[0].name for i in self.places("metric")}
        for name in metrics:
            others = frozenset(self.items[i].first for i, named in places.items() if named != name)
            yield Choice(label=self.metric(name).label, without=others)

    def halves(self, i: int) -> tuple[str, str]:
        """Return the question's text before and after the item at a place."""
        start, end = self.linked.tokens[self.items[i].first].start, self.linked.tokens[self.items[i].last].end
        return self.text[:start].strip(" ,;?"), self.text[end:].strip(" ,;?")

    def rewritten(self, i: int, replacement: str) -> str:
        """Return the question with the words of one item replaced."""
        tokens = self.linked.tokens
        start, end = tokens[self.items[i].first].start, tokens[self.items[i].last].end
        return f"{self.text[:start]}{replacement}{self.text[end:]}"


def ask_back(why: str, options: Iterable[tuple[str, str]]) -> Stop:
    """Stop with readings to choose from."""
    return Stop(Clarify(why=why, options=tuple(Option(label=a, question=b) for a, b in options)))


def ask_which(why: str, choices: Iterable[Choice]) -> Stop:
    """Stop with choices, each of which the planner reads on and says as a question of its own."""
    return Stop(Clarify(why=why, options=()), tuple(choices))


def divide(why: str, options: Iterable[str], parts: Iterable[str]) -> Stop:
    """Stop with the parts of a question, which are answered one by one where each can be read, else offered."""
    return Stop(Clarify(why=why, options=tuple(Option(label=o, question=o) for o in options)), parts=tuple(parts))


def refuse(reason: str, message: str, nearest: Iterable[str] = ()) -> Stop:
    """Stop with a refusal."""
    return Stop(Decline(reason=reason, message=message, nearest=tuple(nearest)))  # type: ignore[arg-type]


Step = Callable[[Draft], None]
