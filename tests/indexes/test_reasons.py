"""Reasons for calling are discovered from words alone."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from indexes.reasons import Reasons, discover, telling_words


@pytest.fixture(scope="module")
def told() -> csr_array:
    """Three hundred contacts: row i holds six of the ten words of topic i % 3, and one word of any conversation."""
    rng = np.random.default_rng(1)
    held = np.zeros((300, 60), dtype=np.float32)
    for row in range(300):
        held[row, 10 * (row % 3) + rng.choice(10, 6, replace=False)] = 1
        held[row, 30 + rng.integers(30)] = 1
    return csr_array(held)


@pytest.fixture(scope="module")
def reasons(told: csr_array) -> Reasons:
    return discover(told)


def test_contacts_of_one_reason_speak_of_one_topic(reasons: Reasons) -> None:
    topic = np.arange(300) % 3
    pure = [np.bincount(topic[reasons.label == r]).max() for r in np.unique(reasons.label)]
    assert sum(pure) >= 0.95 * 300


def test_the_words_of_a_reason_are_those_of_its_topic(told: csr_array, reasons: Reasons) -> None:
    words = telling_words(told, reasons.label, len(reasons.near))
    for reason, leading in enumerate(words[:, :4]):
        topics = {int(word) // 10 for word in leading}
        assert len(topics) == 1, reason


def test_the_same_words_give_the_same_reasons(told: csr_array, reasons: Reasons) -> None:
    assert np.array_equal(discover(told).label, reasons.label)


def test_a_handful_of_contacts_has_no_reasons(told: csr_array) -> None:
    assert (discover(told[:5]).label == -1).all()
