"""Passages are whole turns in a row that cover a conversation."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from indexes.types import Turn
from indexes.windows import citation, parse_citation, windows

TURNS = st.lists(st.integers(1, 200), max_size=30).map(
    lambda lengths: [Turn(number=i, speaker="customer", text="word " * n) for i, n in enumerate(lengths, start=1)]
)


@given(TURNS)
def test_every_turn_is_in_a_window(turns: list[Turn]) -> None:
    covered = {position for w in windows(turns) for position in range(w.first, w.last + 1)}
    assert covered == set(range(len(turns)))


@given(TURNS)
def test_a_window_stays_small_unless_one_turn_is_long(turns: list[Turn]) -> None:
    for window in windows(turns, most_turns=4, most_words=120):
        inside = turns[window.first : window.last + 1]
        assert len(inside) <= 4
        assert len(inside) == 1 or sum(len(turn.text.split()) for turn in inside) <= 120


@given(TURNS)
def test_no_window_lies_inside_another(turns: list[Turn]) -> None:
    spans = [(w.first, w.last) for w in windows(turns)]
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(spans))


@given(st.text(min_size=1), st.integers(0, 999), st.integers(0, 999))
def test_a_citation_is_read_back(contact_id: str, first: int, last: int) -> None:
    assert parse_citation(citation(contact_id, first, last)) == (contact_id, first, last)
