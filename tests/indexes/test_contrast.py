"""Themes are what a slice says more than its baseline, counted honestly."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.quotes import _pieces
from indexes.search import TranscriptIndex
from indexes.shares import wilson

PRICE = frozenset(f"P{i}" for i in range(40))
PARCEL = frozenset(f"D{i}" for i in range(60))


def test_a_theme_is_named_in_the_customers_words(index: TranscriptIndex) -> None:
    (theme, *_) = index.contrast(PRICE, PARCEL, contacts_in_slice=500)
    assert "price" in theme.theme.theme


def test_a_theme_counts_contacts_of_those_with_a_transcript(index: TranscriptIndex) -> None:
    (found, *_) = index.contrast(PRICE | {"no transcript"}, PARCEL, contacts_in_slice=500)
    theme = found.theme
    assert (theme.of_contacts, theme.contacts_in_slice) == (40, 500)
    assert theme.share == theme.contacts / 40
    assert theme.share_before == 0
    assert theme.ci[0] <= theme.share <= theme.ci[1]
    assert theme.passages >= theme.contacts


def test_the_quotes_of_a_theme_say_it_and_are_verbatim(index: TranscriptIndex) -> None:
    (found, *_) = index.contrast(PRICE, PARCEL, contacts_in_slice=40)
    assert found.evidence
    assert len({e.contact_id for e in found.evidence}) == len(found.evidence)
    for evidence in found.evidence:
        assert evidence.theme == found.theme.theme
        assert evidence.contact_id in PRICE
        assert evidence.quote in index.quote(evidence.citation)


def test_a_theme_is_counted_elsewhere_too(index: TranscriptIndex) -> None:
    (found, *_) = index.contrast(PRICE, PARCEL, elsewhere=PRICE, contacts_in_slice=500)
    assert found.theme.share_elsewhere == found.theme.share
    (found, *_) = index.contrast(PRICE, PARCEL, elsewhere=PARCEL, contacts_in_slice=500)
    assert found.theme.share_elsewhere == 0
    assert index.contrast(PRICE, PARCEL, contacts_in_slice=500)[0].theme.share_elsewhere is None


def test_contacts_are_quoted_by_what_sets_them_apart(index: TranscriptIndex) -> None:
    told = index.telling(PRICE, PARCEL, theme="Price", k=2)
    assert len(told) == 2
    assert all("price" in e.quote.lower() and e.contact_id in PRICE and e.theme == "Price" for e in told)
    assert index.telling(PRICE, PRICE, theme="Price") == ()


def test_a_quote_leaves_the_greeting_out() -> None:
    text = "Good morning. You raised the price of my plan without a word."
    assert list(_pieces(text)) == ["You raised the price of my plan without a word."]
    assert list(_pieces("Good morning.")) == ["Good morning."]


def test_nothing_is_distinctive_between_random_halves_of_one_corpus(index: TranscriptIndex) -> None:
    rng, found = random.Random(4), 0
    for _ in range(20):
        ids = rng.sample(sorted(PRICE | PARCEL), 100)
        found += bool(index.contrast(frozenset(ids[:50]), frozenset(ids[50:]), contacts_in_slice=50))
    assert found <= 3


def test_the_same_contacts_give_the_same_themes(index: TranscriptIndex) -> None:
    first = index.contrast(PRICE, PARCEL, contacts_in_slice=40)
    assert first == index.contrast(frozenset(sorted(PRICE)), frozenset(sorted(PARCEL)), contacts_in_slice=40)


def test_a_slice_of_few_contacts_has_no_theme(index: TranscriptIndex) -> None:
    assert index.contrast(frozenset({"P1", "P2"}), PARCEL, contacts_in_slice=2) == ()
    assert index.contrast(PRICE, frozenset(), contacts_in_slice=2) == ()


def test_words_of_the_slices_own_name_make_no_theme(index: TranscriptIndex) -> None:
    themes = index.contrast(PRICE, PARCEL, contacts_in_slice=40, ignore=("Price list",))
    assert all("price" not in found.theme.theme for found in themes)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts)
    assert 0 <= low <= counts[0] / counts[1] <= high <= 1


def test_the_interval_is_wilsons() -> None:
    assert wilson(10, 100) == pytest.approx((0.05523, 0.17437), abs=1e-4)
