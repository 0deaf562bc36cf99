"""Names that a language model recognises: a spaCy pipeline on this machine, where `redaction: name_model` names one."""

from collections.abc import Iterator
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from indexes.names import can_be_name
from semantic_layer.errors import UserError

# What else a pipeline does (parsing, lemmas) takes three quarters of its time and finds no name.
_UNUSED = ("parser", "tagger", "attribute_ruler", "lemmatizer", "senter")
_PERSON = ("PERSON", "PER")


class NameModel(Protocol):
    """Finds people in a text; it is copied into the processes that redact."""

    def names(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of each name."""
        ...


class SpacyNames:
    """The people that a spaCy pipeline finds; raise UserError (no_name_model) where there is no such pipeline."""

    def __init__(self, place: str) -> None:
        installed = place.isidentifier() and find_spec("spacy") is not None and find_spec(place) is not None
        if not installed and not Path(place, "config.cfg").is_file():
            raise UserError(
                f"redaction.name_model: there is no spaCy pipeline '{place}'",
                code="no_name_model",
                hint="install it (as in `pip install en_core_web_sm`), name its folder, or remove `name_model`",
            )
        self._place = place

    def __getstate__(self) -> dict[str, str]:
        return {"_place": self._place}

    @cached_property
    def _pipeline(self) -> Any:
        import spacy

        return spacy.load(self._place, exclude=_UNUSED)

    def names(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield people; what cannot be a name ("Hi there") is left, however sure the model is."""
        for found in self._pipeline(text).ents:
            if found.label_ in _PERSON and any(can_be_name(word) for word in found.text.split()):
                yield found.start_char, found.end_char
