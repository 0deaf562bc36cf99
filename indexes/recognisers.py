"""Presidio's pattern recognisers, each by itself: its AnalyzerEngine would fetch a language model."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

_DIGIT = re.compile(r"\d")
_HOST = re.compile(r"\d\.\d{1,3}\.\d|[0-9a-fA-F]*:[0-9a-fA-F]*:")
_IBAN = re.compile(r"\b[A-Za-z]{2}\s?\d{2}[\s-]?[A-Za-z0-9]{4}")
_LETTERED = re.compile(r"[A-Za-z]\d{3}|\d{3}[A-Za-z]|\d[+-]\d{3}|[A-Za-z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-Da-d]\b")
_SURE = 0.3
_CERTAIN = 0.9
_IDENTITIES = {
    "US": ("UsSsnRecognizer", "UsItinRecognizer"),
    "GB": ("UkNinoRecognizer", "NhsRecognizer"),
    "DE": ("DeTaxIdRecognizer", "DeSocialSecurityRecognizer"),
    "ES": ("EsNifRecognizer", "EsNieRecognizer"),
    "IT": ("ItFiscalCodeRecognizer",),
    "PL": ("PlPeselRecognizer",),
    "FI": ("FiPersonalIdentityCodeRecognizer",),
    "SE": ("SePersonnummerRecognizer",),
    "IN": ("InAadhaarRecognizer", "InPanRecognizer"),
    "SG": ("SgFinRecognizer",),
    "AU": ("AuTfnRecognizer",),
    "CA": ("CaSinRecognizer",),
    "TR": ("TrNationalIdRecognizer",),
    "KR": ("KrRrnRecognizer",),
    "NG": ("NgNinRecognizer",),
    "TH": ("ThTninRecognizer",),
    "ZA": ("ZaIdNumberRecognizer",),
}
_WITHOUT_CHECKSUM = ("UsSsnRecognizer", "UsItinRecognizer", "UkNinoRecognizer")


def recognised(text: str, regions: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, kind) of what a recogniser is sure of."""
    for recogniser, kind, least in _worth_running(text, tuple(regions)):
        upper = text.upper() if kind == "IBAN" else text
        for hit in recogniser.analyze(upper if len(upper) == len(text) else text, recogniser.supported_entities, None):
            if hit.score >= least:
                yield hit.start, hit.end, kind


def _worth_running(text: str, regions: tuple[str, ...]) -> Iterator[tuple[Any, str, float]]:
    """Name the recognisers that a look at the digits does not rule out."""
    if "@" in text:
        yield _email(), "EMAIL", _SURE
    digits = len(_DIGIT.findall(text))
    if digits >= 4 and _HOST.search(text):
        yield _known("IpRecognizer"), "IP", _SURE
    if digits >= 12:
        yield _card(), "CARD", _SURE
    if digits >= 10 and _IBAN.search(text):
        yield _known("IbanRecognizer"), "IBAN", _SURE
    if digits >= 9 or (digits >= 5 and _LETTERED.search(text)):
        for name, recogniser in _identities(regions):
            yield recogniser, "NATIONAL_ID", _SURE if name in _WITHOUT_CHECKSUM else _CERTAIN


@cache
def _identities(regions: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, _known(name)) for region in regions for name in _IDENTITIES.get(region, ()))


@cache
def _known(name: str) -> Any:
    from presidio_analyzer import predefined_recognizers as known

    return getattr(known, name)()


@cache
def _card() -> Any:
    from presidio_analyzer import Pattern
    from presidio_analyzer.predefined_recognizers import CreditCardRecognizer

    any_card = Pattern("card", r"(?<![\d.])\d(?:[ \-./]{0,2}\d){11,18}(?!\d)", 0.3)
    separators = [(sign, "") for sign in "-. /"]
    return CreditCardRecognizer(patterns=[any_card], replacement_pairs=separators)


@cache
def _email() -> Any:
    """Give the e-mail recogniser the bundled list of domain endings: by default it asks the network."""
    import tldextract
    from presidio_analyzer.predefined_recognizers import EmailRecognizer

    bundled = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

    class OfflineEmail(EmailRecognizer):  # type: ignore[misc]
        def validate_result(self, pattern_text: str) -> bool:
            return bool(bundled(pattern_text).fqdn)

    return OfflineEmail()
