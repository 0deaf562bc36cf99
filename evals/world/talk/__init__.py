"""The text of the simulated transcripts.

`converse` writes one contact's transcript from its facts; `topics` lists the contact reasons;
`wordings` and `injections` are what a scenario plants, `unknown_slots` what is wrong with a wording.
"""

from evals.world.talk.converse import converse
from evals.world.talk.library import effects, injections, suits, topics, unknown_slots, wordings
from evals.world.talk.types import ContactFacts, Conversation, Topic, Turn

__all__ = [
    "ContactFacts",
    "Conversation",
    "Topic",
    "Turn",
    "converse",
    "effects",
    "injections",
    "suits",
    "topics",
    "unknown_slots",
    "wordings",
]
