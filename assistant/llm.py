"""Structured replies from any OpenAI-compatible endpoint, down a ladder of what servers can do."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from assistant.llm_failures import ModelFailure
from assistant.llm_memory import RUNGS, Memory, Rung
from assistant.llm_replies import Reply, json_objects, read_reply, strict_schema
from assistant.llm_retry import retried
from assistant.llm_settings import LlmSettings
from assistant.llm_wire import Body, Wire
from assistant.types import ModelUse

T = TypeVar("T", bound=BaseModel)
# A token is seldom shorter than three characters; the budget must not be overdrawn by a guess.
_CHARACTERS_A_TOKEN = 3
_MOST_CALLS = 8


@dataclass(slots=True, kw_only=True)
class Session:
    """One question's allowance of time and tokens, and what was used of it."""

    ends: float
    tokens_left: int
    began: float
    calls: int = 0
    prompt_tokens: int = 0
    reply_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt(Generic[T]):
    """What is asked, the shape of the reply, and what the shape alone cannot say."""

    name: str
    system: str
    user: str
    schema: type[T]
    check: Callable[[T], str | None] = field(default=lambda _: None)


class Model:
    """One endpoint and model; threads may share it."""

    def __init__(
        self,
        settings: LlmSettings,
        wire: Wire,
        *,
        memory: Memory | None = None,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self.settings = settings
        self._wire = wire
        self._memory = memory or Memory()
        self._clock = clock
        self._pause = pause

    def session(self, before: ModelUse | None = None) -> Session:
        """Open the allowance of a question, less what an earlier stage of it has used."""
        used = before or ModelUse()
        now = self._clock()
        left = self.settings.token_budget - used.tokens
        return Session(began=now, ends=now + self.settings.deadline_seconds - used.seconds, tokens_left=left)

    def use_of(self, session: Session, before: ModelUse | None = None, *, failed: str | None = None) -> ModelUse:
        """Add a session to what was used before it."""
        used = before or ModelUse()
        price = self.settings.price_per_million
        cost = None
        if price:
            spent = session.prompt_tokens * price.input + session.reply_tokens * price.output
            cost = (used.cost or 0.0) + spent / 1e6
        return ModelUse(
            calls=used.calls + session.calls,
            tokens=used.tokens + session.prompt_tokens + session.reply_tokens,
            cost=cost,
            currency=price.currency if price else "",
            seconds=used.seconds + self._clock() - session.began,
            failed=failed,
        )

    def structured(self, session: Session, prompt: Prompt[T], *, rungs: Iterable[Rung] | None = None) -> T:
        """Return a validated reply; raise ModelFailure.

        The first rung is the one that this endpoint and model was last seen to accept. A refusal
        leads down for good, a reply without JSON only this once.
        """
        ladder = tuple(rungs) if rungs is not None else RUNGS[RUNGS.index(self._memory.rung) :]
        failure, accepted = self._failure("llm_unreadable"), True
        for rung in ladder:
            if accepted and rungs is None:
                self._memory.rung = rung
            try:
                return self._on_rung(session, prompt, rung, last=rung == ladder[-1])
            except ModelFailure as error:
                if error.code not in ("llm_refused", "llm_unreadable"):
                    raise
                failure, accepted = error, accepted and error.code == "llm_refused"
        raise failure

    def _on_rung(self, session: Session, prompt: Prompt[T], rung: Rung, *, last: bool) -> T:
        messages, limit = _messages(prompt), self.settings.max_reply_tokens
        for repaired in (False, True):
            reply = self._ask(session, _request(rung, prompt, messages), limit)
            value, error = _validated(reply.text, prompt)
            if value is not None:
                return value
            if not error and not reply.cut and not last:
                raise self._failure("llm_unreadable")
            if reply.cut:
                limit *= 2
                continue
            said = error or "it holds no JSON object"
            again = f"That reply cannot be used: {said[:600]}. Reply with one JSON object of the schema and no more."
            messages = [*messages, {"role": "assistant", "content": reply.text[:4000]}, _user(again)]
            if repaired and error:
                raise self._failure("llm_invalid", said)
        raise self._failure("llm_broken_reply" if reply.cut else "llm_unreadable")

    def _ask(self, session: Session, request: Body, limit: int) -> Reply:
        """Send a request, again where that may help, within the session's allowance."""
        return retried(
            lambda: self._once(session, request, limit),
            retries=self.settings.retries,
            ends=session.ends,
            clock=self._clock,
            pause=self._pause,
            mended=lambda error: error.code == "llm_refused" and self._memory.learn(error.detail),
        )

    def _once(self, session: Session, request: Body, limit: int) -> Reply:
        left = session.ends - self._clock()
        guess = len(json.dumps(request["messages"], ensure_ascii=False)) // _CHARACTERS_A_TOKEN
        if left <= 0:
            raise self._failure("llm_late")
        if session.calls >= _MOST_CALLS or session.tokens_left < guess + limit:
            raise self._failure("llm_budget")
        session.calls += 1
        whole = {"model": self.settings.model, **request, **self._memory.parameters(limit)}
        reply = read_reply(self._wire.send(whole, timeout=left))
        prompt_tokens, reply_tokens = reply.prompt_tokens or guess, reply.reply_tokens or len(reply.text) // 3
        session.prompt_tokens += prompt_tokens
        session.reply_tokens += reply_tokens
        session.tokens_left -= prompt_tokens + reply_tokens
        return reply

    def _failure(self, code: str, detail: str = "") -> ModelFailure:
        return ModelFailure(self.settings.place, code, detail=detail)


def _messages(prompt: Prompt[Any]) -> list[dict[str, str]]:
    """Put the schema into the prompt, always: many servers take a response format and ignore it."""
    schema = json.dumps(strict_schema(prompt.schema), ensure_ascii=False)
    shape = f"Reply with one JSON object '{prompt.name}' that fits this JSON Schema, and nothing else:\n{schema}"
    system = f"{prompt.system}\n\n{shape}"
    return [{"role": "system", "content": system}, _user(prompt.user)]


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def _request(rung: Rung, prompt: Prompt[Any], messages: list[dict[str, str]]) -> Body:
    """Ask in the way of a rung; tools and a response format are never sent together."""
    schema = strict_schema(prompt.schema)
    if rung == "json_schema":
        named = {"name": prompt.name, "schema": schema, "strict": True}
        return {"messages": messages, "response_format": {"type": "json_schema", "json_schema": named}}
    if rung == "tool":
        function = {"name": prompt.name, "description": "Give the reply.", "parameters": schema}
        choice = {"type": "function", "function": {"name": prompt.name}}
        return {"messages": messages, "tools": [{"type": "function", "function": function}], "tool_choice": choice}
    if rung == "json_object":
        return {"messages": messages, "response_format": {"type": "json_object"}}
    return {"messages": messages}


def _validated(text: str, prompt: Prompt[T]) -> tuple[T | None, str]:
    """Return the first object that validates, or what is wrong with the likeliest one; "" without any."""
    wrong = ""
    for found in json_objects(text):
        try:
            value = prompt.schema.model_validate(found)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            said = f"{'.'.join(map(str, first['loc'])) or 'reply'}: {first['msg']}"
        else:
            problem = prompt.check(value)
            if problem is None:
                return value, ""
            said = problem
        wrong = wrong or said
    return None, wrong
