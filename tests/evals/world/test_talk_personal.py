"""Planted personal data are valid to the check digit and belong to nobody."""

from random import Random

import pytest

from evals.world.talk.personal import card_number, iban, personal_data, spoken

REGIONS = {"UK & Ireland": "GB", "DACH": "DE", "North America": "US", "Nordics": "SE"}


@pytest.mark.parametrize("seed", range(30))
def test_cards_pass_luhn(seed: int) -> None:
    digits = [int(digit) for digit in reversed(card_number(Random(seed)))]
    assert len(digits) == 16
    assert (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("seed", range(10))
def test_ibans_are_congruent_to_one_modulo_97(region: str, seed: int) -> None:
    number = iban(region, Random(seed)).replace(" ", "")
    assert int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1
    assert len(number) == {"GB": 22, "DE": 22, "SE": 24}[number[:2]]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("seed", range(10))
def test_phones_are_valid_where_they_are(region: str, seed: int) -> None:
    phonenumbers = pytest.importorskip("phonenumbers")
    phone = personal_data("Ann Lee", region, "Graz", Random(seed))["phone"]
    assert phonenumbers.is_valid_number(phonenumbers.parse(phone, REGIONS[region]))


def test_addresses_to_write_to_are_reserved_for_examples() -> None:
    emails = [personal_data("Björn O'Neill", "DACH", "Graz", Random(seed))["email"] for seed in range(30)]
    assert all("example." in email and email.isascii() for email in emails)


def test_numbers_are_read_out_digit_by_digit() -> None:
    assert spoken("+49 30-1") == "zero zero four nine three zero one"
