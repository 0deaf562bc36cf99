"""A small generative grammar: `#slot#`, `#$kept#`, `#3-9#`, `{one|other|}` and `@threads`.

A slot is expanded by one of its alternatives. `#$slot#` is expanded once and kept for the rest of
the conversation, so that a city or an amount stays the same; `#3-9#` is a whole number. A line that
starts with `@ab ` belongs to threads a and b: it fits only a conversation that opened on one of them.
"""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

from semantic_layer.errors import UserError, did_you_mean

_TOKEN = re.compile(r"#\$?[a-z_]+#|#\d+-\d+#|[{}|]")
_Any = TypeVar("_Any")


class Slot:
    """A reference to a rule; a kept one is expanded once a conversation."""

    __slots__ = ("kept", "name")

    def __init__(self, name: str, kept: bool) -> None:
        self.name = name
        self.kept = kept


class Whole:
    """A whole number between two bounds, both included."""

    __slots__ = ("count", "low")

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.count = high - low + 1


class Choice:
    """One of several continuations."""

    __slots__ = ("options",)

    def __init__(self, options: tuple["Line", ...]) -> None:
        self.options = options


Line = tuple["str | Slot | Whole | Choice", ...]


class Rule:
    """The alternatives of a slot, each for all threads ("") or for those it names."""

    __slots__ = ("_fitting", "_tagged")

    def __init__(self, tagged: Sequence[tuple[str, Line]]) -> None:
        self._tagged = tuple(tagged)
        self._fitting: dict[str, tuple[Line, ...]] = {}

    @property
    def tagged(self) -> tuple[tuple[str, Line], ...]:
        """All alternatives with their threads."""
        return self._tagged

    def fitting(self, thread: str) -> tuple[Line, ...]:
        """Return the alternatives for a thread; without one, those for all."""
        if thread not in self._fitting:
            lines = (line for threads, line in self._tagged if not threads or (thread and thread in threads))
            self._fitting[thread] = tuple(lines)
        return self._fitting[thread]


Rules = Mapping[str, Rule]


def parse(text: str) -> Line:
    """Read one alternative; braces that do not balance stand for themselves."""
    if not _balanced(text):
        return (text,)
    line, _ = _read(text, 0, inside=False)
    return line


def _balanced(text: str) -> bool:
    depth = 0
    for sign in re.findall(r"[{}]", text):
        depth += 1 if sign == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _read(text: str, start: int, *, inside: bool) -> tuple[Line, int]:
    options: list[Line] = []
    parts: list[str | Slot | Whole | Choice] = []
    while (match := _TOKEN.search(text, start)) is not None:
        token = match.group()
        if match.start() > start:
            parts.append(text[start : match.start()])
        start = match.end()
        if token == "{":
            choice, start = _read(text, start, inside=True)
            parts.extend(choice)
        elif token in "|}" and inside:
            options.append(tuple(parts))
            parts = []
            if token == "}":
                return (Choice(tuple(options)),), start
        else:
            parts.append(_leaf(token))
    if start < len(text):
        parts.append(text[start:])
    return tuple(parts), len(text)


def _leaf(token: str) -> "str | Slot | Whole":
    if not token.startswith("#"):
        return token
    name = token.strip("#")
    if name[0].isdigit():
        low, high = name.split("-")
        return Whole(int(low), int(high))
    return Slot(name.lstrip("$"), name.startswith("$"))


def compile_rules(rules: Mapping[str, str]) -> dict[str, Rule]:
    """Compile slot → alternatives, given as a text with one a line."""
    return {name: Rule([_tagged(line) for line in lines.splitlines() if line.strip()]) for name, lines in rules.items()}


def _tagged(text: str) -> tuple[str, Line]:
    if not text.startswith("@"):
        return "", parse(text)
    threads, _, rest = text.partition(" ")
    return threads[1:], parse(rest)


def slots_of(line: Line) -> set[str]:
    """Name every slot that a line refers to."""
    names: set[str] = set()
    for part in line:
        if isinstance(part, Slot):
            names.add(part.name)
        elif isinstance(part, Choice):
            names.update(*(slots_of(option) for option in part.options))
    return names


class Teller:
    """Expands slots for one conversation: the first layer with a fitting, unused alternative wins.

    `kept` are values fixed for the conversation; when all is used, the first layer repeats itself.
    """

    __slots__ = ("_layers", "_random", "_thread", "_used", "kept")

    def __init__(self, layers: Sequence[Rules], rng: Random, kept: dict[str, str]) -> None:
        self._layers = layers
        self._random = rng.random
        self._thread = ""
        self._used: set[int] = set()
        self.kept = kept

    def open(self, slot: str) -> str:
        """Expand a slot and follow the chosen alternative's thread from here on; a second time, stay on it."""
        if self._thread:
            return self.say(slot)
        layer = next(layer for layer in self._layers if slot in layer)
        self._thread, line = self._choose(layer[slot].tagged)
        return self.expand(line)

    @property
    def opened(self) -> bool:
        """Say whether the conversation is on a thread."""
        return bool(self._thread)

    def say(self, slot: str) -> str:
        """Expand a slot. An unknown one raises `UserError` unknown_slot."""
        return self.kept[slot] if slot in self.kept else self.expand(self._pick(slot))

    def expand(self, line: Line) -> str:
        """Expand a parsed line."""
        out: list[str] = []
        self._expand(line, out)
        return "".join(out)

    def _expand(self, line: Line, out: list[str]) -> None:
        for part in line:
            if isinstance(part, str):
                out.append(part)
            elif isinstance(part, Slot):
                self._expand_slot(part, out)
            elif isinstance(part, Choice):
                self._expand(self._choose(part.options), out)
            else:
                out.append(str(part.low + int(self._random() * part.count)))

    def _expand_slot(self, slot: Slot, out: list[str]) -> None:
        if slot.name in self.kept:
            out.append(self.kept[slot.name])
        elif slot.kept:
            out.append(self.kept.setdefault(slot.name, self.expand(self._pick(slot.name))))
        else:
            self._expand(self._pick(slot.name), out)

    def _choose(self, options: tuple[_Any, ...]) -> _Any:
        return options[int(self._random() * len(options))]

    def _pick(self, slot: str) -> Line:
        chosen: Line = self._choose(self._alternatives(slot))
        self._used.add(id(chosen))
        return chosen

    def _alternatives(self, slot: str) -> tuple[Line, ...]:
        fitting = [rule.fitting(self._thread) for layer in self._layers if (rule := layer.get(slot)) is not None]
        for lines in fitting:
            if unused := tuple(line for line in lines if id(line) not in self._used):
                return unused
        for lines in fitting:
            if lines:
                return lines
        known = sorted({name for layer in self._layers for name in layer} | set(self.kept))
        raise UserError(f"unknown slot '#{slot}#'", code="unknown_slot", hint=did_you_mean(slot, known))
