"""The simulated transcripts: consistent with their facts, varied, and honest about what is planted."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from evals.world.talk import ContactFacts, Conversation, converse, effects, injections, topics, wordings
from semantic_layer.errors import UserError

REGIONS = ("North America", "UK & Ireland", "DACH", "Nordics")
PRODUCTS = ("Fibre", "Mobile", "TV", "Cloud Phone")
CHANNELS = ("Voice", "Chat", "Email", "Messaging", "Bot")


def some_facts(number: int, random: Random) -> ContactFacts:
    """Draw a contact as the world would."""
    topic = random.choice(topics())
    channel = random.choice(("Voice", *CHANNELS))
    human = channel != "Bot" or random.random() < 0.4
    return ContactFacts(
        contact_id=f"C{number}",
        topic=topic.name,
        channel=channel,
        queue=topic.queue,
        segment=random.choice(("Consumer", "SMB", "Enterprise")),
        region=random.choice(REGIONS),
        product=random.choice(topic.products or PRODUCTS),
        plan=random.choice(("Basic", "Plus", "Premium", "Business")),
        handled_by="human" if human else "bot",
        agent_name="Jana Vogel" if human else None,
        customer_name="Theodora Quigley",
        is_resolved=random.random() < 0.7,
        is_transferred=human and random.random() < 0.12,
        is_escalated=human and random.random() < 0.06,
        is_abandoned=human and random.random() < 0.06,
        sentiment=random.uniform(-1, 1),
        wait_seconds=random.randint(30, 900),
        talk_seconds=int(random.lognormvariate(5.8, 0.5)) + 30,
    )


def one(**given: object) -> ContactFacts:
    facts = some_facts(1, Random(3))
    plain = {"channel": "Voice", "handled_by": "human", "agent_name": "Jana Vogel", "is_abandoned": False}
    return replace(facts, **{**plain, "is_transferred": False, "is_escalated": False, **given})  # type: ignore[arg-type]


def spoken(facts: ContactFacts, seed: int = 0) -> Conversation:
    return converse(facts, np.random.default_rng(seed))


def text_of(conversation: Conversation, speaker: str | None = None) -> str:
    return "\n".join(turn.text for turn in conversation.turns if speaker in (None, turn.speaker))


@pytest.fixture(scope="module")
def corpus() -> list[tuple[ContactFacts, Conversation]]:
    random, rng = Random(7), np.random.default_rng(7)
    facts = [some_facts(number, random) for number in range(8000)]
    return [(each, converse(each, rng)) for each in facts]


Corpus = list[tuple[ContactFacts, Conversation]]


# --- variety --------------------------------------------------------------------------------------


def test_no_transcript_is_a_copy_of_another(corpus: Corpus) -> None:
    assert len({text_of(conversation) for _, conversation in corpus}) == len(corpus)


def test_what_customers_say_at_length_is_rarely_said_twice(corpus: Corpus) -> None:
    said = Counter(
        turn.text.lower()
        for _, conversation in corpus
        for turn in conversation.turns
        if turn.speaker == "customer" and len(turn.text.split()) >= 12
    )
    assert sum(count for count in said.values() if count > 1) / said.total() < 0.1


def test_openings_are_rarely_near_duplicates(corpus: Corpus) -> None:
    openings = [next(t.text for t in c.turns if t.speaker == "customer") for _, c in corpus[:1500]]
    long = [text for text in openings if len(text.split()) >= 8]
    near = process.cdist(long, long, scorer=fuzz.ratio, score_cutoff=92, workers=1)
    assert ((near > 0).sum(axis=1) > 1).mean() < 0.1


def test_there_are_two_dozen_topics_in_the_six_queues() -> None:
    assert len(topics()) >= 24
    assert {topic.queue for topic in topics()} == {
        "Billing", "Technical Support", "Sales", "Complaints", "Retention", "Orders",
    }  # fmt: skip
    assert all(topic.weight > 0 and set(topic.products) <= set(PRODUCTS) for topic in topics())


def test_the_topics_that_the_domain_names_are_there() -> None:
    named = "Price increase|Invoice dispute|Slow internet|Outage|Cancel service|Number porting|Delivery status"
    named += "|Password reset|Roaming charges|Contract renewal"
    assert set(named.split("|")) <= {topic.name for topic in topics()}


def test_a_topic_is_recognised_by_the_words_of_its_customers(corpus: Corpus) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.naive_bayes import ComplementNB

    texts = [text_of(conversation, "customer") for _, conversation in corpus]
    names = [facts.topic for facts, _ in corpus]
    words = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform(texts)
    model = ComplementNB().fit(words[:6000], names[:6000])
    assert model.score(words[6000:], names[6000:]) > 0.8


# --- agreement with the facts -----------------------------------------------------------------------


def test_equal_facts_and_seed_give_equal_words() -> None:
    assert spoken(one(), 5) == spoken(one(), 5)
    assert spoken(one(), 5) != spoken(one(), 6)


def test_a_transcript_has_six_to_twenty_four_turns(corpus: Corpus) -> None:
    lengths = [len(conversation.turns) for _, conversation in corpus]
    assert min(lengths) >= 6
    assert max(lengths) <= 24


def test_longer_talk_has_more_turns() -> None:
    def mean_turns(seconds: int) -> float:
        return float(np.mean([len(spoken(one(talk_seconds=seconds), seed).turns) for seed in range(40)]))

    assert mean_turns(120) + 4 < mean_turns(600)


def test_turns_are_numbered_and_their_offsets_rise_within_the_time_there_was(corpus: Corpus) -> None:
    for facts, conversation in corpus:
        seconds = facts.wait_seconds if facts.is_abandoned else facts.talk_seconds
        assert [turn.turn for turn in conversation.turns] == list(range(1, len(conversation.turns) + 1))
        assert all(a.offset_seconds < b.offset_seconds for a, b in pairwise(conversation.turns))
        assert conversation.turns[0].offset_seconds == 0
        assert conversation.turns[-1].offset_seconds < max(seconds, len(conversation.turns))


def test_only_contacts_that_a_person_took_have_an_agent_speaking(corpus: Corpus) -> None:
    for facts, conversation in corpus:
        speakers = {turn.speaker for turn in conversation.turns}
        assert "customer" in speakers
        assert ("agent" in speakers) == (facts.handled_by == "human" and not facts.is_abandoned)


def test_a_transfer_brings_a_second_greeting() -> None:
    said = [text_of(spoken(one(is_transferred=True), seed), "agent") for seed in range(20)]
    assert all(re.search(r"transfer|put you through|pass you|connect you|hand you", text) for text in said)


def test_an_escalation_brings_somebody_senior() -> None:
    said = [text_of(spoken(one(is_escalated=True), seed), "agent") for seed in range(20)]
    assert all(re.search(r"supervisor|team lead|manager", text) for text in said)


def test_an_unresolved_call_does_not_end_in_relief() -> None:
    ends = [text_of(spoken(one(is_resolved=False), seed)).splitlines()[-3:] for seed in range(50)]
    assert not any(re.search(r"Perfect|Brilliant|That's a relief|Phew", line) for end in ends for line in end)


def test_letters_have_a_salutation_and_a_signature() -> None:
    first = spoken(one(channel="Email")).turns[0].text
    assert first.count("\n\n") >= 2
    assert re.match(r"(Dear|Hello|Hi|Good|To whom)", first)


def test_money_is_the_currency_of_the_region(corpus: Corpus) -> None:
    foreign = {"DACH": "[£$]", "UK & Ireland": r"[$€]|kronor", "North America": "[£€]|kronor", "Nordics": "[£$]"}
    for facts, conversation in corpus:
        assert not re.search(foreign[facts.region], text_of(conversation))


def test_nothing_of_the_grammar_is_left_in_the_text(corpus: Corpus) -> None:
    for _, conversation in corpus:
        assert not re.search(r"#\w|[{}|]| >> |  |(^|\n)@", text_of(conversation)), text_of(conversation)


def test_chat_has_typos_and_speech_has_fillers(corpus: Corpus) -> None:
    voice = " ".join(text_of(c, "customer") for f, c in corpus if f.channel == "Voice")
    chat = " ".join(text_of(c, "customer") for f, c in corpus if f.channel == "Chat")
    assert len(re.findall(r"\b(um|uh|er|hm),", voice, re.IGNORECASE)) > 1000
    assert len(re.findall(r"\b(thx|pls|cos|u|idk)\b", chat)) > 100


@pytest.mark.parametrize("what", ["topic", "channel", "region", "product", "segment"])
def test_an_unknown_value_is_named_with_what_exists(what: str) -> None:
    with pytest.raises(UserError) as caught:
        spoken(one(**{what: "Nonsense"}))
    assert "Nonsense" in caught.value.message
    assert caught.value.hint


# --- what is planted --------------------------------------------------------------------------------


def test_every_effect_has_forty_different_wordings() -> None:
    assert len(effects()) >= 10
    for effect in effects():
        words = wordings(effect)
        alike = process.cdist(words, words, scorer=fuzz.token_sort_ratio, workers=1)
        np.fill_diagonal(alike, 0)
        assert len(words) >= 40, effect
        assert alike.max() < 82, (effect, [words[i] for i in np.unravel_index(alike.argmax(), alike.shape)])


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("state", ["resolved", "unresolved", "abandoned", "bot"])
def test_a_cause_is_spoken_where_the_conversation_says_it_is(channel: str, state: str) -> None:
    if state == "bot" and channel != "Bot":
        pytest.skip("the bot alone only answers its own channel")
    handled = {"handled_by": "bot", "agent_name": None} if state == "bot" else {"is_abandoned": state == "abandoned"}
    facts = one(
        channel=channel,
        is_resolved=state == "resolved",
        phrasings=(
            ("a_story", ("The moon is far too green today.", "Why is the moon so green?")),
            ("other", ("Owls!",)),
        ),
        **handled,
    )
    for seed in range(10):
        conversation = spoken(facts, seed)
        assert {effect for effect, _ in conversation.caused} == {"a_story", "other"}
        for effect, turn in conversation.caused:
            said = conversation.turns[turn - 1]
            assert said.speaker == "customer"
            word = "green" if effect == "a_story" else "owls"
            assert fuzz.partial_ratio(word, said.text.lower()) > 70


def test_customers_without_a_cause_do_not_say_its_wordings(corpus: Corpus) -> None:
    sentences = {
        sentence.lower()
        for _, conversation in corpus[:2000]
        for turn in conversation.turns
        if turn.speaker == "customer"
        for sentence in re.split(r"(?<=[.?!]) |\n+", turn.text)
        if len(sentence.split()) >= 4
    }
    planted = [re.sub(r"#\S+#", "", wording).lower() for effect in effects() for wording in wordings(effect)]
    alike = process.cdist(planted, list(sentences), scorer=fuzz.ratio, score_cutoff=85, workers=1)
    assert not alike.any(), planted[int(alike.max(axis=1).argmax())]


def test_the_wordings_of_a_stranger_s_scenario_are_said_as_they_are() -> None:
    facts = one(channel="Email", phrasings=(("x", ("The lamp {costs #1} too much",)),))
    said = text_of(spoken(facts))
    assert "costs #1" in said


def test_planted_personal_data_are_listed_and_verbatim() -> None:
    kinds: set[str] = set()
    for seed in range(200):
        facts = one(channel=CHANNELS[seed % 5], region=REGIONS[seed % 4], plant_pii=True)
        conversation = spoken(facts, seed)
        assert conversation.planted
        assert all(value in text_of(conversation, "customer") for _, value in conversation.planted)
        kinds |= {kind for kind, _ in conversation.planted}
    assert kinds == {"person", "phone", "email", "card", "iban", "address"}


def test_without_planting_there_are_no_personal_data(corpus: Corpus) -> None:
    for facts, conversation in corpus:
        said = text_of(conversation)
        assert not conversation.planted
        assert "Quigley" not in said
        assert "@" not in said
        assert not re.search(r"\d(?:[ -]?\d){11,}", said)
        assert facts.customer_name not in said


def test_an_injection_is_said_word_for_word_by_the_customer() -> None:
    assert len(injections()) >= 12
    for seed, injection in enumerate(injections()):
        for channel in CHANNELS:
            conversation = spoken(one(channel=channel, injection=injection), seed)
            assert conversation.injected is not None
            turn = conversation.turns[conversation.injected - 1]
            assert (turn.speaker, turn.text) == ("customer", injection)
