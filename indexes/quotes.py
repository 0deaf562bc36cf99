"""The sentence that answers: verbatim, from the turn that says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from indexes.corpus import Stored
from indexes.text import content_stems, sentences, stems, words
from indexes.types import Evidence, Turn
from indexes.windows import citation

_SHORT, _LONG = 25, 320
_COURTESY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A candidate quote."""

    stored: Stored
    turn: Turn
    text: str

    def evidence(self, score: float, theme: str | None = None) -> Evidence:
        """Cite it."""
        contact, number = self.stored.contact, self.turn.number
        return Evidence(
            citation=citation(contact.contact_id, number, number),
            contact_id=contact.contact_id,
            turns=(number, number),
            speaker=self.turn.speaker,
            occurred_at=contact.occurred_at,
            quote=self.text,
            theme=theme,
            score=round(score, 4),
        )


def candidates(stored: Stored, first: int, last: int) -> list[Sentence]:
    """List the sentences of turns first to last: the customer's, or everybody's where no customer speaks."""
    turns = [t for t in stored.contact.turns if first <= t.number <= last and t.number not in stored.flagged]
    customer = [turn for turn in turns if turn.speaker not in ("agent", "bot")]
    return [Sentence(stored=stored, turn=turn, text=text) for turn in customer or turns for text in _pieces(turn.text)]


def _pieces(text: str) -> Iterable[str]:
    """Cut a turn into sentences; one too short to stand alone keeps the one after it, a courtesy is left out."""
    spans = list(sentences(text))
    for i, (start, end) in enumerate(spans):
        if end - start < _SHORT and i + 1 < len(spans):
            if len(content_stems(text[start:end])) <= _COURTESY:
                continue
            if spans[i + 1][1] - start <= _LONG:
                end = spans[i + 1][1]
        yield text[start:end]


def overlap(query: Mapping[str, float], text: str) -> float:
    """Weigh the query's stems found in a text: 1 when all are."""
    held = set(stems(words(text)))
    total = sum(query.values())
    return sum(weight for stem, weight in query.items() if stem in held) / total if total else 0.0


def near_copies(one: str, other: str) -> bool:
    """Say whether two quotes are all but the same words (Jaccard ≥ 0.8)."""
    a, b = set(words(one)), set(words(other))
    return len(a & b) >= 0.8 * len(a | b)


def same_contact(one: Sentence, other: Sentence) -> bool:
    """Say whether two sentences come from one conversation."""
    return one.stored.contact.contact_id == other.stored.contact.contact_id
