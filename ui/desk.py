"""What stands behind the page: one assistant a role, its labels, examples and feedback."""

import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from assistant.types import Answer, Outcome, Question, Step
from semantic_layer.errors import BecauseError, UserError, did_you_mean
from ui.view import Labels

HISTORY = 6


class Asks(Protocol):
    """The part of an assistant that a page needs."""

    def steps(self, question: Question, *, follow: str | None = None) -> Iterator[Step]:
        """Yield what is being done; the last step carries the outcome."""
        ...

    def feedback(self, id: str, *, verdict: str, reason: str = "", author: str) -> None:
        """Keep one verdict an author and answer."""
        ...

    def correct(self, id: str, *, text: str, author: str) -> None:
        """Keep what would have been right."""
        ...

    def close(self) -> None:
        """Let go of what is held open."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error as a card: what happened and what to try."""

    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question of a conversation, what was done for it and what came out."""

    question: str
    steps: tuple[str, ...]
    result: Outcome | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the empty page says about the workspace."""

    name: str
    metrics: int
    labels: Labels = field(default_factory=Labels)
    as_of: object = None
    conversations: int = 0
    examples: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    default_role: str | None = None
    limited: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Desk:
    """Assistants by role, made when first asked; `facts` is the same for everyone.

    `evaluation` gives the last report's page; it shows every figure, so only who may see everything gets it.
    """

    facts: Facts
    make: Callable[[str | None], Asks]
    evaluation: Callable[[], str] | None = None
    _made: dict[str | None, Asks] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def assistant(self, role: str | None) -> Asks:
        """Return the assistant of a role; raise UserError (unknown_role)."""
        if role is not None and role not in self.facts.roles:
            raise UserError(f"no role '{role}' here", code="unknown_role", hint=did_you_mean(role, self.facts.roles))
        with self._lock:
            if role not in self._made:
                self._made[role] = self.make(role)
            return self._made[role]

    def seat(self, role: str | None, assistant: Asks) -> None:
        """Use an assistant that is already made."""
        self._made[role] = assistant

    def close(self) -> None:
        """Let go of the warehouse."""
        for assistant in self._made.values():
            assistant.close()
        self._made.clear()

    def ask(self, text: str, *, role: str | None, turns: Sequence[Turn]) -> Iterator[Turn | str]:
        """Yield what is being done in words, then the turn."""
        said: list[str] = []
        try:
            for step in self.assistant(role).steps(_question(text, role, turns), follow=_last_id(turns)):
                if step.outcome is not None:
                    yield Turn(question=text, steps=tuple(said), result=step.outcome)
                    return
                said.append(step.text)
                yield step.text
        except BecauseError as error:
            yield Turn(question=text, steps=tuple(said), result=Failure(message=error.message, hint=error.hint))
        except Exception as error:
            traceback.print_exception(error, file=sys.stderr)
            yield Turn(question=text, steps=tuple(said), result=_OURS)

    def feedback(self, id: str, *, role: str | None, verdict: str, author: str, reason: str = "") -> None:
        """Keep a verdict on an answer; the same author's later one replaces it."""
        self.assistant(role).feedback(id, verdict=verdict, reason=reason, author=author)

    def report(self, role: str | None) -> str:
        """Return the last evaluation's page; raise UserError (not_permitted, unknown_role, no_report)."""
        name = role or self.facts.default_role
        if name is not None and name not in self.facts.roles:
            raise UserError(f"no role '{name}' here", code="unknown_role", hint=did_you_mean(name, self.facts.roles))
        if name in self.facts.limited:
            raise UserError(
                "The evaluation is for those who may see every figure.", code="not_permitted",
                hint="Ask a data owner for the report.",
            )  # fmt: skip
        if self.evaluation is None:
            raise UserError(
                "No evaluation yet.", code="no_report", hint="`because eval run`, then `because eval report`"
            )
        return self.evaluation()

    def correct(self, id: str, *, role: str | None, text: str, author: str) -> None:
        """Keep what an author says would have been right."""
        self.assistant(role).correct(id, text=text, author=author)


_OURS = Failure(
    message="Something went wrong on our side, so there is no answer.",
    hint="The server's log has the details. Ask again, or ask in other words.",
)


def _question(text: str, role: str | None, turns: Sequence[Turn]) -> Question:
    readings = tuple(turn.result.reading for turn in turns if isinstance(turn.result, Answer))
    return Question(text=text, role=role, history=readings[-HISTORY:])


def _last_id(turns: Sequence[Turn]) -> str | None:
    return next((t.result.id for t in reversed(turns) if isinstance(t.result, Answer)), None)
