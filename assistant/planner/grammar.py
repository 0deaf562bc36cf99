"""The phrases of the language's grammar, by stems: cues, fillers and small words."""

from functools import cache

from assistant.planner.text import key, stem
from assistant.planner.words import words

PROTECTED = frozenset(("why", "which", "by", "not", "and", "in", "vs", "how_many"))


@cache
def grammar_phrases() -> dict[tuple[str, ...], frozenset[str]]:
    """Map every grammar phrase to its cues; filler phrases have none."""
    out: dict[tuple[str, ...], frozenset[str]] = {}
    for cue, texts in words().cues.items():
        for text in texts:
            phrase = key(text) or tuple(text)
            out[phrase] = out.get(phrase, frozenset()) | {cue}
    for text in words().list_of("filler"):
        out.setdefault(key(text), frozenset())
    return out


@cache
def filler_stems() -> frozenset[str]:
    """Return the stems of single words that never change a number."""
    return frozenset(stem(w) for w in words().list_of("filler") if " " not in w)


@cache
def loose_stems() -> frozenset[str]:
    """Stems of single words of grammar, which name a thing only in a clear context."""
    return filler_stems() | {p[0] for p in grammar_phrases() if len(p) == 1} | {stem(n) for n in words().numbers}


@cache
def function_stems() -> frozenset[str]:
    """Return the stems of words that only hold a sentence together."""
    return filler_stems() | {p[0] for p, cues in grammar_phrases().items() if len(p) == 1 and cues & PROTECTED}


@cache
def preposition_stems() -> frozenset[str]:
    """Return the stems of single prepositions."""
    return frozenset(stem(w) for w in words().cues["in"] if " " not in w)


@cache
def tail_stems() -> frozenset[str]:
    """Return the stems of words that a metric's name may end with or leave out."""
    return frozenset(stem(w) for w in words().list_of("generic_tail"))


@cache
def gap_stems() -> frozenset[str]:
    """Return the stems that may stand between the words of a name."""
    cues = words().cues
    amounts = {t for name in ("high", "low", "more", "less", "highest", "lowest") for p in cues[name] for t in key(p)}
    return (filler_stems() | amounts) - preposition_stems()
