"""What a transcript is made from and what it becomes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """One contact as the warehouse knows it; the text must agree with it.

    `phrasings` holds (effect id, wordings) for each planted cause that this customer speaks of;
    wordings use the grammar's `#slot#` and `{a|b}`. `injection` is said verbatim by the customer.
    """

    contact_id: str
    topic: str
    channel: str
    queue: str
    segment: str
    region: str
    product: str
    plan: str
    handled_by: str
    agent_name: str | None
    customer_name: str
    is_resolved: bool
    is_transferred: bool = False
    is_escalated: bool = False
    is_abandoned: bool = False
    sentiment: float = 0.0
    wait_seconds: int = 0
    talk_seconds: int = 300
    phrasings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    plant_pii: bool = False
    injection: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One utterance; `turn` counts from 1, `speaker` is agent, customer or bot."""

    turn: int
    speaker: str
    offset_seconds: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A transcript and what was hidden in it, for the truth file.

    `planted` lists every personal datum in the text as (type, verbatim value); `caused` lists
    (effect id, turn) where a wording is spoken; `injected` is the turn of the injection.
    """

    turns: tuple[Turn, ...]
    planted: tuple[tuple[str, str], ...] = ()
    caused: tuple[tuple[str, int], ...] = ()
    injected: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A contact reason: its queue, base weight, and the products it is about (none: all)."""

    name: str
    queue: str
    weight: float
    products: tuple[str, ...] = ()
