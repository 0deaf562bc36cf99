"""Questions in Spanish and German are read like their English ones; other languages are refused politely."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from assistant.planner.languages import READ, Tongues, language
from assistant.types import Clarify, Decline, Plan, Question
from tests.assistant.planner.reading import differences, table
from tests.assistant.planner.worlds import demo, telco

ASKED = [(code, *case) for code in READ for case in table(f"{code}.txt")]
ENGLISH = [text for name in ("demo", "asked", "blind1") for text, read in table(f"{name}.txt") if read != "decline"]
ALIKE = (
    ("¿Qué pasaría si la tasa de bajas bajara un 10 %?", "What if churn rate fell by 10 %?"),
    ("Was wäre wenn die Kündigungsrate um 10 % sinkt?", "What if churn rate fell by 10 %?"),
    ("colas con más de 1.500 contactos en octubre", "queues with more than 1,500 contacts in October"),
    ("Teams mit Wartezeit über 30,5 Sekunden", "teams with wait time over 30.5 seconds"),
    ("ultimos 3 meses tasa de bajas", "churn rate last 3 months"),
    ("KUNDIGUNGSRATE NACH REGION", "churn rate by region"),
)


def plan(text: str, *history: str) -> Plan | Clarify | Decline:
    before = tuple(found.reading for found in map(plan, history) if isinstance(found, Plan))
    return demo().plan(Question(text=text, history=before))


@pytest.mark.parametrize(("question", "expected"), [case[1:] for case in ASKED])
def test_a_question_is_read_as_meant(question: str, expected: str) -> None:
    assert not differences(plan(question), expected, default="2026-10", everything="2024-11-01..2026-10-31")


@pytest.mark.parametrize("code", READ)
def test_at_least_forty_questions_of_each_language_are_asked(code: str) -> None:
    assert sum(one == code for one, *_ in ASKED) >= 40


@pytest.mark.parametrize(("question", "english"), ALIKE)
def test_it_means_the_same_as_in_english(question: str, english: str) -> None:
    own, other = plan(question), plan(english)
    assert isinstance(own, Plan)
    assert isinstance(other, Plan)
    assert own.reading == other.reading
    assert (own.supposed, own.direction) == (other.supposed, other.direction)


@pytest.mark.parametrize("follow_up", ["¿y en DACH?", "und in DACH?"])
def test_a_follow_up_may_be_in_any_language(follow_up: str) -> None:
    found = plan(follow_up, "churn rate in September 2026")
    assert isinstance(found, Plan)
    assert found.reading == plan("and in DACH?", "churn rate in September 2026").reading  # type: ignore[union-attr]


def test_the_note_says_how_it_was_understood() -> None:
    found = plan("¿Por qué subió la tasa de bajas el mes pasado?")
    assert isinstance(found, Plan)
    assert any("Spanish" in note and "why did rise Churn rate last month" in note for note in found.notes)


@pytest.mark.parametrize(
    ("code", "question"),
    [("es", "¿Cuántos contactos hubo ayer?"), ("de", "Wie viele Kontakte gab es gestern?"), ("en", "contacts in DACH")],
)
def test_the_language_of_a_question_is_told(code: str, question: str) -> None:
    assert demo().language(question) == code


def test_no_english_question_is_taken_for_another_language() -> None:
    assert not [question for question in ENGLISH if demo().language(question) != "en"]


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le taux de churn du mois dernier ?",
        "Pourquoi le taux de churn a-t-il augmenté ?",
        "Qual foi a taxa de cancelamento no mês passado?",
        "Hoe hoog was de churn vorige maand?",
        "Perché è aumentato il tasso di abbandono il mese scorso?",
        "Dlaczego churn jest taki wysoki w tym roku?",
    ],
)
def test_a_language_that_is_not_read_is_refused_by_name(question: str) -> None:
    found = plan(question)
    assert isinstance(found, Decline)
    assert found.message == "I read questions in English, Spanish and German only."


@pytest.mark.parametrize("question", ["¿Cuál fue la tasa de conversión ayer?", "Wie hoch war die Auslastung gestern?"])
def test_a_word_that_nobody_knows_is_named(question: str) -> None:
    found = plan(question)
    assert isinstance(found, Decline | Clarify)
    said = found.message if isinstance(found, Decline) else found.why
    assert "conversión" in said or "Auslastung" in said


def test_names_of_the_workspace_come_before_words_of_the_language() -> None:
    planner = telco()
    heard = Tongues(planner.vocabulary.catalogue, planner.vocabulary.values).heard("¿Cuántos churn customers hay?")
    assert heard.text.startswith("how many Customers with churn")


@pytest.mark.parametrize("code", READ)
def test_every_phrase_stands_for_words_of_english_with_the_same_places(code: str) -> None:
    for found in language(code).phrases.values():
        for phrase, english in found:
            places = {word for word in phrase if word.startswith("{")}
            assert all(f"{place}" in english for place in places), (phrase, english)
