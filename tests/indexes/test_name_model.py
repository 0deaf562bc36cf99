"""A model of names, where one is named, hides people whom nobody listed or introduced; without it nothing changes."""

import os
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexes.name_model import SpacyNames
from indexes.redact import Redactor
from indexes.settings import RedactionSettings
from semantic_layer.errors import UserError


@dataclass(frozen=True)
class Knows:
    """A model that finds one name."""

    name: str

    def names(self, text: str) -> Iterator[tuple[int, int]]:
        at = text.find(self.name)
        if at >= 0:
            yield at, at + len(self.name)


SAID = "I spoke to Thistlewood yesterday about it."


def test_a_name_in_passing_is_hidden_where_the_model_finds_it() -> None:
    assert "Thistlewood" in Redactor(RedactionSettings()).redact(SAID)
    told = Redactor(RedactionSettings(), model=Knows("Thistlewood")).redact(SAID)
    assert told == "I spoke to [NAME] yesterday about it."


def test_words_that_are_no_names_stay_whatever_the_model_says() -> None:
    settings = RedactionSettings(not_names=("Lumina",))
    assert Redactor(settings, model=Knows("Lumina")).redact("Lumina is slow.") == "Lumina is slow."


def test_a_policy_holds_for_what_the_model_finds() -> None:
    settings = RedactionSettings(policy={"NAME": "keep"})
    assert Redactor(settings, model=Knows("Thistlewood")).redact(SAID) == SAID


def test_a_pipeline_that_is_not_there_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    for place in ("no_such_pipeline", str(tmp_path)):
        with pytest.raises(UserError, match="no spaCy pipeline") as caught:
            Redactor(RedactionSettings(name_model=place))
        assert caught.value.code == "no_name_model"
        assert "pip install" in caught.value.hint


def test_a_blank_pipeline_from_a_folder_travels_to_another_process(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "Thistlewood"}, {"label": "PERSON", "pattern": "hello"}])
    pipeline.to_disk(tmp_path / "names")
    model: SpacyNames = pickle.loads(pickle.dumps(SpacyNames(str(tmp_path / "names"))))
    assert list(model.names(SAID)) == [(11, 22)]
    assert list(model.names("hello there")) == []


def test_a_real_pipeline_finds_most_names_of_strangers() -> None:
    place = os.environ.get("BECAUSE_NAME_MODEL")
    if not place:
        pytest.skip("no spaCy pipeline: set BECAUSE_NAME_MODEL to its name or folder")
    redactor = Redactor(RedactionSettings(name_model=place))
    assert "Wilkinson" not in redactor.redact("Yesterday Sarah Wilkinson from your shop promised me a refund.")
