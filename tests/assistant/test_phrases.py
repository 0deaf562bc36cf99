"""Numbers and slices as an executive would say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.phrases import join_words, show, show_change, show_share, show_size, spoken_members
from semantic_layer.query import Filter


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.02413, "ratio", "2.41 %"),
        (0.4271, "ratio", "42.71 %"),
        (0.0000123, "ratio", "0.001 %"),
        (0.0, "ratio", "0.00 %"),
        (12345, "count", "12,345"),
        (0.4567, "count", "0.46"),
        (372.4, "seconds", "6 min 12 s"),
        (45.2, "seconds", "45 s"),
        (59.7, "seconds", "1 min 0 s"),
        (3599.6, "seconds", "1 h 0 min"),
        (-0.041, "score", "−0.04"),
        (14.23, "months", "14.2 months"),
        (12_345, "EUR", "€12.3k"),
        (1_240_000, "EUR", "€1.24m"),
        (999_600, "EUR", "€1.00m"),
        (1_234, "GBP", "£1,234"),
        (45.2, "USD", "$45.20"),
        (7.5, "SEK", "SEK 7.50"),
        (None, "ratio", "no value"),
        (float("nan"), "count", "no value"),
        (float("inf"), "count", "no value"),
    ],
)
def test_values_are_said_in_their_unit(value: float | None, unit: str, said: str) -> None:
    assert show(value, unit) == said


@pytest.mark.parametrize(
    ("change", "unit", "said"),
    [
        (0.0045, "ratio", "+0.45 points"),
        (-0.0045, "ratio", "−0.45 points"),
        (-12, "seconds", "−12 s"),
        (1234, "count", "+1,234"),
        (-63, "EUR", "−€63.00"),
    ],
)
def test_changes_carry_their_sign(change: float, unit: str, said: str) -> None:
    assert show_change(change, unit) == said
    assert show_size(change, unit) == said[1:]


def test_shares_are_round() -> None:
    assert show_share(0.2567) == "26 %"


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ((Filter(dimension="region", values=("North",)), Filter(dimension="plan", values=("Plus",))), "North / Plus"),
        ((Filter(dimension="region", values=("North", "South")),), "North or South"),
        ((Filter(dimension="region", operator="not in", values=("North",)),), "everything but North"),
        ((Filter(dimension="paperless", values=("Yes",)),), "Paperless billing Yes"),
        ((Filter(dimension="level", values=("3",)),), "Level 3"),
        ((), ""),
    ],
)
def test_slices_are_named_by_members_that_tell(filters: tuple[Filter, ...], said: str) -> None:
    assert spoken_members(filters, {"paperless": "Paperless billing", "level": "Level"}) == said


def test_words_are_listed_as_a_person_lists_them() -> None:
    assert [join_words(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(["ratio", "count", "seconds", "score", "months", "EUR"]),
)
def test_any_number_can_be_said(value: float, unit: str) -> None:
    assert show(value, unit)
