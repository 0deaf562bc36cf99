"""From a contact's facts to its transcript."""

from random import Random

import numpy as np

from evals.world.talk.bot import bot_only, unanswered
from evals.world.talk.letters import letters
from evals.world.talk.library import library
from evals.world.talk.live import live
from evals.world.talk.scene import Said, Scene
from evals.world.talk.types import ContactFacts, Conversation, Turn

_PAUSE_WORDS = 4.0


def converse(facts: ContactFacts, rng: np.random.Generator) -> Conversation:
    """Write the transcript of a contact, equal for equal facts and generator state.

    Offsets rise strictly and stay within talk time (wait time when abandoned) if it has the room.
    An unknown topic, channel, segment, region or product raises `UserError` unknown_value.
    """
    random = Random(int(rng.integers(1 << 62)))
    scene = Scene(facts, library(), random)
    _play(scene)
    seconds = facts.wait_seconds if facts.is_abandoned else facts.talk_seconds
    offsets = _offsets(scene.said, seconds, random)
    return Conversation(
        turns=tuple(
            Turn(turn=number, speaker=said.speaker, offset_seconds=offset, text=said.text)
            for number, (said, offset) in enumerate(zip(scene.said, offsets, strict=True), start=1)
        ),
        planted=scene.planted,
        caused=tuple(scene.caused),
        injected=scene.injected,
    )


def _play(scene: Scene) -> None:
    facts = scene.facts
    if facts.channel == "Email":
        letters(scene)
    elif facts.is_abandoned:
        unanswered(scene)
    elif facts.handled_by == "bot":
        bot_only(scene)
    else:
        live(scene)


def _offsets(said: list[Said], seconds: int, rng: Random) -> list[int]:
    """Share the seconds out by the length of what is said, at least one each."""
    weights = [(len(turn.text.split()) + _PAUSE_WORDS) * rng.uniform(0.6, 1.6) for turn in said]
    spare = max(0, seconds - len(said)) / sum(weights)
    offsets, passed = [], 0.0
    for number, weight in enumerate(weights):
        offsets.append(number + int(passed))
        passed += weight * spare
    return offsets
