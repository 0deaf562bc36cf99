"""Personal data is hidden before anything is stored; clean text stays as it is."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.world.talk.personal import card_number, iban
from indexes.redact import Redactor
from indexes.settings import RedactionSettings
from indexes.spoken import normalise
from indexes.types import Contact, Turn
from semantic_layer.errors import UserError
from tests.indexes.spoken import said

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
        ("Phone: 60-56-85-91", "Phone: [PHONE]"),
        ("office 751-954-9268, fax (790)091-7442", "office [PHONE], fax [PHONE]"),
        ("my tax id is 65929970489", "my tax id is [NATIONAL_ID]"),
        ("NHS number 943 476 5919", "NHS number [NATIONAL_ID]"),
        ("it moved to 8593 s jackson st, springfield oh 45501", "it moved to [ADDRESS]"),
        ("my mail is kapoor 78 gmailcom", "my mail is [EMAIL]"),
        ("j a n e dot d o e at yahoo dot co dot uk", "[EMAIL]"),
        ("born on the third of may nineteen eighty four", "born on the [DATE_OF_BIRTH]"),
        ("my postcode is s w one a one a a", "my postcode is [POSTCODE]"),
        ("ac no 9583 please", "ac no [ACCOUNT] please"),
        ("that is K-E-L-L-E-R", "that is [SPELLED]"),
        ("thanks aoife", "thanks [NAME]"),
        ("ask Lane about it", "ask [NAME] about it"),
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
        "the total was 1 250 000 euros",
        "turn left into the lane",
        "contact volume 2025 2026",
        "the weeks 12 13 14 15 16 17",
        "I'm Head of Retention, show churn",
        "Your password was reset! Please choose a new one.",
        "two weeks down the road I am still waiting",
        "I called two or three times, then four more",
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


def conversation(*said: str) -> list[str]:
    """Redact turns that agent and customer speak in turn; give back what is left of each."""
    turns = tuple(
        Turn(number=i, speaker=("customer", "agent")[i % 2], text=text) for i, text in enumerate(said, start=1)
    )
    return [turn.text for turn in redactor.contact(Contact(contact_id="A", turns=turns))[0].turns]


@pytest.mark.parametrize(
    ("request_", "answer", "hidden"),
    [
        ("May I have your full name?", "vino raj", "[NAME]"),
        ("And the last four digits of your social?", "sure, it's 4598", "sure, it's [NATIONAL_ID]"),
        ("What is the booking confirmation number?", "g 86 r 34", "[ACCOUNT]"),
        ("And your date of birth?", "oh four twelve eighty five", "[DATE_OF_BIRTH]"),
        ("What is the new address please?", "98 w sheffield plaza, springfield", "[ADDRESS]"),
        ("Your mother's maiden name?", "Thistlewood", "[PASSWORD]"),
        ("Can I take your name?", "My internet is down", "My internet is down"),
        ("Your account number?", "I paid 120 euros in 2025", "I paid 120 euros in 2025"),
        ("Is the router on?", "yes, since 2024", "yes, since 2024"),
        ("What is your address?", "We answer within 2 working days.", "We answer within 2 working days."),
    ],
)
def test_the_answer_to_a_request_for_personal_data_is_hidden(request_: str, answer: str, hidden: str) -> None:
    assert conversation(request_, answer)[1] == hidden


def test_numbers_said_aloud_are_hidden() -> None:
    rng = Random(5)
    values = [card_number(rng) for _ in range(60)] + [iban("DACH", rng) for _ in range(60)]
    values += [f"0{rng.randrange(10**9, 10**10)}" for _ in range(60)]
    found = []
    for value in values:
        text = f"sure, {said(value, rng)}, that is it"
        found.append(redactor.redact(text) in [f"sure, [{k}], that is it" for k in ("CARD", "IBAN", "PHONE", "NUMBER")])
    assert sum(found) >= 0.95 * len(found)


def test_the_company_is_nobody() -> None:
    ours = Redactor(RedactionSettings(not_names=("Lumina",)))
    said = ("Good morning, Lumina Orders, how can I help?", "Dear Lumina team, it is Anna Zabala speaking.")
    turns = tuple(Turn(number=i, speaker="agent", text=text) for i, text in enumerate(said))
    redacted, _ = ours.contact(Contact(contact_id="A", turns=turns))
    assert [turn.text for turn in redacted.turns] == [said[0], "Dear Lumina team, it is [NAME] speaking."]


def test_a_pseudonym_is_the_same_for_the_same_value_and_needs_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = RedactionSettings(policy={"PHONE": "pseudonym", "POSTCODE": "keep"})
    monkeypatch.delenv(wanted.key_env, raising=False)
    with pytest.raises(UserError) as error:
        Redactor(wanted)
    assert error.value.code == "no_redaction_key"
    monkeypatch.setenv(wanted.key_env, "k" * 32)
    one, two, other = (
        Redactor(wanted).redact(text) for text in ("+44 20 7946 0958", "+44 (20) 79460958", "+44 20 7946 0959")
    )
    assert one == two != other
    assert one.startswith("[PHONE#")
    assert Redactor(wanted).redact(f"it's SW1A 1AA, call {one}") == f"it's SW1A 1AA, call {one}"
    monkeypatch.setenv(wanted.key_env, "another key, and long enough")
    assert Redactor(wanted).redact("+44 20 7946 0958") != one


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
