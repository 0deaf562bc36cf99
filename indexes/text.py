"""Words, stems, sentences: how the index reads text."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

_STOP_WORDS_TEXT = """
a about above after again against all am an and any are aren't as at be because been before being below between both
but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each few for from further
had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his how how's i
i'd i'll i'm i've if in into is isn't it it'd it'll it's its itself just let's me more most my myself no nor not of
off on once only or other ought our ours ourselves out over own same she she'd she'll she's should shouldn't so some
such than that that's the their theirs them themselves then there there's these they they'd they'll they're they've
this those through to too under until up very was wasn't we we'd we'll we're we've were weren't what what's when
when's where where's which while who who's whom why why's will with won't would wouldn't you you'd you'll you're
you've your yours yourself yourselves
"""
# Words of any conversation, which say nothing of what it is about.
_TALK_TEXT = """
also anyway away bit bye came cheers come comes coming dear done even ever get gets getting go goes going gone got
hello hey hi hm just kind know knew like lot made make makes many maybe much nope now oh ok okay one please really
regards right said saw say says see seen sincerely sir madam something still sure take taken tell thank thanks thing
things think thought thx told took um uh us want wanted wants way well went yeah yep yes yet
"""
STOP_WORDS = frozenset(_STOP_WORDS_TEXT.split()) | frozenset(_TALK_TEXT.split())
_WORD = re.compile(r"\[[A-Z_]+(?:#[0-9a-f]+)?\]|[^\W_]+(?:['’][^\W_]+)?")
_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")


@cache
def _stemmer() -> "object":
    import Stemmer

    return Stemmer.Stemmer("english")


def words(text: str) -> list[str]:
    """Split into lower-case words; placeholders such as `[NAME]` are left out."""
    return [w.lower().replace("’", "'") for w in _WORD.findall(text) if not w.startswith("[")]


def stems(tokens: Sequence[str]) -> list[str]:
    """Stem words (Snowball English)."""
    return _stemmer().stemWords(list(tokens))  # type: ignore[attr-defined,no-any-return]


def content_stems(text: str) -> list[str]:
    """Stem the words of a text that are not stop words."""
    return stems([w for w in words(text) if w not in STOP_WORDS])


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each sentence, without surrounding white space."""
    start = 0
    for match in _ENDS.finditer(text):
        yield from _trimmed(text, start, match.start())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
