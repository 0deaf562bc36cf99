"""The demo's dictionary with every name replaced by a word that means nothing."""

import random
from collections.abc import Iterator
from functools import cache
from typing import Any

from assistant.planner import RulePlanner, Vocabulary
from semantic_layer.loader import load_catalogue
from semantic_layer.model import Catalogue
from tests.assistant.planner.worlds import MEMBERS, METRICS

Names = dict[str, str]


def words() -> Iterator[str]:
    """Yield pronounceable words, always the same, none like another."""
    chance, seen = random.Random(11), set[str]()
    while True:
        word = "".join(chance.choice("bdfgklmnprtvz") + chance.choice("aeiou") for _ in range(4)) + chance.choice(
            "lnrx"
        )
        if word[:5] not in seen:
            seen.add(word[:5])
            yield word


@cache
def renamed() -> tuple[RulePlanner, Names, dict[tuple[str, str], str]]:
    """Return a planner over new names, the new name of each metric and dimension, and of each member."""
    old = load_catalogue(METRICS, fiscal_year_start=2).catalogue
    fresh = words()
    names = {thing.name: f"{next(fresh)}_{next(fresh)}" for thing in (*old.metrics, *old.dimensions)}
    members = {(d, m): next(fresh).capitalize() for d, known in MEMBERS.items() for m in known}
    raw: dict[str, Any] = old.model_dump()
    for metric in raw["metrics"]:
        metric |= {"name": names[metric["name"]], "label": _label(names[metric["name"]]), "synonyms": ()}
        if metric["type"] == "derived":
            metric |= {"type": "average", "expr": None, "measure": _any_measure(raw), "versions": ()}
        metric["read_with"] = None
    for dimension in raw["dimensions"]:
        dimension |= {"column": "c", "expr": None, "synonyms": (), "values": {}, "order": ()}
        dimension |= {"name": names[dimension["name"]], "label": _label(names[dimension["name"]])}
    catalogue = Catalogue.model_validate(raw)
    values = {names[d]: tuple(members[d, m] for m in known) for d, known in MEMBERS.items()}
    original = demo_dates()
    return RulePlanner(Vocabulary(catalogue, values, *original, "en-GB")), names, members


def demo_dates() -> tuple[Any, Any]:
    """Return the first and the last day of the demo's data."""
    from datetime import date

    return date(2024, 11, 1), date(2026, 10, 31)


def _any_measure(raw: dict[str, Any]) -> Any:
    return next(m["measure"] for m in raw["metrics"] if m["name"] and m["measure"])


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
