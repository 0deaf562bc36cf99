"""Scores are learned from words only where words tell the outcome of later contacts."""

import numpy as np
import pytest

from indexes.scores import learn


def contacts(count: int, *, telling: bool) -> tuple[dict[str, str], list[tuple[str, bool]]]:
    """Contacts with an outcome that their words give away, or do not."""
    rng = np.random.default_rng(5)
    texts, outcomes = {}, []
    for i in range(count):
        good = bool(rng.random() < 0.6)
        tone = "pleased helpful solved" if good == (rng.random() < 0.9) else "annoyed useless waiting"
        texts[f"C{i}"] = f"about item{i % 7} {tone if telling else 'order invoice delivery'}"
        outcomes.append((f"C{i}", good))
    return texts, outcomes


def test_words_that_tell_the_outcome_make_a_calibrated_score() -> None:
    texts, outcomes = contacts(600, telling=True)
    card, scores = learn("text_x", texts, outcomes)
    assert card.refused is None
    assert card.auc is not None
    assert card.auc > 0.8
    assert card.brier is not None
    assert card.brier_base is not None
    assert card.brier < card.brier_base
    assert np.mean(list(scores.values())) == pytest.approx(np.mean([good for _, good in outcomes]), abs=0.08)


def test_every_text_is_scored_though_only_some_have_an_outcome() -> None:
    texts, outcomes = contacts(600, telling=True)
    _, scores = learn("text_x", texts, outcomes[:300])
    assert scores.keys() == texts.keys()
    assert all(0 <= p <= 1 for p in scores.values())


def test_words_that_tell_nothing_make_no_score() -> None:
    card, scores = learn("text_x", *contacts(600, telling=False))
    assert "words do not tell it" in str(card.refused)
    assert scores == {}


def test_too_few_outcomes_make_no_score_and_say_how_many_it_takes() -> None:
    texts, outcomes = contacts(600, telling=True)
    card, scores = learn("text_x", texts, outcomes[:60])
    assert "it takes 100" in str(card.refused)
    assert (card.contacts, scores) == (60, {})


def test_outcomes_that_are_all_alike_teach_nothing() -> None:
    texts, outcomes = contacts(300, telling=True)
    card, _ = learn("text_x", texts, [(contact, True) for contact, _ in outcomes])
    assert card.refused is not None
    assert card.positives == 300
