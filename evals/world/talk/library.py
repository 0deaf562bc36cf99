"""The written material of the transcripts: grammars, topics, planted wordings, injections."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from evals.world.talk.grammar import Line, Rules, compile_rules, parse, slots_of
from evals.world.talk.noise import Noise
from evals.world.talk.types import Topic
from semantic_layer.errors import UserError, did_you_mean

_HERE = Path(__file__).parent
_FACTS = ("agent", "agent_first", "queue", "plan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Compiled rules: for everybody, by layer and value, by topic, and of personal data."""

    common: Rules
    layers: Mapping[str, Mapping[str, Rules]]
    topics: Mapping[str, Rules]
    personal: Rules
    noise: Noise

    def rules(self, layer: str, value: str) -> Rules:
        """Return a layer's rules for a value. An unknown one raises `UserError` unknown_value."""
        known = self.topics if layer == "topics" else self.layers[layer]
        if value not in known:
            raise UserError(f"no text for {layer} '{value}'", code="unknown_value", hint=did_you_mean(value, known))
        return known[value]


@cache
def library() -> Library:
    """Read and compile the grammars once a process."""
    layers = _read("grammar/layers.yml")
    return Library(
        common=compile_rules(_read("grammar/common.yml")),
        layers={
            layer: {value: compile_rules(rules) for value, rules in values.items()} for layer, values in layers.items()
        },
        topics={topic.name: _topic_rules(topic.name) for topic in topics()},
        personal=compile_rules(_read("grammar/personal.yml")),
        noise=Noise(_read("grammar/noise.yml")),
    )


@cache
def topics() -> tuple[Topic, ...]:
    """List the contact reasons with queue, weight and products."""
    return tuple(
        Topic(name=t["name"], queue=t["queue"], weight=t["weight"], products=tuple(t.get("products", ())))
        for t in _read("topics.yml")["topics"]
    )


@cache
def wordings(effect: str) -> tuple[str, ...]:
    """List the shipped wordings of a planted effect. Raises `UserError` unknown_effect."""
    lines: str = _cause(effect)["wordings"]
    return tuple(line.strip() for line in lines.splitlines() if line.strip())


def suits(effect: str, facts: Mapping[str, Any]) -> bool:
    """Say whether a customer of such a contact can speak of an effect; of one without wordings here, any can."""
    if effect not in effects():
        return True
    return all(facts[name] in allowed for name, allowed in _cause(effect).get("needs", {}).items())


@cache
def _cause(effect: str) -> dict[str, Any]:
    if effect not in effects():
        hint = did_you_mean(effect, effects())
        raise UserError(f"no wordings for effect '{effect}'", code="unknown_effect", hint=hint)
    cause: dict[str, Any] = _read(f"causes/{effect}.yml")
    return cause


@cache
def effects() -> tuple[str, ...]:
    """Name the effects that have shipped wordings."""
    return tuple(sorted(path.stem for path in (_HERE / "causes").glob("*.yml")))


@cache
def injections() -> tuple[str, ...]:
    """List the prompt injections that customers may say."""
    return tuple(_read("injections.yml")["injections"])


def unknown_slots(wording: str) -> tuple[str, ...]:
    """Name the slots of a wording that not every conversation can expand."""
    shelf = library()
    everywhere = {*_FACTS, *shelf.common}
    for values in shelf.layers.values():
        everywhere |= set.intersection(*(set(rules) for rules in values.values()))
    return tuple(sorted(slots_of(wording_line(wording)) - everywhere))


@cache
def wording_line(wording: str) -> Line:
    """Compile a wording, once."""
    return parse(wording)


def _topic_rules(name: str) -> Rules:
    return compile_rules(_read(f"grammar/topics/{name.lower().replace(' ', '_')}.yml"))


def _read(name: str) -> Any:
    return yaml.load((_HERE / name).read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
