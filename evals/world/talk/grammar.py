"""A small generative grammar: `#slot#`, `#$kept#`, `#3-9#` and `{one|other|}`.

A slot is expanded by one of its alternatives. `#$slot#` is expanded once and kept for the rest of
the conversation, so that a city or an amount stays the same; `#3-9#` is a whole number.
"""

import re
from collections.abc import Mapping, Sequence
from random import Random

from semantic_layer.errors import UserError, did_you_mean

_TOKEN = re.compile(r"#\$?[a-z_]+#|#\d+-\d+#|[{}|]")
_MOST_RETRIES = 6


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
Rules = Mapping[str, tuple[Line, ...]]


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


def compile_rules(rules: Mapping[str, str | Sequence[str]]) -> dict[str, tuple[Line, ...]]:
    """Compile slot → alternatives, given as a list or as a text with one a line."""
    return {
        name: tuple(parse(line) for line in (lines.splitlines() if isinstance(lines, str) else lines) if line.strip())
        for name, lines in rules.items()
    }


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
    """Expands slots for one conversation: the first layer that has a rule wins.

    `kept` are values fixed for the conversation; an alternative is not used twice while others are left.
    """

    __slots__ = ("_layers", "_random", "_used", "kept")

    def __init__(self, layers: Sequence[Rules], rng: Random, kept: dict[str, str]) -> None:
        self._layers = layers
        self._random = rng.random
        self._used: dict[str, set[int]] = {}
        self.kept = kept

    def has(self, slot: str) -> bool:
        """Say whether any layer has a rule for the slot."""
        return slot in self.kept or any(slot in layer for layer in self._layers)

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
                self._expand(part.options[int(self._random() * len(part.options))], out)
            else:
                out.append(str(part.low + int(self._random() * part.count)))

    def _expand_slot(self, slot: Slot, out: list[str]) -> None:
        if slot.name in self.kept:
            out.append(self.kept[slot.name])
        elif slot.kept:
            out.append(self.kept.setdefault(slot.name, self.expand(self._pick(slot.name))))
        else:
            self._expand(self._pick(slot.name), out)

    def _pick(self, slot: str) -> Line:
        alternatives = self._rule(slot)
        if len(alternatives) == 1:
            return alternatives[0]
        used = self._used.setdefault(slot, set())
        chosen = int(self._random() * len(alternatives))
        for _ in range(_MOST_RETRIES):
            if chosen not in used:
                break
            chosen = int(self._random() * len(alternatives))
        used.add(chosen)
        return alternatives[chosen]

    def _rule(self, slot: str) -> tuple[Line, ...]:
        for layer in self._layers:
            rule = layer.get(slot)
            if rule is not None:
                return rule
        known = sorted({name for layer in self._layers for name in layer} | set(self.kept))
        raise UserError(f"unknown slot '#{slot}#'", code="unknown_slot", hint=did_you_mean(slot, known))
