"""Hard cases: the same questions as people mistype and pad them. The truth stays; asking back is right too."""

from collections.abc import Iterator, Sequence
from random import Random
from zlib import crc32

from evals.cases import Case

_BEFORE = (
    "hey, quick one: ", "for the board deck, ", "sorry if this was asked before but ", "ok so ", "can you tell me ",
)  # fmt: skip
_AFTER = (" thanks", " please", ", need it by noon", " (rough is fine)", "?? asap")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {a: b for row in _ROWS for a, b in zip(row, row[1:] + row[-2], strict=True)}
LONG_ENOUGH = 5


def noisy(cases: Sequence[Case], *, seed: int = 0) -> Iterator[Case]:
    """Yield each case mistyped once, mistyped twice, and padded with words that change nothing."""
    for case in cases:
        random = Random(crc32(f"{seed}:{case.id}".encode()))
        once = mistyped(case.question, random)
        twice = mistyped(once, random)
        padded = random.choice(_BEFORE) + case.question.rstrip("?") + random.choice(_AFTER)
        for name, question in (("typo", once), ("typos", twice), ("padded", padded)):
            if question != case.question:
                yield _variant(case, name, question)


def _variant(case: Case, name: str, question: str) -> Case:
    """Return the case in other letters: it may be answered as before, asked back or declined."""
    kinds = tuple(dict.fromkeys((*case.expect.kind, "clarification", "refusal")))
    expect = case.expect.model_copy(update={"kind": kinds, "reason": None})
    tags = (*(tag for tag in case.tags if tag != "critical"), "hard")
    update = {"id": f"{case.id}-{name}", "question": question, "expect": expect, "tags": tags, "origin": "generated"}
    return case.model_copy(update={**update, "family": case.family or case.id})


def mistyped(text: str, random: Random) -> str:
    """Return a text with one slip in a longer word: a letter swapped, lost, doubled, or the key beside it."""
    words = text.split(" ")
    places = [n for n, word in enumerate(words) if len(word) >= LONG_ENOUGH and word.isalpha()]
    if not places:
        return text
    place = random.choice(places)
    word = words[place]
    at = random.randrange(1, len(word) - 1)
    slips = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] * 2 + word[at + 1 :],
        word[:at] + _BESIDE.get(word[at].lower(), word[at]) + word[at + 1 :],
    )
    words[place] = random.choice(slips)
    return " ".join(words)
