"""Scores are learned from words only where words tell the outcome of later contacts."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from indexes.scores import Outcome, Words, learn, weigh


def contacts(count: int, *, telling: bool) -> tuple[Words, list[Outcome]]:
    """Contacts with an outcome that their words give away, or do not."""
    rng = np.random.default_rng(5)
    texts, outcomes = {}, []
    for i in range(count):
        good = bool(rng.random() < 0.6)
        tone = "pleased helpful solved" if good == (rng.random() < 0.9) else "annoyed useless waiting"
        texts[f"C{i}"] = f"about item{i % 7} {tone if telling else 'order invoice delivery'}"
        outcomes.append(Outcome(contact_id=f"C{i}", good=good, on=date(2026, 1, 1) + timedelta(days=i)))
    return weigh(texts), outcomes


def test_words_that_tell_the_outcome_make_a_calibrated_score() -> None:
    words, outcomes = contacts(600, telling=True)
    card, scores = learn("text_x", words, outcomes)
    assert card.refused is None
    assert card.auc is not None
    assert card.auc > 0.8
    assert card.brier is not None
    assert card.brier_base is not None
    assert card.brier < card.brier_base
    assert np.mean(list(scores.values())) == pytest.approx(np.mean([outcome.good for outcome in outcomes]), abs=0.08)


def test_every_text_is_scored_though_only_some_have_an_outcome() -> None:
    words, outcomes = contacts(600, telling=True)
    _, scores = learn("text_x", words, outcomes[:300])
    assert scores.keys() == words.place.keys()
    assert all(0 <= p <= 1 for p in scores.values())


def test_words_that_tell_nothing_make_no_score() -> None:
    card, scores = learn("text_x", *contacts(600, telling=False))
    assert "words do not tell it" in str(card.refused)
    assert scores == {}


def test_too_few_outcomes_make_no_score_and_say_how_many_it_takes() -> None:
    words, outcomes = contacts(600, telling=True)
    card, scores = learn("text_x", words, outcomes[:60])
    assert "it takes 100" in str(card.refused)
    assert (card.contacts, scores) == (60, {})


def test_outcomes_that_are_all_alike_teach_nothing() -> None:
    words, outcomes = contacts(300, telling=True)
    card, _ = learn("text_x", words, [replace(outcome, good=True) for outcome in outcomes])
    assert card.refused is not None
    assert card.positives == 300


def test_the_card_shows_calibration_by_bands_and_time_and_finds_no_drift_where_none_is() -> None:
    card, _ = learn("text_x", *contacts(1_200, telling=True))
    assert sum(band.contacts for band in card.bands) == sum(period.contacts for period in card.periods)
    assert [band.predicted for band in card.bands] == sorted(band.predicted for band in card.bands)
    assert all(abs(period.predicted - period.observed) < 0.12 for period in card.periods)
    starts = [period.start for period in card.periods if period.start]
    assert starts == sorted(starts)
    assert (len(starts), card.drift) == (len(card.periods), None)


def test_an_outcome_that_words_tell_no_longer_drifts() -> None:
    words, outcomes = contacts(1_200, telling=True)
    late = [replace(o, good=i % 2 == 0) if i >= 1_000 else o for i, o in enumerate(outcomes)]
    card, _ = learn("text_x", words, late)
    assert "AUC" in str(card.drift)


def test_an_outcome_that_became_rare_drifts_in_its_mean() -> None:
    words, outcomes = contacts(1_200, telling=True)
    late = [replace(o, good=o.good and i % 3 == 0) if i >= 1_000 else o for i, o in enumerate(outcomes)]
    card, _ = learn("text_x", words, late)
    assert "foretold in the last period" in str(card.drift)
