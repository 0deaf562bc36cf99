"""Tells the ratio of a part to its whole, which is a share, from the ratio of two things."""

from dataclasses import replace

from assistant.planner.linker import Linked
from assistant.planner.words import words

_SHARE = frozenset(("percent",))


def with_shares(linked: Linked) -> Linked:
    """Read "ratio of chats out of all contacts" and "to the total" as a share."""
    said = " ".join(token.word for token in linked.tokens)
    if not any(f" {whole}" in f" {said} " for whole in words().list_of("of_the_whole")):
        return linked
    items = (replace(item, cues=_SHARE) if "ratio" in item.cues else item for item in linked.items)
    return replace(linked, items=tuple(items))
