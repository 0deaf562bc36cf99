"""Questions and names as tokens: normalised words with their stems and places."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.planner.words import words

_TOKEN = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d+(?:[.,]\d+)*(?:st|nd|rd|th)?\b|\d+(?:[.,]\d+)*"
    r"|[^\W\d_]/[^\W\d_](?![^\W\d_])|[^\W\d_]+(?:'[^\W\d_]+)*\d*\+?|\d|\+|[&%,;/<>=€$£#]+"
)
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_QUOTED = re.compile(r"[\"“”«»](.+?)[\"“”«»]|(?<!\w)['‘](.+?)['’](?!\w)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the question; `start` and `end` are places in the cleaned text.

    `capital` marks a capital letter where a sentence would not put one.
    """

    word: str
    stem: str
    raw: str
    start: int
    end: int
    capital: bool = False
    quoted: bool = False


def is_plural_word(token: Token) -> bool:
    """Tell a plural from a singular that ends alike, such as business."""
    return token.word.endswith("s") and not token.word.endswith("ss") and token.stem != token.word


def clean(text: str) -> str:
    """Normalise Unicode, quotes and white space; the length may change."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'").replace("`", "'")
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in text).split())


def tokenize(text: str) -> tuple[Token, ...]:
    """Split cleaned text into tokens; contractions become several."""
    shouting = text.isupper()
    quoted = [m.span() for m in _QUOTED.finditer(text)]
    out: list[Token] = []
    for raw, start, end in _pieces(text):
        capital = raw[:1].isupper() and not shouting and not _opens_sentence(text, start)
        inside = any(a <= start and end <= b for a, b in quoted)
        for word in _expand(raw.lower()):
            out.append(Token(word, stem(word), raw, start, end, capital, inside))
    return tuple(out)


def key(text: str) -> tuple[str, ...]:
    """Return the stems of a name or phrase, punctuation left out."""
    return tuple(stem(w) for w in spell(text))


@lru_cache(maxsize=100_000)
def spell(text: str) -> tuple[str, ...]:
    """Return the words of a name: snake_case, camelCase and symbols split."""
    spaced = _CAMEL.sub(" ", text.replace("_", " "))
    parts = [w for raw, _, _ in _pieces(clean(spaced)) for w in _expand(raw.lower())]
    return tuple(w for w in parts if re.match(r"[\w+]", w))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of a word, after its irregular form is undone; of a number word, its digits."""
    if word in words().numbers and word != "one":
        return str(words().numbers[word])
    return str(_stemmer().stemWord(words().lemmas.get(word, word)))


@cache
def _stemmer():  # type: ignore[no-untyped-def]
    from Stemmer import Stemmer

    return Stemmer("english")


def _pieces(text: str) -> list[tuple[str, int, int]]:
    out: list[tuple[str, int, int]] = []
    for m in _TOKEN.finditer(text):
        if out and _is_dash(text[out[-1][2] : m.start()]) and _datelike(out[-1][0]) and _datelike(m.group()):
            out.append(("to", out[-1][2], m.start()))
        out.append((m.group(), m.start(), m.end()))
    return out


def _is_dash(gap: str) -> bool:
    return gap.strip() in ("-", "–", "—")


def _datelike(word: str) -> bool:
    return word[0].isdigit() or word.lower() in words().raw["months"] or bool(re.fullmatch(r"[qQhH]\d", word))


def _expand(word: str) -> tuple[str, ...]:
    table = words()
    if word in table.contractions:
        return table.contractions[word]
    if match := _ORDINAL.fullmatch(word):
        return (match.group(1),)
    if word.endswith("'s") or word.endswith("s'"):
        return (word[:-2] if word.endswith("'s") else word[:-1],)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", word):
        return (word.replace(",", ""),)
    return (word.replace("'", ""),)


def _opens_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'“(")
    return not before or before[-1] in ".?!:"
