"""Hiding personal data before anything is stored: what is found is masked, replaced or kept, by its kind."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from indexes.name_model import NameModel, SpacyNames
from indexes.names import KnownNames, introduced, known_names, letters, spelled
from indexes.patterns import Found, as_said, patterns
from indexes.policy import Policy
from indexes.requests import answered, requested
from indexes.settings import KINDS, RedactionSettings
from indexes.spoken import normalise
from indexes.types import Contact, Turn

RULES = 3
"""Raised when other things are found than before, so that the next build redacts everything anew."""
_PLACEHOLDER = re.compile(r"\[[A-Z_]{2,}(?:#[0-9a-f]+)?\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of text to hide and what kind of thing it is."""

    start: int
    end: int
    kind: str


class Redactor:
    """Replaces personal data by typed placeholders such as `[CARD]`; redacting twice changes nothing."""

    def __init__(
        self, settings: RedactionSettings, known: Collection[str] = (), model: NameModel | None = None
    ) -> None:
        self._model = model or (SpacyNames(settings.name_model) if settings.name_model else None)
        self._regions = settings.regions
        self._known = known_names(known)
        self._not_names = frozenset(word for name in settings.not_names for word in letters(name))
        self._policy = Policy.of(settings)

    def redact(self, text: str) -> str:
        """Hide what is personal in a text."""
        return self.replaced(text, self.find(text))

    def find(self, text: str) -> tuple[Span, ...]:
        """Find what is to be hidden: spans in order, none overlapping."""
        said = letters(text)
        return self._find(text, said, introduced(text, said), (), (self._known,))

    def contact(self, contact: Contact) -> tuple[Contact, int]:
        """Redact a conversation and count the spans."""
        turns: list[Turn] = []
        count = 0
        for turn, spans in self.spans(contact.turns):
            turns.append(replace(turn, text=self.replaced(turn.text, spans)) if spans else turn)
            count += len(spans)
        return replace(contact, turns=tuple(turns)), count

    def spans(self, turns: Sequence[Turn]) -> Iterator[tuple[Turn, tuple[Span, ...]]]:
        """Find what is to be hidden in each turn.

        A name introduced once is hidden in every turn; what one speaker asks for is hidden in the other's answer.
        """
        said = [letters(turn.text) for turn in turns]
        told = [_told(turn, words, kinds) for turn, words, kinds in zip(turns, said, _asked(turns, said), strict=True)]
        names = {
            turn.text[a:b] for turn, found in zip(turns, told, strict=True) for a, b, kind in found if kind == "NAME"
        }
        known = (self._known, known_names(names))
        for turn, words, found in zip(turns, said, told, strict=True):
            yield turn, self._find(turn.text, words, (), found, known)

    def _find(
        self,
        text: str,
        said: Collection[str],
        introductions: Iterable[tuple[int, int]],
        told: Iterable[Found],
        names: Iterable[KnownNames],
    ) -> tuple[Span, ...]:
        found = [*patterns(text, said, self._regions), *told]
        found += [(a, b, "NAME") for a, b in introductions]
        found += [(a, b, "NAME") for known in names for a, b in known.find(text, said)]
        if self._model:
            found += [(a, b, "NAME") for a, b in self._model.names(text)]
        if not self._not_names.isdisjoint(said):
            found = [f for f in found if f[2] != "NAME" or self._is_name(text[f[0] : f[1]])]
        found += [(a, b, "SPELLED") for a, b in spelled(text, said)]
        return tuple(s for s in _apart(found, text) if not self._policy.keeps(s.kind)) if found else ()

    def _is_name(self, text: str) -> bool:
        return self._not_names.isdisjoint(letters(text)[:1])

    def replaced(self, text: str, spans: Sequence[Span]) -> str:
        """Put placeholders where the spans are."""
        out: list[str] = []
        at = 0
        for span in spans:
            out += [text[at : span.start], self._policy.placeholder(span.kind, text[span.start : span.end])]
            at = span.end
        return "".join([*out, text[at:]])


def _told(turn: Turn, said: Collection[str], kinds: tuple[str, ...]) -> list[Found]:
    """Find the names that a turn introduces and what it answers a request with."""
    found = [(a, b, "NAME") for a, b in introduced(turn.text, said)]
    if kinds:
        written = normalise(turn.text)
        found += as_said(written, answered(written.text, kinds))
    return found


def _asked(turns: Sequence[Turn], said: Sequence[list[str]]) -> Iterator[tuple[str, ...]]:
    """Name for each turn what the other speaker asked for in the turn before."""
    speaker = ""
    kinds: tuple[str, ...] = ()
    for turn, words in zip(turns, said, strict=True):
        if turn.speaker != speaker:
            yield kinds
            kinds = ()
        else:
            yield ()
        speaker, kinds = turn.speaker, tuple(dict.fromkeys((*kinds, *requested(turn.text, words))))


def _apart(found: list[Found], text: str) -> tuple[Span, ...]:
    """Join what overlaps under the most telling kind, leaving earlier placeholders alone."""
    taken = [match.span() for match in _PLACEHOLDER.finditer(text)]
    free = [(a, b, kind) for a, b, kind in found if not any(x < b and a < y for x, y in taken)]
    joined: list[Span] = []
    for start, end, kind in sorted(free, key=lambda f: (f[0], -f[1])):
        if joined and start < joined[-1].end:
            last = joined[-1]
            kind = min(last.kind, kind, key=KINDS.index)
            joined[-1] = Span(start=last.start, end=max(last.end, end), kind=kind)
        else:
            joined.append(Span(start=start, end=end, kind=kind))
    return tuple(joined)
