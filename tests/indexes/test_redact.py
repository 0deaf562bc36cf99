"""Personal data is hidden before anything is stored; clean text stays as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.redact import Redactor
from indexes.settings import RedactionSettings
from indexes.spoken import normalise
from indexes.types import Contact, Turn

redactor = Redactor(RedactionSettings(), ["Aoife Byrne", "Mark Lane"])


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("my card is 4111 1111 1111 1111 ok", "my card is [CARD] ok"),
        ("it is four one one one, one one one one, double one double one, one one one one", "it is [CARD]"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN [IBAN] please"),
        ("my iban is gb29nwbk60161331926819", "my iban is [IBAN]"),
        ("write to jane.doe@example.co.uk today", "write to [EMAIL] today"),
        ("email jane dot doe at gmail dot com please", "email [EMAIL] please"),
        ("call me on 020 7946 0958 later", "call me on [PHONE] later"),
        ("or +49 30 901820", "or [PHONE]"),
        ("my number is oh seven seven double zero nine hundred 123", "my number is [PHONE]"),
        ("(212) 555-0143 is my line", "[PHONE] is my line"),
        ("my address is 192.168.0.17", "my address is [IP]"),
        ("I live at 12 Rose Street", "I live at [ADDRESS]"),
        ("Lindenstraße 12, 10115 Berlin", "[ADDRESS]"),
        ("it's SW1A 1AA", "it's [POSTCODE]"),
        ("date of birth is 12/03/1984", "date of birth is [DATE_OF_BIRTH]"),
        ("I was born on the 3rd of May 1984", "I was born on the [DATE_OF_BIRTH]"),
        ("my password is hunter22!", "my password is [PASSWORD]"),
        ("account number 12345678", "account number [ACCOUNT]"),
        ("my user ID is mia_li_3668.", "my user ID is [ACCOUNT]."),
        ("my name is jane doe and i am calling about my bill", "my name is [NAME] and i am calling about my bill"),
        ("This is Priya speaking", "This is [NAME] speaking"),
        ("aoife byrne told me so", "[NAME] told me so"),
        ("Thanks, Aoife. Bye", "Thanks, [NAME]. Bye"),
        ("Mrs Okafor called", "Mrs [NAME] called"),
    ],
)
def test_personal_data_is_replaced_by_its_kind(text: str, hidden: str) -> None:
    assert redactor.redact(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "I was charged 49.99 on 12/10/2026 and 59.99 on 12/11/2026",
        "my password is not working",
        "I'm not happy with the price",
        "Mark it as closed, the bill is too high.",
        "it took 3 weeks, 2 engineers and 14 calls",
        "the order of 2026-10-31 15:00:00 never came",
        "one or two of the three boxes arrived",
        "Hi there, Good morning",
        "flight HAT001 costs $1,200",
        "this is different from what I was told",
    ],
)
def test_clean_text_stays_as_it_is(text: str) -> None:
    assert redactor.redact(text) == text


def test_a_name_introduced_once_is_hidden_in_every_turn() -> None:
    turns = (
        Turn(number=1, speaker="customer", text="my name is Zainab Keller"),
        Turn(number=2, speaker="agent", text="Of course Zainab, one moment."),
    )
    redacted, count = redactor.contact(Contact(contact_id="A", turns=turns))
    assert [turn.text for turn in redacted.turns] == ["my name is [NAME]", "Of course [NAME], one moment."]
    assert count == 2


WORDS = st.sampled_from(
    ["four", "double", "one", "zero", "my", "name", "is", "Jane", "4111111111111111", "a@b.com", "call", "at", "dot",
     "12", "[NAME]", ",", "born", "3rd of May", "ß", "😀", "thirty", "1.5", "password:", "x9y8z7"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redactor.redact(text)
    assert redactor.redact(once) == once


@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_every_character_of_a_normalised_text_knows_where_it_stood(text: str) -> None:
    normalised = normalise(text)
    assert len(normalised.origin) == len(normalised.text)
    assert all(0 <= start < end <= len(text) for start, end in normalised.origin)
    assert list(normalised.origin) == sorted(normalised.origin)
