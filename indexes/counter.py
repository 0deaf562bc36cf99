"""What speaks against a theme: a customer who says the opposite about the same thing."""

import re
from collections.abc import Sequence

from indexes.text import stems, words

_PLEASED = """
happy pleased satisfied delighted content comfortable glad impressed thrilled fine okay ok good great excellent perfect
brilliant fantastic wonderful amazing superb reasonable fair correct right clear quick fast smooth easy helpful friendly
polite reliable spotless flawless worth
"""
_DISPLEASED = """
unhappy dissatisfied disappointed annoyed angry upset furious appalled bad terrible horrible awful dreadful useless poor
unreasonable unfair wrong incorrect unclear slow difficult unhelpful rude unfriendly unreliable faulty broken expensive
unacceptable outrageous ridiculous
"""
_HOW = "|".join(f"{_PLEASED} {_DISPLEASED}".split())
# "No complaint about the invoice": the trouble is named in order to deny it.
_DENIAL = re.compile(
    r"\b(?:no|not\s+an?|never\s+(?:had\s+)?an?|without|(?:is|was)n['’]t\s+an?|(?:don|haven)['’]t\s+(?:have|had))\s+"
    r"(?:\w+\s+){0,1}(?:problems?|issues?|complaints?|trouble|objections?)\b",
    re.IGNORECASE,
)
# "The price is really fair", "I'm not happy with it"; an adjective elsewhere ("a good deal higher") judges nothing.
_VERDICT = re.compile(
    r"\b(?:is|are|was|were|be|been|seems?|looks?|feels?|works?|worked|went|am|(?:i|it|that|they|we)['’](?:m|s|re))\b"
    r"(?P<no>n['’]t|\s+not|\s+never|\s+hardly|\s+far\s+from)?"
    r"(?:\s+(?:all|just|really|very|quite|so|too|absolutely|perfectly|totally|completely|always|actually|pretty)){0,2}"
    rf"\s+(?P<how>{_HOW})\b(?!\s+(?:to|if|that|when|now\s+but)\b)",
    re.IGNORECASE,
)
_MIXED_TEXT = "but although though however until unless hoped expected yet except if"
_REQUEST_TEXT = "please help want wanted need wish hope hoping would should"
# What turns within a sentence says both, and a request asserts nothing.
_UNCLEAR = frozenset(f"{_MIXED_TEXT} {_REQUEST_TEXT}".split())
_GOOD = frozenset(_PLEASED.split())


def opposes(text: str, theme: str, supports: Sequence[str]) -> bool:
    """Say whether a sentence says the opposite of what supports a theme.

    It must name the theme: a word of its name, two where the name is a family of words. The opposite of trouble is
    to deny it or to be pleased, that of praise is displeasure, each said outright: a quote that only seems to
    contradict is worse than none. Who asks, or says both, asserts nothing; other languages than English have no
    opposite here.
    """
    said, subject = words(text), frozenset(stems(words(theme)))
    named = len(subject.intersection(stems(said))) >= (2 if "," in theme else 1)
    if not named or text.rstrip().endswith("?") or _UNCLEAR.intersection(said):
        return False
    praised = sum(_verdict(quote) for quote in supports) > 0
    return _verdict(text) == (-1 if praised else 1)


def _verdict(text: str) -> int:
    """Give 1 for a pleased sentence, −1 for a displeased one, 0 for one that says neither or both."""
    verdicts = {(1 if m["how"].lower() in _GOOD else -1) * (-1 if m["no"] else 1) for m in _VERDICT.finditer(text)}
    if _DENIAL.search(text):
        verdicts.add(1)
    return verdicts.pop() if len(verdicts) == 1 else 0
