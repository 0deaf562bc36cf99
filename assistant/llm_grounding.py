"""Holds a model's sentence against the checked sentences it claims to rest on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

import yaml

from assistant.findings import Findings
from assistant.types import Claim
from semantic_layer.query import Filter

_TOKEN = re.compile(r"[€$£¥%]|[+−-]?\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_QUOTED = re.compile(r"[“”\"«»‘](.+?)[“”\"«»’](?!\w)")
_LONGER = 1.6


def rests_on(text: str, facts: Sequence[Claim], names: frozenset[str]) -> bool:
    """Tell whether a sentence says no more, no less and nothing else than its facts.

    Its anchors (numbers, units, names, and words of direction, doubt and relation) must be those of
    the facts in the same order; its other words must stand in the facts or hold sentences together.
    """
    said = " ".join(fact.text for fact in facts)
    if not facts or len(text) > _LONGER * len(said) or any(q not in said for q in _QUOTED.findall(text)):
        return False
    told, known = _tokens(text), _tokens(said)
    return list(_anchors(told, names)) == list(_anchors(known, names)) and set(told) <= {*known, *_words("glue")}


def names_in(found: Findings) -> frozenset[str]:
    """Return the words of every metric, dimension, member, theme and month that findings may name."""
    return frozenset(token for text in _named(found) for token in _tokens(text)) - _words("glue")


def _named(found: Findings) -> Iterator[str]:
    for figure in found.figures:
        yield figure.label
        yield from _members(figure.filters)
    yield from (found.catalogue.metric(m).label for m in found.reading.metrics)
    yield from (d.label for d in found.catalogue.dimensions)
    yield from _members(found.reading.filters)
    for segment in found.drivers.segments if found.drivers else ():
        yield from _members(segment.filters)
    for split in found.drivers.by_dimension if found.drivers else ():
        for row in split.rows:
            yield from _members(row.filters)
    for cells in found.table.rows if found.table else ():
        yield from (cell for cell in cells if isinstance(cell, str))
    yield from (theme.theme for theme in found.themes)
    yield "January February March April May June July August September October November December"


def _members(filters: Iterable[Filter]) -> Iterator[str]:
    for kept in filters:
        yield from map(str, kept.values)


def _anchors(tokens: Iterable[str], names: frozenset[str]) -> Iterator[str]:
    fixed = names | _words("directions") | _words("hedges") | _words("relations") | _words("units")
    return (t for t in tokens if t in fixed or not t[0].isalpha())


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


@cache
def _words(name: str) -> frozenset[str]:
    text = files("assistant").joinpath("llm_words.yml").read_text(encoding="utf-8")
    return frozenset(map(str, yaml.safe_load(text)[name]))
