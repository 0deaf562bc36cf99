"""The grammar that transcripts are written in, and the soundness of what is shipped in it."""

from random import Random

import pytest

from evals.world.talk.grammar import Teller, compile_rules, parse, slots_of
from evals.world.talk.library import effects, library, suits, topics, unknown_slots, wordings
from semantic_layer.errors import UserError

GIVEN = {"agent", "agent_first", "queue", "plan"}
PERSONAL = {"person", "phone", "phone_spoken", "email", "card", "card_spoken", "iban", "address"}


def teller(seed: int = 1, **rules: str) -> Teller:
    return Teller((compile_rules(rules),), Random(seed), {})


def test_a_line_without_marks_stands_for_itself() -> None:
    assert teller(a="Good morning.").say("a") == "Good morning."


def test_braces_choose_one_and_may_choose_nothing() -> None:
    assert {teller(seed, a="x{1|2|}").say("a") for seed in range(40)} == {"x1", "x2", "x"}


def test_braces_nest() -> None:
    assert {teller(seed, a="{a|{b|c}d}").say("a") for seed in range(60)} == {"a", "bd", "cd"}


def test_a_slot_is_expanded_by_its_rule() -> None:
    assert teller(a="I live in #town#.", town="Graz").say("a") == "I live in Graz."


def test_a_kept_slot_stays_the_same_for_the_conversation() -> None:
    said = teller(a="#$town# #$town# #town#", town="\n".join(f"T{n}" for n in range(50))).say("a").split()
    assert said[0] == said[1] == said[2]


def test_a_range_is_a_whole_number_within_it() -> None:
    assert {int(teller(seed, a="#3-5#").say("a")) for seed in range(40)} == {3, 4, 5}


def test_alternatives_are_not_repeated_while_others_are_left() -> None:
    speaker = teller(a="one\ntwo\nthree")
    assert {speaker.say("a") for _ in range(3)} == {"one", "two", "three"}


@pytest.mark.parametrize("text", ["50 % {off", "a } b { c", "ticket #12 is open", "C# and F#"])
def test_marks_that_do_not_fit_stand_for_themselves(text: str) -> None:
    assert Teller((), Random(1), {}).expand(parse(text)) == text


def test_a_conversation_stays_on_the_thread_it_opened_on() -> None:
    for seed in range(20):
        speaker = teller(seed, opening="@a cat\n@b dog", reply="@a meow\n@b woof")
        assert (speaker.open("opening"), speaker.say("reply")) in {("cat", "meow"), ("dog", "woof")}


def test_a_second_opening_stays_on_the_thread() -> None:
    for seed in range(20):
        speaker = teller(seed, opening="@a cat\n@b dog")
        assert speaker.open("opening") == speaker.open("opening")


def test_without_a_fitting_line_the_next_layer_speaks() -> None:
    layers = (compile_rules({"opening": "@a cat", "reply": "@b woof"}), compile_rules({"reply": "Hm."}))
    speaker = Teller(layers, Random(1), {})
    speaker.open("opening")
    assert speaker.say("reply") == "Hm."


def test_an_unknown_slot_is_an_error_that_names_a_close_one() -> None:
    with pytest.raises(UserError, match="towm") as caught:
        teller(a="#towm#", town="Graz").say("a")
    assert "town" in caught.value.hint


def test_every_slot_that_the_library_uses_is_defined() -> None:
    shelf = library()
    layered = [rules for values in shelf.layers.values() for rules in values.values()]
    known = GIVEN | PERSONAL | set(shelf.common) | set(shelf.personal)
    for values in shelf.layers.values():
        known |= set.intersection(*(set(rules) for rules in values.values()))
    for rules in (shelf.common, shelf.personal, *layered, *shelf.topics.values()):
        for name, rule in rules.items():
            for _, line in rule.tagged:
                assert slots_of(line) <= known | set(rules), name


def test_every_topic_can_be_opened_probed_explained_and_ended_on_each_of_its_threads() -> None:
    for topic in topics():
        rules = library().topics[topic.name]
        threads = {thread for thread, _ in rules["opening"].tagged}
        for slot in ("subject", "finding", "fixed", "stuck", "query", "aside", "bot_ask", "bot_done"):
            assert all(rules[slot].fitting(thread) for thread in threads), (topic.name, slot)


def test_exchanges_have_an_answer() -> None:
    shelf = library()
    pairs = [shelf.personal["spoken"], shelf.personal["typed"], shelf.common["small_talk"]]
    pairs += [rules[slot] for rules in shelf.topics.values() for slot in ("probe", "aside", "bot_ask")]
    for rule in pairs:
        for _, line in rule.tagged:
            said = Teller(
                [rules["Consumer"] for rules in [shelf.layers["segments"]]]
                + [shelf.layers["regions"]["DACH"], shelf.layers["products"]["Fibre"], shelf.personal, shelf.common],
                Random(1),
                dict.fromkeys(GIVEN | PERSONAL, "X"),
            ).expand(line)
            assert said.count(" >> ") == 1, said


def test_a_wording_may_use_what_every_conversation_knows_and_nothing_else() -> None:
    assert unknown_slots("On #plan# I pay #$amount# in #$city#.") == ()
    assert unknown_slots("#finding# and #price# of #phone#") == ("phone", "price")
    assert all(not unknown_slots(wording) for effect in effects() for wording in wordings(effect))


def test_a_wording_suits_only_contacts_that_could_say_it() -> None:
    answered = {"handled_by": "human", "is_abandoned": False}
    assert suits("new_team", answered)
    assert not suits("new_team", {**answered, "handled_by": "bot"})
    assert suits("an effect of somebody else's scenario", answered)


def test_an_effect_without_wordings_is_an_error() -> None:
    with pytest.raises(UserError, match="price_rize") as caught:
        wordings("price_rize")
    assert "price_rise" in caught.value.hint
