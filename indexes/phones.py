"""Telephone numbers: what could be one, and what is one in a configured country."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

_CANDIDATE = re.compile(
    r"""(?<![\w@$£€])(?<!\d[.,:/-])(?:\+|\(\+?)?\d(?:[\ ().\-/\t]{0,3}\d){5,17}
    (?:\ ?(?:x|ext\.?|extension)\ ?\d{1,6})?(?!\w|[.,:]\d|\ ?(?:%|€|£|eur|gbp|usd|euros?|pounds?|dollars?)\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:19|20)\d{2}[-./ ]\d{1,2}[-./ ]\d{1,2}(?!\d)|\b\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d{2}\b"
    r"|^\d{1,2}[-./]\d{1,2}[-./]\d{2}$|^(?:19|20)\d{2}[01]\d[0-3]\d$|\d{1,2}[:/]\d{2}(?!\d)"
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[ .]\d{3})+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_GROUPS = re.compile(r"\d+")


def telephones(text: str, regions: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where numbers stand that are valid in one of the regions, or are written as no other number is."""
    for match in _CANDIDATE.finditer(text):
        said = match.group()
        if _DATE.search(said) or is_amount(said):
            continue
        if _is_phone(said, tuple(regions)) or (said == text.strip() and _is_reply(said, tuple(regions))):
            yield match.span()


def _is_reply(said: str, regions: tuple[str, ...]) -> bool:
    """Tell a turn that is nothing but seven or eight digits: somebody answers with a number, not with an amount."""
    return said.isdigit() and len(said) in (7, 8) and _valid(said, regions)


def is_amount(said: str) -> bool:
    """Tell thousands in groups ("2 500 000"), years ("2025 2026") and counting ("12 13 14 15") from telephones.

    Eight digits and more in groups of three with spaces are far more often a telephone.
    """
    groups = _GROUPS.findall(said)
    if _THOUSANDS.fullmatch(said):
        return "." in said or sum(map(len, groups)) < 8
    rising = all(len(a) == len(b) and int(a) < int(b) for a, b in pairwise(groups))
    return all(map(_YEAR.fullmatch, groups)) or (len(groups) > 3 and rising)


@lru_cache(maxsize=4096)
def _is_phone(said: str, regions: tuple[str, ...]) -> bool:
    groups = _GROUPS.findall(said)
    digits = sum(map(len, groups))
    international = said.lstrip("(")[0] in "+0"
    if digits < 7 and not international:
        return len(groups) == 3 and int(groups[0]) > 31 and _valid(said, regions)
    if len(groups) == 1:
        return digits >= 9 and (international or _valid(said, regions))
    if international or "(" in said or "x" in said.lower():
        return digits >= 7 or _valid(said, regions)
    if min(len(group) for group in groups[1:]) < 2 or (len(groups[0]) == 1 and groups[0] != "1"):
        return False
    return digits >= 10 or (digits == 7 and len(groups) == 2) or _valid(said, regions)


def _valid(said: str, regions: tuple[str, ...]) -> bool:
    from phonenumbers import NumberParseException, is_valid_number, parse

    for region in regions:
        try:
            if is_valid_number(parse(said, region)):
                return True
        except NumberParseException:
            continue
    return False
