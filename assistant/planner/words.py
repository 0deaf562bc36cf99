"""English grammar as data, read once from `words/en.yml`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The word lists of one language; `raw` holds the lists the date grammar is built from."""

    contractions: dict[str, tuple[str, ...]]
    lemmas: dict[str, str]
    numbers: dict[str, int]
    raw: dict[str, Any]

    @property
    def endings(self) -> tuple[str, ...]:
        """Endings of inflected forms."""
        return self.list_of("inflections")

    def list_of(self, name: str) -> tuple[str, ...]:
        """Return a flat word list by name."""
        return tuple(self.raw[name])

    @property
    def cues(self) -> dict[str, tuple[str, ...]]:
        """Phrases that say how the question is built, by cue."""
        return {name: tuple(phrases) for name, phrases in self.raw["cues"].items()}


@cache
def words(language: str = "en") -> Words:
    """Read a language's lists; the file is read once a process."""
    raw = yaml.load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"), Loader=_loader())
    return Words(
        contractions={str(k): tuple(str(v).split()) for k, v in raw["contractions"].items()},
        lemmas={str(k): str(v) for k, v in raw["lemmas"].items()},
        numbers={str(k): int(v) for k, v in raw["numbers"].items()},
        raw=raw,
    )


@cache
def any_of(items: Iterable[str]) -> str:
    """Return a regular expression for any of the words, longest first."""
    return "(?:" + "|".join(sorted((i.replace(" ", r"\s") for i in items), key=len, reverse=True)) + ")"


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)
