"""Personal data recognised by what is said around it.

A cue is (kind, words, pattern): it is tried where one of the words occurs (none: always), and the group `hide` must go.
"""

import re
from typing import Final

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_YEAR_WORDS = (
    r"(?:nineteen|two|thousand|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|and|ten|eleven|twelve|"
    r"thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|oh|one|three|four|five|six|seven|eight|nine|\d{2,4})"
)
_DATE = (
    rf"(?:\d{{1,4}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?\d{{1,4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b\.?,?(?:\s+\d{{2,4}})?"
    rf"|{_MONTH}\.?\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?,?(?:\s+\d{{2,4}})?|\d{{6}}(?:\d{{2}})?)"
)
_IS = r"(?:'s|’s)?\s*(?:,?\s*(?:is|was|it's|it’s|its|it\ is|that's|that\ is|would\ be)\b\s*)?[:=,\-]?\s*"
_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|court|ct|way|place|terrace|crescent|boulevard|blvd|square|"
    r"gardens|mews|grove|parkway|highway|circle|row|walk|hill)"
)
_AMOUNT = (
    r"(?:%|[.,]\d|\s*(?:days?|weeks?|months?|years?|hours?|minutes?|times?|percent|euros?|pounds?|dollars?|eur|gbp|usd|"
    r"passengers?|adults?)\b)"
)
_HOLDER = (
    r"(?:account|acc?|acct|a/c|policy|customer|client|member(?:ship)?|claim|subscriber|loyalty|licen[cs]e|"
    r"passport|sort\ code|routing|social\ security|ssn|tax|national\ insurance|nhs|medicare|credit|debit|card)"
)
_HOLDERS = (
    "account", "ac", "a/c", "policy", "customer", "client", "member", "claim", "subscriber", "loyalty", "licen",
    "passport", "sort", "routing", "social", "ssn", "tax", "insurance", "nhs", "medicare", "credit", "debit", "card",
)  # fmt: skip
_CALLS = (
    "call",
    "ring",
    "reach",
    "phone",
    "mobile",
    "cell",
    "tel",
    "fax",
    "whatsapp",
    "contact",
    "text",
    "dial",
    "answering",
    "my number",
)
_STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
)
_STREETS = (
    " street",
    " road",
    " ave",
    " lane",
    " boulevard",
    " blvd",
    " crescent",
    " terrace",
    " drive",
    " st",
    " rd",
    " dr",
    " ln",
)
_CODE = r"(?:\d{5}(?:-\d{4})?|[a-z]{1,2}\d[a-z\d]?\ ?\d[a-z]{2})"
NO_STREET = (
    r"(?:the|a|an|on|in|at|of|my|our|your|for|to|from|by|and|or|is|was|i|it|we|you|this|that|per|with|more|other|of|new|"
    r"days?|weeks?|hours?|working|business|attempts?|failed|months?|times?|years?|months?|minutes?|people|calls?|engineers?|agents?|percent|euros?|pounds?|dollars?|"
    r"st|nd|rd|th|am|pm|down|up|off|when|but|so|please|thanks?)\b"
)
_ENDING = "com|net|org|uk|de|at|ch|fr|ie|io|info|biz|edu|gov|eu|us|ca|se|no|dk|fi|nl|it|es|example|test"


def _cue(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


def _exact(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE)


CUES: Final[tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]] = (
    (
        "DATE_OF_BIRTH",
        ("birth", "born", "dob", "d.o.b", "geburt"),
        _cue(
            rf"""\b(?:date\ of\ birth|birth\ ?date|d\.?o\.?b\.?|born(?:\ on)?(?:\ the)?|birthday|geburtsdatum){_IS}
            (?:the\s+)?(?P<hide>{_DATE}|[a-z]+(?:[-\ ][a-z]+)?(?:\s+of)?\s+{_MONTH}(?:,?\s+(?:{_YEAR_WORDS})\b)+)"""
        ),
    ),
    (
        "PASSWORD",
        ("passw", "passp", "passc", "memorable", "security answer"),
        _cue(
            r"""\b(?:password|passphrase|passcode|passwort|memorable\ word|security\ answer)
            \s*(?:is|was|ist|:|=|to)+\s*
            (?P<hide>["'“][^"'”]{3,40}["'”]|(?=\S*[\d@\#$%^&*_]|\S*!\w)[^\s,;]{4,40})"""
        ),
    ),
    (
        "PASSWORD",
        ("pin", "cv", "code", "passcode", "password", "otp"),
        _cue(
            rf"""\b(?:pin(?:\ code|\ number)?|cvv2?|cvc|security\ code|one[-\ ]time\ (?:code|pass\w+)|otp){_IS}
            (?P<hide>\d(?:[\ -]?\d){{2,7}})\b"""
        ),
    ),
    (
        "ACCOUNT",
        _HOLDERS,
        _cue(
            rf"""\b{_HOLDER}\s*(?:card)?\s*(?:number|no\.?|num|nr\.?|id|code|\#)?
            (?:\s+(?:ending(?:\ (?:in|with))?|ends\ (?:in|with)|for\ that|last\ (?:4|four)(?:\ digits?)?))?{_IS}
            (?P<hide>(?=(?:[^\d\n]{{0,2}}\d){{4}})(?:[A-Z]{{1,4}}[\ -]?)?\d[A-Z0-9]*(?:[\ -]\d[A-Z0-9]*)*)
            (?!\w|{_AMOUNT})"""
        ),
    ),
    ("ACCOUNT", ("user",), _cue(rf"\buser\ ?(?:id|name){_IS}(?P<hide>(?=\w*[\d_])\w{{4,}})")),
    (
        "PHONE",
        _CALLS,
        _cue(
            r"""\b(?:call|ring|reach|phone|telephone|mobile|cell|tel|fax|whatsapp|contact|text|dial|answering
            |my\ number)\b
            [^\d\n]{0,30}?
            (?P<hide>[+(]{0,2}\d[\d\ ().\-/]{5,18}\d)(?![\d:])"""
        ),
    ),
    (
        "POSTCODE",
        ("post", "zip", "plz"),
        _cue(
            rf"""\b(?:post\ ?code|postal\ code|zip(?:\ ?code)?|plz|postleitzahl){_IS}
            (?P<hide>[a-z]{{1,2}}\d[a-z\d]?\d[a-z]{{2}}
            |(?=[a-z0-9]{{0,4}}\d)[a-z0-9]{{2,5}}(?:[\ -](?=[a-z0-9]{{0,3}}\d)[a-z0-9]{{2,4}})?)\b"""
        ),
    ),
    ("POSTCODE", (), _exact(r"(?P<hide>\b[A-Z]{1,2}\d[A-Z\d]?\ ?\d[ABD-HJLNP-UW-Z]{2})\b")),
    ("POSTCODE", (), _exact(rf"\b(?P<hide>(?:{_STATES}),?\ \d{{5}}(?:-\d{{4}})?)\b")),
    (
        "ADDRESS",
        (),
        _exact(
            rf"""(?P<hide>(?:\b(?:Flat|Apt|Unit|Suite)\.?\ \w{{1,4}},?\ )?
            \b\d{{1,5}}[A-Za-z]?,?\ (?:(?:[NSEW]\.?|[A-Z][\w'’.-]+)\ ){{1,4}}(?i:{_STREET})\b\.?
            (?:,?\ (?:Apt|Apartment|Flat|Unit|Suite|Ste)\.?\ ?\#?\w{{1,5}})?
            (?:,\ [A-ZÀ-Þ][\w'’-]+(?:\ [A-ZÀ-Þ][\w'’-]+)?)?(?:,?\ \d{{4,5}}\b)?)"""
        ),
    ),
    (
        "ADDRESS",
        (),
        _exact(
            r"""(?P<hide>\b[A-ZÄÖÜÅÆØ][\wäöüßåæø-]+(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|gatan|vägen|
            veien|vej|gade|katu|tie)\ \d{1,4}[a-z]?\b(?:,\ \d{4,5}\ [A-ZÄÖÜÅÆØ][\wäöüßåæø-]+)?)"""
        ),
    ),
    (
        "ADDRESS",
        _STREETS,
        _cue(
            rf"""(?P<hide>\b(?:no\.?\ )?\d{{1,5}}[a-z]?,?\ (?:(?!{NO_STREET})[a-z][\w'’.-]*\ ){{1,3}}
            (?:street|road|avenue|ave|lane|boulevard|blvd|crescent|terrace|drive|st|rd|dr|ln)\b\.?
            (?:(?:,?\ (?!{NO_STREET})[a-z0-9#'’.-]+){{0,6}}?,?\ {_CODE}\b)?)"""
        ),
    ),
    (
        "ADDRESS",
        ("address", "live", "living", "located", "deliver", "mov", "reside"),
        _cue(
            rf"""\b(?:address|i\ live|we\ live|living|located|deliver(?:ed)?|moved|moving|reside)\b
            (?:\s+(?:at|to|is|will\ be|now|in))*\s*[:,]?\s*
            (?P<hide>\d{{1,5}}[a-z]?,?\ (?:[\w'’.-]+\ ){{1,4}}{_STREET})\b"""
        ),
    ),
    (
        "EMAIL",
        ("gmail", "yahoo", "hotmail", "outlook", "icloud", "mail"),
        _cue(
            r"""(?P<hide>\b(?:[\w.+-]{1,30}\ )?(?:\d{1,6}\ ?)?[\w.+-]*
            (?:gmail|yahoo?|hotmail|outlook|icloud|\w{2,20}mail)\s?\.?\s?(?:com|couk|co\ uk|net|org|de|in|fr)\b)"""
        ),
    ),
    (
        "EMAIL",
        (" at ", "@"),
        _cue(
            rf"""(?P<hide>\b(?:(?:\w[\ -]){{2,}}\w\b|[\w.+-]+)(?:\s+(?:dot|point|underscore|dash|hyphen|minus|plus)\s+
            (?:(?:\w[\ -]){{2,}}\w\b|[\w.+-]+)|\s+\d{{1,4}}(?=\s+at\b))*\s+(?:at|@)\s+
            [\w-]+(?:\s+(?:dash|hyphen)\s+[\w-]+)*
            (?:(?:\s+dot\s+|\s*\.\s?)(?:co|mail|{_ENDING}|[a-z]{{2,12}}(?=\s+dot\s+)))*
            (?:\s+dot\s+|\s*\.\s?)(?:{_ENDING}))\b"""
        ),
    ),
)

TRIGGERS: Final = frozenset(
    (
        "dot",
        "gmailcom",
        "yahoocom",
        "hotmailcom",
        "outlookcom",
        "icloudcom",
        "gmail",
        "yahoo",
        "hotmail",
        "password",
        "passphrase",
        "passcode",
        "passwort",
        "memorable",
        "security",
        "user",
        "username",
        "userid",
    )
)
