"""Small conversations in which it is known who says what."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from indexes.types import IndexReport

Build = Callable[[Sequence[dict[str, object]]], IndexReport]

PRICE = (
    "The price went up again and nobody told me.",
    "My invoice shows a higher price than last month.",
    "Why is the price on my invoice so much higher now?",
    "You raised the price of my plan without asking.",
    "I will leave if the price stays this high.",
)
PARCEL = (
    "My parcel still has not arrived at the shop.",
    "The router you sent came in a damaged box.",
    "Where is the delivery I ordered two weeks ago?",
    "The driver left the parcel with a stranger.",
    "I want to return the handset, it is the wrong colour.",
)
GREETINGS = ("Good morning.", "Hello there.", "Good afternoon.", "Hi.", "Thanks for taking the call.")


def contact(contact_id: str, *said: str) -> dict[str, object]:
    """Make a record in which the customer says each sentence and the agent replies."""
    turns = []
    for number, text in enumerate(said):
        turns.append({"turn": 2 * number + 1, "speaker": "customer", "text": text})
        turns.append({"turn": 2 * number + 2, "speaker": "agent", "text": "Let me look into that for you."})
    return {"contact_id": contact_id, "language": "en", "turns": turns}


def write(file: Path, records: Sequence[dict[str, object]]) -> Path:
    """Write records as JSONL."""
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return file


def corpus() -> list[dict[str, object]]:
    """Forty contacts about the price, sixty about parcels, no two alike."""
    price = [contact(f"P{i}", GREETINGS[i % 5], f"{PRICE[i % 5]} Reference letter {i}.") for i in range(40)]
    parcel = [contact(f"D{i}", GREETINGS[i % 5], f"{PARCEL[i % 5]} Reference letter {i}.") for i in range(60)]
    return price + parcel
