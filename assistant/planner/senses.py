"""Words that speak of a thing no name spells: "expensive" of a cost, "unhappy" of a satisfaction.

The language file groups words by what they mean; which metric that is, the workspace's own names say.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from assistant.planner.text import key, spell, stem
from assistant.planner.words import words
from semantic_layer.model import MetricSpec

SCORE = 0.86
_LESS = 0.01
_ENOUGH, _CLOSE, _SYNONYM = 0.6, 0.85, 0.9
_TOTALS = frozenset(("simple", "semi_additive"))
Stems = frozenset[str]


@dataclass(frozen=True, slots=True)
class Sense:
    """What a phrase speaks of: the stems of such names, whether a total is meant, and how much of it there is."""

    names: Stems
    total: bool
    cues: frozenset[str]


@dataclass(frozen=True, slots=True)
class Meant:
    """A metric a phrase may mean, how surely, and the other words of the question that its name takes in."""

    metric: str
    score: float
    also: Stems


class Senses:
    """The senses of the language, held against the metrics of one workspace."""

    def __init__(self, metrics: Iterable[MetricSpec], nouns: Stems) -> None:
        self._kinds = {m.name: m.type for m in metrics if not m.hidden}
        self._names = [(m.name, own, w) for m in metrics if not m.hidden for own, w in _names(m, nouns)]
        self._phrases = dict(_phrases())

    def of(self, phrase: tuple[str, ...]) -> Sense | None:
        """Return what a phrase speaks of."""
        return self._phrases.get(phrase)

    def meant(self, sense: Sense, asked: Collection[str]) -> tuple[Meant, ...]:
        """Return the metrics whose names the sense and the question's words cover best; the fullest of those."""
        known = sense.names | set(asked)
        scored = [
            (weight * len(own & known) / len(own), len(own & set(asked) - sense.names), name, own)
            for name, own, weight in self._names
            if own & sense.names
        ]
        best = max((s[0] for s in scored), default=0.0)
        close = [s for s in scored if best >= _ENOUGH and s[0] >= _CLOSE * best]
        fullest = max((s[1] for s in close), default=0)
        kept = {name: own - sense.names for _, also, name, own in reversed(close) if also == fullest}
        return tuple(Meant(name, self._score(name, sense), frozenset(also)) for name, also in kept.items())

    def _score(self, metric: str, sense: Sense) -> float:
        return SCORE if (self._kinds[metric] in _TOTALS) == sense.total else SCORE - _LESS


def _names(metric: MetricSpec, nouns: Stems) -> Iterator[tuple[Stems, float]]:
    """Yield the own words of a metric's names; only a label may drop its generic tail ("rate")."""
    for texts, weight, small in (
        ((metric.name, metric.label), 1.0, _small() | set(words().list_of("generic_tail"))),
        (metric.synonyms, _SYNONYM, _small()),
    ):
        for text in texts:
            own = frozenset(stem(w) for w in spell(text) if w not in small and stem(w) not in nouns)
            if own:
                yield own, weight


def _phrases() -> Iterator[tuple[tuple[str, ...], Sense]]:
    for raw in words().raw["senses"]:
        names, total = frozenset(stem(w) for w in raw["names"]), raw["prefer"] == "total"
        for text in raw.get("words", ()):
            yield key(text), Sense(names, total, frozenset())
        for side, more, most in (("high", "up", "highest"), ("low", "down", "lowest")):
            for word in raw.get(side, ()):
                yield key(word), Sense(names, total, frozenset((side,)))
                yield (stem(_graded(word, "er")),), Sense(names, total, frozenset((more,)))
                yield (stem(_graded(word, "est")),), Sense(names, total, frozenset((most,)))


def _graded(word: str, ending: str) -> str:
    """Form happier and happiest, cheaper and cheapest."""
    if word.endswith("y"):
        return f"{word[:-1]}i{ending}"
    return f"{word}{ending[1:]}" if word.endswith("e") else f"{word}{ending}"


@cache
def _small() -> frozenset[str]:
    """Words, not stems: "probably" is small, "probability" is not."""
    table = words()
    return frozenset((*table.list_of("filler"), *table.cues["in"], *table.cues["by"], *table.list_of("generic_head")))
