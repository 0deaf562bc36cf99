"""Numbers as callers say them: digit by digit, doubled, with fillers, letters by the alphabet."""

from random import Random

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ALPHABET_TEXT = """
alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra
tango uniform victor whiskey xray yankee zulu
"""
_ALPHABET = _ALPHABET_TEXT.split()
_PAUSES = (",", " uh", " dash", "...", " and then", ".")


def said(number: str, rng: Random) -> str:
    """Say a number or code aloud."""
    signs = [sign for sign in number.lower() if sign.isalnum()]
    out: list[str] = []
    at = 0
    while at < len(signs):
        sign = signs[at]
        doubled = sign.isdigit() and signs[at + 1 : at + 2] == [sign] and rng.random() < 0.7
        out.append(f"double {_digit(sign, rng)}" if doubled else _sign(sign, rng))
        at += 2 if doubled else 1
        if at < len(signs) and rng.random() < 0.15:
            out[-1] += rng.choice(_PAUSES)
    return " ".join(out)


def _sign(sign: str, rng: Random) -> str:
    if sign.isdigit():
        return _digit(sign, rng)
    word = _ALPHABET[ord(sign) - ord("a")]
    return rng.choice((sign, word, f"{sign} for {word}", f"{sign} as in {word}"))


def _digit(sign: str, rng: Random) -> str:
    return "oh" if sign == "0" and rng.random() < 0.5 else _DIGITS[int(sign)]
