"""Other languages than English: a file of phrases each, which puts a question into the words of the English grammar.

`words/<code>.yml` names the language, its stemmer and its phrases with the English they stand for; `{n}`, `{unit}`
and `{month}` stand for a number, a unit of time and a month. Names are the workspace's own: a synonym in another
language stands beside the English ones. A word that neither has stays as it is, so that the reader names it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from assistant.planner.grammar import loose_stems
from assistant.planner.text import stem
from assistant.planner.words import FOLDER, any_of, words
from semantic_layer.model import Catalogue, DimensionSpec, MetricSpec

ENGLISH = "en"
READ = ("es", "de")
_WORD = re.compile(r"\d[\d.,/-]*\d|\w+(?:[-'/&+]\w+)*|[^\w\s]")
_HELD = 14
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language that is read: its phrases by their first word, units and months with their English."""

    code: str
    name: str
    stemmer: str
    decimal: str
    phrases: Mapping[str, tuple[tuple[Phrase, str], ...]]
    slots: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A question in the words of the English grammar, and the language it was asked in.

    `aside` are sentences of it that ask nothing.
    """

    text: str
    language: str
    aside: tuple[str, ...] = ()


class Tongues:
    """Reads the language of a question against the names of one workspace."""

    def __init__(self, catalogue: Catalogue, values: Mapping[str, Iterable[str]]) -> None:
        named = list(_names(catalogue, values))
        self._names = {code: _by_stems(named, _stemmer(language(code).stemmer)) for code in READ}

    def heard(self, text: str) -> Heard:
        """Return a question in English words; of several languages the one that has most of its words."""
        best, most = Heard(text=text, language=ENGLISH), _english(text)
        free = {_fold(token) for token in _WORD.findall(text)}
        for code in READ:
            said, known, named = self._said(text, language(code))
            free -= named
            if known > most:
                best, most = Heard(text=said, language=code), known
        for code, common in _common().items():
            if len(free & common) > max(most, 1):
                best, most = Heard(text=text, language=code), len(free & common)
        return best

    def _said(self, text: str, tongue: Language) -> tuple[str, int, set[str]]:
        """Return a text in English words, how many of its words are the language's own, and those in names."""
        tokens = _WORD.findall(text)
        plain = [_fold(t) for t in tokens]
        stems = [_stemmer(tongue.stemmer).stemWord(w) for w in plain]
        out: list[str] = []
        held: set[str] = set()
        known = i = 0
        while i < len(tokens):
            named, name = _longest(stems, i, self._names[tongue.code])
            width, said = _phrase(plain, i, tongue)
            if named >= width and named:
                out.append(name)
                held.update(plain[i : i + named])
                i += named
            elif width:
                out.append(said)
                known += width
                i += width
            else:
                out.append(_number(tokens[i], tongue.decimal))
                i += 1
        return re.sub(r"\s+([?,.;:!])", r"\1", " ".join(filter(None, out))).strip(), known, held


@cache
def language(code: str) -> Language:
    """Read a language's file, once a process."""
    raw = _raw(code)
    phrases: dict[str, list[tuple[Phrase, str]]] = {}
    slots = {name: {_fold(str(k)): str(v) for k, v in raw[name].items()} for name in ("unit", "month", "number")}
    for english, texts in raw["phrases"].items():
        for text in texts:
            phrase = tuple(_fold(w) for w in str(text).split())
            phrases.setdefault(phrase[0], []).append((phrase, "" if english == "nothing" else str(english)))
    return Language(
        code=code,
        name=raw["name"],
        stemmer=raw["stemmer"],
        decimal=raw["decimal"],
        phrases={first: tuple(sorted(found, key=lambda p: -len(p[0]))) for first, found in phrases.items()},
        slots=slots,
    )


def known_languages() -> str:
    """Name the languages that questions are read in."""
    names = ["English", *(language(code).name for code in READ)]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _raw(code: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(yaml.load((FOLDER / f"{code}.yml").read_text(encoding="utf-8"), Loader=loader))


@cache
def _stemmer(name: str) -> Any:
    from Stemmer import Stemmer

    return Stemmer(name)


def _fold(word: str) -> str:
    """Return a word without case and accents, as people type it in a hurry."""
    apart = unicodedata.normalize("NFKD", word.lower().replace("ß", "ss"))
    return "".join(c for c in apart if not unicodedata.combining(c))


def _number(token: str, decimal: str) -> str:
    """Write a number the English way: 1.250,5 is 1,250.5; a date stays one."""
    if decimal == "," and re.fullmatch(r"\d{1,3}(?:\.\d{3})*(?:,\d+)?", token):
        return token.translate(str.maketrans(",.", ".,"))
    return token


def _names(catalogue: Catalogue, values: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """Yield (text, what the English grammar is told) for everything that is not hidden."""
    specs: tuple[MetricSpec | DimensionSpec, ...] = (*catalogue.metrics, *catalogue.dimensions)
    for spec in specs:
        if not spec.hidden:
            yield from ((text, spec.label) for text in (spec.name.replace("_", " "), spec.label, *spec.synonyms))
    for dimension in catalogue.dimensions:
        for member in () if dimension.hidden else dict.fromkeys((*values.get(dimension.name, ()), *dimension.values)):
            yield from ((text, str(member)) for text in (str(member), *dimension.values.get(member, ())))


def _by_stems(named: Iterable[tuple[str, str]], stemmer: Any) -> dict[Phrase, str]:
    """Index names by the stems of their words; one that means several things is said as it is written."""
    found: dict[Phrase, str] = {}
    for text, said in named:
        phrase = tuple(stemmer.stemWord(_fold(w)) for w in _WORD.findall(text))
        found[phrase] = said if found.get(phrase, said) == said else text
    return found


def _longest(stems: list[str], i: int, names: Mapping[Phrase, str]) -> tuple[int, str]:
    for width in range(min(_HELD, len(stems) - i), 0, -1):
        said = names.get(tuple(stems[i : i + width]))
        if said is not None:
            return width, said
    return 0, ""


def _phrase(plain: list[str], i: int, tongue: Language) -> tuple[int, str]:
    """Return the width of the longest phrase at a place and its English."""
    for first in dict.fromkeys((plain[i], *(f"{{{slot}}}" for slot in ("n", *tongue.slots)))):
        for phrase, english in tongue.phrases.get(first, ()):
            found = _filled(phrase, plain[i : i + len(phrase)], tongue)
            if found is not None:
                return len(phrase), english.format(**found)
    for slot in tongue.slots.values():
        if plain[i] in slot:
            return 1, slot[plain[i]]
    return 0, ""


def _filled(phrase: Phrase, tokens: list[str], tongue: Language) -> dict[str, str] | None:
    """Return what stands in a phrase's places, or None where it does not match."""
    if len(tokens) < len(phrase):
        return None
    found: dict[str, str] = {}
    for wanted, token in zip(phrase, tokens, strict=True):
        slot = wanted[1:-1] if wanted.startswith("{") else ""
        if slot == "n":
            value = _number(token, tongue.decimal) if token[:1].isdigit() else tongue.slots["number"].get(token)
        else:
            value = tongue.slots[slot].get(token) if slot else wanted if token == wanted else None
        if value is None:
            return None
        found[slot] = value
    return found


def _english(text: str) -> int:
    """Count the words that the English grammar has."""
    dated = re.compile(any_of((*words().raw["months"], *(w for group in words().raw["time"].values() for w in group))))
    tokens = [_fold(w) for w in _WORD.findall(text) if w[0].isalpha()]
    return sum(stem(w) in loose_stems() or dated.fullmatch(w) is not None for w in tokens)


@cache
def _common() -> dict[str, frozenset[str]]:
    """Return the commonest words of the languages that are not read."""
    return {code: frozenset(_fold(w) for w in text.split()) for code, text in _raw("others").items()}


def is_read(code: str) -> bool:
    """Tell whether questions of a language are read."""
    return code == ENGLISH or code in READ
