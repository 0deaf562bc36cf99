"""One conversation in the making: who said what, and what was planted where."""

import re
from dataclasses import dataclass
from random import Random

from evals.world.talk.grammar import Line, Rules, Teller
from evals.world.talk.library import Library, wording_line
from evals.world.talk.noise import Habits
from evals.world.talk.personal import personal_data
from evals.world.talk.types import ContactFacts

_SPACES = re.compile(r" {2,}")
_SPACE_BEFORE = re.compile(r" +([,.?!;:])")
_DOUBLED = re.compile(r"([,.?!;:])[.,;:]+(?!\.)")
_START = re.compile(r"(?:^|(?<=[.?!] )|(?<=\n))[a-zäöüå]")
_PROPER = {"I", "I'm", "I've", "I'd", "I'll"}
_LINKS = (" but", " because", " and")
_PERSONAL_TYPES = {
    "person": "person",
    "phone": "phone",
    "phone_spoken": "phone",
    "email": "email",
    "card": "card",
    "card_spoken": "card",
    "iban": "iban",
    "address": "address",
}


@dataclass(slots=True)
class Said:
    """An utterance before it gets its time."""

    speaker: str
    text: str


class Scene:
    """Collects utterances; keeps the causes that the customer has still to speak of."""

    def __init__(self, facts: ContactFacts, library: Library, rng: Random) -> None:
        self.facts = facts
        self.rng = rng
        self.said: list[Said] = []
        self.caused: list[tuple[str, int]] = []
        self.injected: int | None = None
        self.mood = _mood(facts.sentiment, rng)
        self._library = library
        self._habits = _habits(facts.channel, self.mood, rng)
        self._teller = Teller(_layers(facts, self.mood, library), rng, _kept(facts))
        self._personal: dict[str, str] = {}
        if facts.plant_pii:
            city = self._teller.expand(wording_line("#$city#"))
            self._personal = personal_data(facts.customer_name, facts.region, city, rng)
            self._teller.kept.update(self._personal)
        self._pending = _chosen_wordings(facts, rng)
        self._uttering: list[str] = []

    def say(self, slot: str) -> str:
        """Expand a slot of the grammar."""
        return self._teller.say(slot)

    def opening(self) -> str:
        """Say what it is about and stay on that thread; later, say it again or refer to it."""
        if self._teller.opened and self.rng.random() < 0.5:
            return self.say("told_before")
        return self._teller.open("opening")

    def maybe(self, slot: str, chance: float) -> str:
        """Expand a slot by chance, else nothing."""
        return self._teller.say(slot) if self.rng.random() < chance else ""

    def pair(self, slot: str) -> tuple[str, str]:
        """Expand an exchange into what is asked and what is replied."""
        asked, _, replied = self._teller.say(slot).partition(" >> ")
        return asked, replied

    def cause(self, chance: float = 1.0) -> str:
        """Give the next planted wording by chance; none when all are said."""
        if not self._pending or self.rng.random() >= chance:
            return ""
        effect, line = self._pending.pop(0)
        self._uttering.append(effect)
        return self._teller.expand(line)

    def all_causes(self) -> str:
        """Give every planted wording that is still to be spoken."""
        words = []
        while self._pending:
            words.append(self.cause())
        return " ".join(words)

    @property
    def has_cause(self) -> bool:
        """Say whether a planted wording is still to be spoken."""
        return bool(self._pending)

    def customer(self, *texts: str) -> None:
        """Let the customer speak, with this person's slips."""
        text = self._library.noise.apply(join(*texts), self._habits, self.rng)
        self._add("customer", text)

    def customer_exactly(self, *texts: str) -> None:
        """Let the customer speak without slips: planted data and injections stay findable."""
        self._add("customer", join(*texts))

    def agent(self, *texts: str) -> None:
        """Let an agent speak."""
        self._add("agent", join(*texts))

    def bot(self, *texts: str) -> None:
        """Let the bot or the phone menu speak."""
        self._add("bot", join(*texts))

    def exchange(self, slot: str, *more: str) -> None:
        """Let the agent ask and the customer reply, adding more."""
        asked, replied = self.pair(slot)
        self.agent(asked)
        self.customer(replied, *more)

    def side_question(self) -> tuple[str, str]:
        """Ask something about another topic and get it answered."""
        others = [rules["aside"] for name, rules in self._library.topics.items() if name != self.facts.topic]
        line = self.rng.choice(self.rng.choice(others).fitting(""))
        asked, _, replied = self._teller.expand(line).partition(" >> ")
        return asked, replied

    def inject(self) -> None:
        """Let the customer say the planted injection, if there is one left."""
        if self.facts.injection is not None and self.injected is None:
            self.customer_exactly(self.facts.injection)
            self.injected = len(self.said)

    @property
    def planted(self) -> tuple[tuple[str, str], ...]:
        """List the personal data that are really in the text."""
        texts = [said.text for said in self.said]
        return tuple(
            (_PERSONAL_TYPES[slot], value)
            for slot, value in self._personal.items()
            if any(value in text for text in texts)
        )

    def _add(self, speaker: str, text: str) -> None:
        self.said.append(Said(speaker, text))
        self.caused.extend((effect, len(self.said)) for effect in self._uttering)
        self._uttering.clear()


def join(*texts: str) -> str:
    """Join sentences with single spaces and put capitals where sentences start."""
    whole = ""
    for text in texts:
        text = text.strip(" ")
        goes_on = whole.endswith((",", ":", *_LINKS))
        if text and whole and whole[-1].isalnum() and not goes_on:
            whole += "."
        if text and goes_on and text.split(" ", 1)[0] not in _PROPER:
            text = text[0].lower() + text[1:]
        whole = f"{whole} {text}" if whole and text else whole or text
    whole = _DOUBLED.sub(r"\1", _SPACE_BEFORE.sub(r"\1", _SPACES.sub(" ", whole)))
    return _START.sub(lambda match: match[0].upper(), whole)


def _layers(facts: ContactFacts, mood: str, library: Library) -> tuple[Rules, ...]:
    return (
        library.rules("topics", facts.topic),
        library.rules("moods", mood),
        library.rules("mediums", facts.channel),
        library.rules("products", facts.product),
        library.rules("segments", facts.segment),
        library.rules("regions", facts.region),
        library.personal,
        library.common,
    )


def _kept(facts: ContactFacts) -> dict[str, str]:
    agent = facts.agent_name or "your assistant"
    return {"agent": agent, "agent_first": agent.split()[0], "queue": facts.queue, "plan": facts.plan}


def _mood(sentiment: float, rng: Random) -> str:
    felt = sentiment + rng.gauss(0.0, 0.15)
    return "cross" if felt < -0.35 else "worried" if felt < 0.0 else "content"


def _habits(channel: str, mood: str, rng: Random) -> Habits:
    if channel == "Voice":
        return Habits(filler=rng.choice((0.02, 0.08, 0.15, 0.25)))
    if channel == "Email":
        return Habits(typo=rng.choice((0.0, 0.0, 0.005, 0.02)))
    hurried = 1.5 if mood == "cross" else 1.0
    careless = rng.choice((0.005, 0.015, 0.03, 0.06)) * hurried
    return Habits(typo=careless, short=rng.choice((0.0, 0.1, 0.6)), lower=rng.random() < 0.45)


def _chosen_wordings(facts: ContactFacts, rng: Random) -> list[tuple[str, Line]]:
    """Take one wording of each cause, or two different ones of it in two cases of five."""
    chosen: list[tuple[str, Line]] = []
    for effect, lines in facts.phrasings:
        count = min(len(lines), 2 if rng.random() < 0.4 else 1)
        chosen.extend((effect, wording_line(line)) for line in rng.sample(lines, count))
    return chosen
