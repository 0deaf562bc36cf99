"""How many customers stand behind contacts, where only contacts are counted."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence


def calls(whose: Mapping[str, str], heard: Collection[str]) -> tuple[int, ...]:
    """Count the heard contacts of each customer, most first; `whose` maps contacts to customers."""
    return tuple(sorted(Counter(who for contact, who in whose.items() if contact in heard).values(), reverse=True))


def fewest(contacts: int, calls: Sequence[int]) -> int:
    """Return how many customers so many contacts have at least: as if those who called most had all of them."""
    customers = 0
    for count in calls:
        if contacts <= 0:
            break
        contacts -= count
        customers += 1
    return customers
