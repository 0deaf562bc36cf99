"""Personal data recognised by what is said around it: patterns whose group `hide` is what must go."""

import re
from typing import Final

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    rf"(?:\d{{1,4}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?\d{{1,4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\.?,?(?:\s+\d{{2,4}})?"
    rf"|{_MONTH}\.?\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?,?(?:\s+\d{{2,4}})?|\d{{6}}(?:\d{{2}})?)"
)
_IS = r"\s*(?:,?\s*(?:is|was|it's|its|it is|that's|that is|being|would be)\s*)?[:=,\-]?\s*"
_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|court|ct|way|place|terrace|crescent|boulevard|blvd|square|"
    r"gardens|mews|grove|parkway|highway|circle|row|walk|hill)"
)


def _compiled(pattern: str, *, exact: bool = False) -> re.Pattern[str]:
    return re.compile(pattern, 0 if exact else re.IGNORECASE)


CUES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "DATE_OF_BIRTH",
        _compiled(rf"\b(?:date of birth|birth ?date|d\.?o\.?b\.?|born(?: on)?(?: the)?|birthday){_IS}(?:the\s+)?(?P<hide>{_DATE})"),
    ),
    (
        "PASSWORD",
        _compiled(
            r"\b(?:password|passphrase|passcode|passwort|memorable word|security answer)\s*(?:is|was|ist|:|=|to)+\s*"
            r"(?P<hide>[\"'“][^\"'”]{3,40}[\"'”]|(?=[^\s]*[\d!@#$%^&*_])[^\s,;]{4,40})"
        ),
    ),
    (
        "PASSWORD",
        _compiled(
            rf"\b(?:pin(?: code| number)?|cvv2?|cvc|security code|one[- ]time (?:code|passcode|password)|otp){_IS}(?P<hide>\d(?:[ -]?\d){{2,7}})\b"
        ),
    ),
    (
        "ACCOUNT",
        _compiled(
            r"\b(?:account|acct|policy|customer|client|member(?:ship)?|claim|subscriber|loyalty|licen[cs]e|passport|"
            r"sort code|routing|social security|ssn|tax|national insurance|nhs|medicare|credit|debit|card)"
            r"\s*(?:card)?\s*(?:number|no\.?|num|nr\.?|id|code|#)?(?:\s+(?:ending(?: in)?|for that))?"
            rf"{_IS}(?P<hide>(?:[A-Z]{{1,4}}[ -]?)?\d[A-Z0-9]*(?:[ -]\d[A-Z0-9]*)*)(?![\w%]|[.,]\d|\s*(?:days?|weeks?|months?|years?|hours?|minutes?|times?|percent|euros?|pounds?|dollars?|eur|gbp|usd|passengers?|adults?))"
        ),
    ),
    ("ACCOUNT", _compiled(rf"\buser ?(?:id|name){_IS}(?P<hide>(?=\w*[\d_])\w{{4,}})")),
    (
        "POSTCODE",
        _compiled(rf"\b(?:post ?code|postal code|zip(?: ?code)?|plz|postleitzahl){_IS}(?P<hide>(?=[a-z0-9 -]*\d)[a-z0-9]{{2,5}}(?:[ -][a-z0-9]{{2,4}})?)\b"),
    ),
    ("POSTCODE", _compiled(r"(?P<hide>\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b", exact=True)),
    ("POSTCODE", _compiled(r"\b(?P<hide>(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]),? \d{5}(?:-\d{4})?)\b", exact=True)),
    (
        "ADDRESS",
        _compiled(rf"(?P<hide>\b\d{{1,5}}[A-Za-z]?,? (?:(?:[NSEW]\.?|[A-Z][\w'’.-]+) ){{1,4}}(?i:{_STREET})\b\.?(?:,? (?:Apt|Apartment|Flat|Unit|Suite|Ste)\.? ?#?\w{{1,5}})?)", exact=True),
    ),
    (
        "ADDRESS",
        _compiled(r"(?P<hide>\b[A-ZÄÖÜ][\wäöüß-]+(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer) \d{1,4}[a-z]?)\b", exact=True),
    ),
    (
        "ADDRESS",
        _compiled(
            r"\b(?:address|i live|we live|living|located|deliver(?:ed)?|moved|moving|reside)\b(?:\s+(?:at|to|is|will be|now|in))*\s*[:,]?\s*"
            rf"(?P<hide>\d{{1,5}}[a-z]?,? (?:[\w'’.-]+ ){{1,4}}{_STREET})\b"
        ),
    ),
    (
        "EMAIL",
        _compiled(
            r"(?P<hide>\b[\w.+-]+(?:\s+(?:dot|underscore|dash|hyphen|minus)\s+[\w.+-]+)*\s+(?:at|@)\s+[\w-]+(?:\s+(?:dash|hyphen)\s+[\w-]+)*"
            r"(?:(?:\s+dot\s+|\s*\.\s?)(?:co|com|net|org|uk|de|at|ch|fr|ie|io|info|biz|edu|gov|eu|us|ca|se|no|dk|fi|example|test|[a-z]{2,12}(?=\s+dot\s+)))+)\b"
        ),
    ),
)  # fmt: skip

TRIGGER: Final = re.compile(
    r"\d|\bdot\b|passw|passphrase|memorable word|security answer|user ?(?:id|name)",
    re.IGNORECASE,
)
