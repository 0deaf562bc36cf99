"""Numbers, periods and slices as an executive would say them."""

import math
import re
from collections.abc import Sequence
from datetime import date

from semantic_layer.query import Filter, TimeWindow

NO_PERIOD = "no period was named"
SPELLED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF "}
_PLAIN_UNITS = frozenset({"ratio", "count", "seconds", "score", "months"})
_PLAIN = re.compile(r"([+−]?)[€$£¥]?(\d[\d,]*(?:\.\d+)?)(?: %| points)?")
_PREPOSITIONS = frozenset({"at", "by", "for", "from", "in", "of", "on", "per", "to", "with", "within"})
_SCALES = ((999.5e6, 1e9, "bn"), (999.5e3, 1e6, "m"), (1e4, 1e3, "k"))


def show(value: float | None, unit: str) -> str:
    """Say a value in its unit: 2.41 %, 6 min 12 s, €12.3k, 12,345."""
    if value is None or not math.isfinite(value):
        return "no value"
    sign = "−" if value < 0 else ""
    return sign + _magnitude(abs(value), unit)


def show_change(change: float, unit: str) -> str:
    """Say a change with its sign: +0.45 points, −12 s."""
    return ("−" if change < 0 else "+") + show_size(change, unit)


def show_bound(bound: float, unit: str) -> str:
    """Say an end of an interval with its sign; of a count no fraction."""
    return show_change(round(bound) if unit == "count" and abs(bound) >= 10 else bound, unit)


def show_size(change: float, unit: str) -> str:
    """Say the size of a change without its sign: 0.45 points."""
    size = abs(change)
    if unit == "ratio":
        return f"{_digits(size * 100)} points"
    return _magnitude(size, unit)


def show_share(fraction: float) -> str:
    """Say a fraction as a round percentage: 26 %."""
    return f"{abs(fraction) * 100:.0f} %"


def _magnitude(size: float, unit: str) -> str:
    if unit == "ratio":
        return f"{_digits(size * 100)} %"
    if unit == "seconds":
        return _duration(size)
    if unit == "months":
        return f"{size:.1f} months"
    if unit == "score":
        return f"{size:.1f}" if size >= 10 else _digits(size)
    if unit == "count":
        return f"{size:,.0f}" if size >= 100 or size == round(size) else _digits(size)
    return _money(size, unit)


def _digits(size: float) -> str:
    """Two decimals, more only where the value would round to zero."""
    for places in (2, 3, 4):
        if size == 0 or round(size, places) > 0:
            return f"{size:,.{places}f}"
    return f"{size:.1e}"


def _duration(size: float) -> str:
    if size < 59.5:
        return f"{size:.0f} s" if size >= 10 else f"{size:.1f} s"
    seconds = round(size)
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    minutes = round(size / 60)
    return f"{minutes // 60} h {minutes % 60} min"


def _money(size: float, unit: str) -> str:
    symbol = _SYMBOLS.get(unit, f"{unit} ")
    for least, divisor, suffix in _SCALES:
        if size >= least:
            places = 0 if size / divisor >= 100 else 1 if suffix == "k" else 2
            return f"{symbol}{size / divisor:,.{places}f}{suffix}"
    return f"{symbol}{size:,.0f}" if size >= 1000 else f"{symbol}{_digits(size)}"


def add_up(before: float | None, change: float | None, now: float | None, unit: str) -> bool:
    """Tell whether values as they are shown differ by the change as it is shown; true of what is not shown plainly."""
    if before is None or change is None or now is None:
        return True
    texts = [show(now, unit), show(before, unit), show_change(change, unit)]
    found = [_PLAIN.fullmatch(text) for text in texts]
    if not all(found):
        return True
    ends = [float((m[1] or "").replace("−", "-") + m[2].replace(",", "")) for m in found if m]
    digits = max(len(m[2].partition(".")[2]) for m in found if m)
    return round(ends[0] - ends[1] - ends[2], digits) == 0


def is_known_unit(unit: str) -> bool:
    """Tell the units of the contract from free text."""
    return unit in _PLAIN_UNITS or (len(unit) == 3 and unit.isupper())


def spoken_date(day: date) -> str:
    """Say a day: 15 July 2026."""
    return f"{day.day} {day:%B} {day.year}"


def spoken_month(day: date) -> str:
    """Say a month: July 2026."""
    return f"{day:%B} {day.year}"


def spoken_window(window: TimeWindow) -> str:
    """Say a window by its label, else by its days."""
    if window.label:
        return window.label
    if window.start == window.end:
        return spoken_date(window.start)
    return f"{spoken_date(window.start)} to {spoken_date(window.end)}"


def spoken_members(filters: Sequence[Filter], labels: dict[str, str]) -> str:
    """Name a slice by its members; a member that says little alone brings its dimension's label."""
    kept = [f for f in filters if f.operator == "in"]
    said = " / ".join(_spoken_filter(f, labels.get(f.dimension, f.dimension)) for f in kept or filters)
    left = [_left_out(f, labels.get(f.dimension, f.dimension)) for f in filters if kept and f not in kept]
    return f"{said} (without {join_words(left)})" if left else said


def _left_out(item: Filter, label: str) -> str:
    return f"{sentence_case(label)} {join_words([str(v) for v in item.values])}"


def _spoken_filter(item: Filter, label: str) -> str:
    values = [str(v) for v in item.values]
    said = join_words(values, "or" if item.operator == "in" else "and")
    if item.operator == "not in":
        return f"everything but {label} {said}" if not _tells(values) else f"everything but {said}"
    return said if _tells(values) else f"{label} {said}"


def _tells(values: Sequence[str]) -> bool:
    silent = {"yes", "no", "true", "false", "none", "other", "(unknown)"}
    return all(len(v) > 2 and v.lower() not in silent and any(c.isalpha() for c in v) for v in values)


def join_words(words: Sequence[str], last: str = "and") -> str:
    """Join words as a person lists them: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def sentence_case(label: str) -> str:
    """Lower a label inside a sentence; abbreviations stay as they are."""
    first = label.split(" ")[0]
    return label if not first or any(c.isupper() for c in first[1:]) else label[0].lower() + label[1:]


def is_plural(label: str) -> bool:
    """Tell whether a label names many: customers at risk, disclosure misses."""
    words = label.split()
    cut = next((i for i, word in enumerate(words) if i and word in _PREPOSITIONS), len(words))
    head = words[cut - 1] if words else ""
    return head.endswith("s") and not head.endswith(("ss", "us", "is", "ics"))


def was(label: str, *, present: bool = False) -> str:
    """Return the verb that goes with a label."""
    if present:
        return "are" if is_plural(label) else "is"
    return "were" if is_plural(label) else "was"


def ask_what(label: str) -> str:
    """Ask for a metric: What are the customers at risk?"""
    return f"What {was(label, present=True)} the {sentence_case(label)}?"


def ask_how(label: str) -> str:
    """Begin the question how a metric developed: How have customers at risk developed."""
    return f"How {'have' if is_plural(label) else 'has'} {sentence_case(label)} developed"


def spelled(count: int) -> str:
    """Spell a small count out, as prose does: one to twelve."""
    return SPELLED[count] if 0 <= count < len(SPELLED) else f"{count:,}"


def capital(text: str) -> str:
    """Begin a sentence with a capital."""
    return text[:1].upper() + text[1:]
