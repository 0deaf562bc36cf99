"""A quote that contradicts a theme is shown where somebody says the opposite, and none where nobody does."""

from pathlib import Path

import pytest

from indexes.counter import opposes
from indexes.search import TranscriptIndex
from tests.indexes.chats import Build, contact, corpus

TROUBLE = ("The price went up again.", "The price is too high for what I get.")
PRAISE = ("The app is wonderful.", "I'm really happy with the app.")


@pytest.mark.parametrize(
    "said",
    [
        "I have no complaint about the price.",
        "I have never had a problem with the price.",
        "The price isn't an issue for me.",
        "I'm happy with the price.",
        "The price is fine for me.",
        "The price was quite reasonable.",
    ],
)
def test_who_denies_the_trouble_or_is_pleased_says_the_opposite(said: str) -> None:
    assert opposes(said, "Price increase", TROUBLE)


@pytest.mark.parametrize(
    "said",
    [
        "I'm not happy with the price.",
        "Great, another price increase!",
        "Please help me with the price.",
        "Hello, good morning, it is about the price.",
        "Is the price fine for you?",
        "The new price is not fair at all.",
        "I am delighted with the courier.",
        "It took four calls about the price, but fine.",
        "The price is a good deal higher.",
        "It would be good to get a better price.",
        "Thanks, you have been wonderful.",
        "That is a hefty price increase for a small company.",
    ],
)
def test_courtesy_questions_requests_and_other_subjects_are_no_opposite(said: str) -> None:
    assert not opposes(said, "Price increase", TROUBLE)


def test_of_a_family_of_words_two_must_be_named() -> None:
    assert not opposes("I am not to blame, it is no problem with the fee.", "fee, item, late", TROUBLE)
    assert opposes("I have no problem with the late fee.", "fee, item, late", TROUBLE)


def test_the_opposite_of_praise_is_displeasure() -> None:
    assert opposes("The app is terrible and crashes.", "app", PRAISE)
    assert not opposes("The app is great.", "app", PRAISE)


def test_a_language_whose_tone_is_unknown_has_no_opposite() -> None:
    assert not opposes("Der Preis ist für mich völlig in Ordnung.", "Preis", ())


def test_the_one_who_says_the_opposite_is_quoted_with_a_citation(build: Build, tmp_path: Path) -> None:
    happy = contact("X1", "Good morning.", "I have no complaint about the price, it is fair.")
    build([*corpus(), happy])
    index = TranscriptIndex.open(tmp_path / "index")
    (quote,) = index.opposed("price", TROUBLE, contact_ids=index.contact_ids)
    assert (quote.contact_id, quote.stance, quote.theme) == ("X1", "counters", "price")
    assert quote.quote in index.quote(quote.citation)
    assert index.opposed("price", TROUBLE, contact_ids=index.contact_ids - {"X1"}) == ()
