"""The last look at what leaves: e-mail addresses, cards and IBANs are hidden in whatever part of an outcome."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

T = TypeVar("T")

_MAYBE = re.compile(r"@|\d(?:[ \-./]{0,2}\d){10}|[A-Za-z]{2}\d{2}[ -]?[A-Za-z0-9]{4}")
_KINDS = ("EMAIL", "CARD", "IBAN")


def without_personal(value: T) -> T:
    """Give a value of an outcome with each such text replaced; what holds none is returned as it is."""
    cleaned: T = _cleaned(value)
    return cleaned


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _masked(value) if _MAYBE.search(value) else value
    if isinstance(value, tuple):
        parts = tuple(_cleaned(part) for part in value)
        return parts if any(new is not old for new, old in zip(parts, value, strict=True)) else value
    if is_dataclass(value) and not isinstance(value, type):
        held = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
        changed = {name: new for name, old in held.items() if (new := _cleaned(old)) is not old}
        return replace(value, **changed) if changed else value
    return value


def _masked(text: str) -> str:
    from indexes.recognisers import recognised

    for start, end, kind in sorted(recognised(text, ()), reverse=True):
        if kind in _KINDS:
            text = f"{text[:start]}[{kind}]{text[end:]}"
    return text
