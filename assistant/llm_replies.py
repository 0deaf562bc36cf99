"""What a model wrote, as far as it can be used: the JSON in it, why it stopped, what it cost."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The text of a reply (a tool's arguments where one was called) and its tokens, 0 when not said."""

    text: str
    cut: bool
    prompt_tokens: int
    reply_tokens: int


def read_reply(body: dict[str, Any]) -> Reply:
    """Take a chat completion apart; whatever is missing reads as an empty reply."""
    choice = next(iter(_dicts(body.get("choices"))), {})
    usage = next(iter(_dicts([body.get("usage")])), {})
    return Reply(
        text=_text(next(iter(_dicts([choice.get("message")])), {})),
        cut=choice.get("finish_reason") == "length",
        prompt_tokens=_count(usage.get("prompt_tokens")),
        reply_tokens=_count(usage.get("completion_tokens")),
    )


def json_objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in a text, the likeliest first: the whole, what is fenced, the last in prose."""
    bare = _THOUGHT.sub("", text).strip()
    for part in (bare, *_FENCE.findall(bare)):
        try:
            found = json.loads(part)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found
    yield from reversed(list(_embedded(bare)))


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's JSON Schema in the strict subset: every key required, no defaults, no titles."""
    schema: dict[str, Any] = _strict(model.model_json_schema())
    return schema


def _text(message: dict[str, Any]) -> str:
    called = [call.get("function") for call in _dicts(message.get("tool_calls"))]
    for arguments in (function.get("arguments") for function in _dicts(called)):
        if isinstance(arguments, dict):
            return json.dumps(arguments)
        if isinstance(arguments, str) and arguments.strip():
            return arguments
    content = message.get("content")
    return content if isinstance(content, str) else "".join(str(part.get("text", "")) for part in _dicts(content))


def _dicts(node: Any) -> list[dict[str, Any]]:
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _embedded(text: str) -> Iterator[dict[str, Any]]:
    """Yield objects that stand in prose, each once, from left to right."""
    decoder, at = json.JSONDecoder(), text.find("{")
    while at >= 0:
        try:
            found, end = decoder.raw_decode(text, at)
        except ValueError:
            end = at + 1
        else:
            if isinstance(found, dict):
                yield found
        at = text.find("{", end)


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {k: _strict(v) for k, v in node.items() if k != "default" and not (k == "title" and isinstance(v, str))}
    if isinstance(kept.get("properties"), dict):
        kept |= {"required": list(kept["properties"]), "additionalProperties": False}
    return kept
