"""A conversation with a person: by voice, chat or messaging, or after the bot gave up."""

from collections.abc import Callable

from evals.world.talk.bot import handover
from evals.world.talk.scene import Scene

_SECONDS_A_TURN = {"Voice": 22.0, "Chat": 34.0, "Messaging": 45.0, "Bot": 34.0}
_FEWEST, _MOST = 6, 21


def live(scene: Scene) -> None:
    """Play the contact from greeting to goodbye, as long as its talk time suggests."""
    wanted = _wanted_turns(scene)
    if scene.facts.channel == "Bot":
        handover(scene)
    _open(scene)
    _middle(scene, room=wanted - len(scene.said) - _length_of_end(scene))
    if scene.facts.is_transferred:
        _transfer(scene)
    _explain(scene)
    if scene.facts.is_resolved:
        _resolve(scene)
    else:
        _fail(scene)
    _end(scene, room=wanted - len(scene.said))


def _wanted_turns(scene: Scene) -> int:
    pace = _SECONDS_A_TURN.get(scene.facts.channel, 34.0) * scene.rng.uniform(0.75, 1.3)
    return max(_FEWEST, min(_MOST, round(scene.facts.talk_seconds / pace)))


def _length_of_end(scene: Scene) -> int:
    facts = scene.facts
    return 6 + 4 * facts.is_transferred + 5 * facts.is_escalated


def _open(scene: Scene) -> None:
    scene.agent(scene.say("greet"))
    hello = scene.maybe("hello", 0.75)
    if scene.has_cause and scene.rng.random() < 0.3:
        scene.customer(hello, scene.maybe("lead", 0.5), scene.cause(), scene.maybe("tail", 0.4))
        return
    opening = (scene.maybe("lead", 0.5), scene.opening(), scene.cause(0.5))
    scene.customer(hello, *opening, scene.maybe("detail", 0.35), scene.maybe("tail", 0.35))


def _middle(scene: Scene, room: int) -> None:
    beats = _beats(scene)
    scene.rng.shuffle(beats)
    if scene.rng.random() < 0.7:
        beats.insert(0, _verify)
    for beat in beats:
        if room < 2:
            break
        before = len(scene.said)
        beat(scene)
        room -= len(scene.said) - before
    if scene.facts.plant_pii and not scene.planted:
        _volunteer(scene)
    scene.inject()


def _beats(scene: Scene) -> list[Callable[[Scene], None]]:
    beats: list[Callable[[Scene], None]] = [_probe, _probe, _probe, _look]
    if scene.facts.channel == "Voice":
        beats.append(_small_talk)
    if not scene.facts.is_resolved:
        beats.append(_knowledge_gap)
    if scene.facts.plant_pii:
        beats[:0] = [_personal, _personal]
    return beats


def _verify(scene: Scene) -> None:
    scene.agent(scene.maybe("sympathy", 0.6), scene.say("verify_ask"))
    scene.customer(scene.say("verify_reply"))


def _probe(scene: Scene) -> None:
    asked, replied = scene.pair("probe")
    scene.agent(scene.maybe("sympathy", 0.25) or scene.maybe("thanks_verify", 0.15), asked)
    scene.customer(replied, scene.cause(0.25), scene.maybe("detail", 0.3))


def _look(scene: Scene) -> None:
    scene.agent(scene.say("look"))
    scene.customer(scene.say("hold_reply"), scene.maybe("detail", 0.15))


def _small_talk(scene: Scene) -> None:
    scene.exchange("small_talk")


def _knowledge_gap(scene: Scene) -> None:
    scene.agent(scene.say("no_idea"))
    scene.customer(scene.say("protest"), scene.cause(0.5))


def _personal(scene: Scene) -> None:
    asked, replied = scene.pair("spoken" if scene.facts.channel == "Voice" else "typed")
    scene.agent(asked)
    scene.customer_exactly(replied)


def _volunteer(scene: Scene) -> None:
    scene.agent(scene.say("look"))
    scene.customer_exactly(scene.say("volunteered"))


def _transfer(scene: Scene) -> None:
    scene.agent(scene.say("transfer_say"))
    scene.customer(scene.say("transfer_groan"))
    scene.agent(scene.say("greet_second"))
    scene.customer(scene.say("retell"), scene.cause(0.5))


def _explain(scene: Scene) -> None:
    scene.agent(scene.maybe("thanks_verify", 0.2), scene.say("finding"))
    last_chance = scene.facts.is_resolved
    scene.customer(scene.say("react"), scene.all_causes() if last_chance else scene.cause(0.5))


def _resolve(scene: Scene) -> None:
    if scene.facts.is_escalated:
        scene.agent(scene.say("stuck"))
        _escalate(scene)
    scene.agent(scene.say("fixed"), scene.maybe("recap", 0.3))
    scene.customer(scene.say("accept"))


def _fail(scene: Scene) -> None:
    scene.agent(scene.say("stuck"), scene.maybe("promise", 0.4))
    if scene.facts.is_escalated:
        _escalate(scene)
        scene.agent(scene.say("promise"))
    else:
        scene.customer(scene.say("protest"), scene.all_causes())
        scene.agent(scene.say("promise"))
    scene.customer(scene.say("resigned"), scene.all_causes())


def _escalate(scene: Scene) -> None:
    scene.customer(scene.say("ask_manager"), scene.all_causes())
    scene.agent(scene.say("escalate_yes"))
    scene.customer(scene.say("aye"))
    scene.agent(scene.say("manager"))
    scene.customer(scene.maybe("aye", 0.4) or scene.say("brief"))


def _end(scene: Scene, room: int) -> None:
    if scene.facts.is_resolved and room >= 4:
        _one_more_thing(scene) if scene.rng.random() < 0.45 else _anything_else(scene)
    if room < 1 and len(scene.said) >= _FEWEST and scene.rng.random() < 0.6:
        return
    scene.agent(scene.say("goodbye" if scene.facts.is_resolved else "goodbye_sorry"))
    if scene.rng.random() < 0.6:
        scene.customer(scene.say("bye" if scene.facts.is_resolved else "bye_cold"))


def _anything_else(scene: Scene) -> None:
    scene.agent(scene.say("anything_else"))
    scene.customer(scene.say("no_more"))


def _one_more_thing(scene: Scene) -> None:
    asked, replied = scene.side_question()
    scene.agent(scene.say("anything_else"))
    scene.customer(scene.say("while_here"), asked)
    scene.agent(replied)
    scene.customer(scene.maybe("aye", 0.3), scene.say("no_more"))
