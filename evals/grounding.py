"""Whether every number that is said stands in what the answer holds; written apart from the answer's own check."""

import re
from collections.abc import Iterator
from typing import Any

from assistant.types import Answer, Claim
from assistant.wire import to_dict
from evals.score import Score

_NUMBER = re.compile(
    r"(?<![\w.])[+−-]?[€$£¥]?(\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)(?:\s?(%|points?|k|m|bn|h|min|s)(?!\w))?"
)
# What a number is divided by before it is written with a suffix; a share of one may be said in per cent.
_SCALES = {"%": (0.01,), "point": (0.01,), "points": (0.01,), "k": (1e3,), "m": (1e6,), "bn": (1e9,)}
_CLOCK = {"h": 3600, "min": 60, "s": 1}
_PLAIN = (1.0, 1e3, 1e6)
_SLACK = 1e-9
_NAMES = frozenset({"label", "filters", "window", "theme", "dimension"})


def grounding(answer: Answer) -> Score:
    """Judge every number of every claim by the values that the claim names, and by the names around them."""
    wire = to_dict(answer)
    loose = [(claim.text, token) for claim in answer.claims for token in _unbound(claim, wire)]
    reason = "; ".join(f"“{token}” in “{text}” stands nowhere" for text, token in loose[:2])
    return Score(scorer="grounding", right=not loose, reason=reason, code="unbound_number" if loose else "")


def _unbound(claim: Claim, wire: dict[str, Any]) -> Iterator[str]:
    values: list[float] = []
    words = {wire["question"]}
    for part in (wire["reading"], wire["as_of"], wire["definitions"]):
        words.update(_texts(part))
    for pointer in claim.figures:
        found = _at(wire, pointer)
        values += _numbers(found)
        words.update(_texts(found))
        words.update(_texts(_parent(wire, pointer)))
    written = {n for text in words for n in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))}
    for match in _NUMBER.finditer(claim.text):
        plain = match[1].replace(",", "")
        known = plain in written or plain.lstrip("0") in {n.lstrip("0") for n in written}
        if not known and not any(_says(match, value) for value in values):
            yield match[0]


def _says(match: "re.Match[str]", value: float) -> bool:
    """Tell whether a number as it is written is a value, rounded to the digits shown."""
    text, suffix = match[1].replace(",", ""), match[2] or ""
    digits = text.partition("e")[0].partition(".")[2]
    said, step = float(text), 10.0 ** -len(digits) / 2
    if "e" in text:
        step *= 10.0 ** int(text.partition("e")[2])
    if suffix in _CLOCK and _clock(abs(value), suffix, said, step):
        return True
    return any(abs(abs(value) / scale - said) <= step * (1 + 1e-6) + _SLACK for scale in _SCALES.get(suffix, _PLAIN))


def _clock(value: float, suffix: str, said: float, step: float) -> bool:
    """Tell whether hours, minutes or seconds are those of a duration, each rounded or cut."""
    whole = value / _CLOCK[suffix]
    within = whole % 60 if suffix != "h" else whole
    nearest = (whole, within, float(int(within)), float(round(within)) % 60)
    return any(abs(part - said) <= step + _SLACK for part in nearest)


def _at(node: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        try:
            node = node[int(part)] if isinstance(node, list) else node[part]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return node


def _parent(wire: dict[str, Any], pointer: str) -> Any:
    """Return the names of what the pointed value belongs to: a figure, a segment, a row."""
    parts = pointer.split("/")
    found = _at(wire, "/".join(parts[:-1])) if len(parts) > 3 else None
    return {name: found[name] for name in _NAMES & found.keys()} if isinstance(found, dict) else found


def _numbers(node: Any) -> list[float]:
    """Return the numbers of a value, and how many things it lists."""
    if isinstance(node, bool) or node is None or isinstance(node, str):
        return []
    if isinstance(node, int | float):
        return [float(node)]
    inside = node.values() if isinstance(node, dict) else node
    found = [number for item in inside for number in _numbers(item)]
    return found if isinstance(node, dict) else [*found, float(len(node))]


def _texts(node: Any) -> Iterator[str]:
    """Yield the texts of a value; a number among them is a name, such as a year or "7 days"."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for item in node.values():
            yield from _texts(item)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _texts(item)
