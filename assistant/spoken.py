"""A reading as a plain question: what the rules read back as the same reading."""

from collections.abc import Iterator

from assistant.phrases import join_words, sentence_case
from assistant.types import Reading
from assistant.windows import when
from semantic_layer.model import Catalogue
from semantic_layer.query import Filter, Having

# The period and the one it is compared with, in words; "" where none is named.
Times = tuple[str, str]
_THRESHOLDS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "=": "exactly", "!=": "not"}


def speak(reading: Reading, catalogue: Catalogue, *, times: Times | None = None, about: str | None = None) -> str:
    """Say a reading as a question; `about` is what quotes are asked about, `times` replaces its dates."""
    labels = {d.name: d.label for d in catalogue.dimensions}
    names = join_words([catalogue.metric(m).label for m in reading.metrics])
    metric = sentence_case(names)
    cut = join_words([sentence_case(labels[d]) for d in reading.by])
    by = f" by {cut}" if cut else ""
    rows = "".join(_slice(reading, labels))
    having = f" with {_having(reading.having[0], catalogue)}" if reading.having else ""
    time, against = _said(times or _times(reading))
    if reading.shares:
        parts = join_words([f"{sentence_case(labels[reading.by[0]])} {member}" for member in reading.shares])
        return f"What share of {metric}{rows} is {parts}{time}?"
    if reading.shares is not None:
        return f"Share of {metric}{by}{rows}{time}"
    match reading.intent:
        case "define":
            return f"How is {metric} defined?"
        case "quotes":
            return f"Show me quotes{f' about {about}' if about else ''}{rows}{time}"
        case "why":
            return f"Why did {metric}{rows} change{time}{against}?"
        case "rank" if reading.limit == 1 and not reading.baseline:
            end = "lowest" if reading.order == "asc" else "highest"
            return f"Which {cut} has the {end} {metric}{rows}{having}{time}?"
        case "rank":
            many = f"{reading.limit} " if reading.limit else ""
            end = "Bottom" if reading.order == "asc" else "Top"
            return f"{end} {many}{cut} by {metric}{rows}{having}{time}"
        case "forecast":
            ahead = f" {when(reading.horizon)}" if reading.horizon else ""
            return f"Forecast {metric}{rows}{ahead}"
        case "trend":
            return f"{names} by {reading.grain or 'month'}{by}{rows}{time}"
        case "compare" if not against:
            others = join_words([sentence_case(labels[d]) for d in reading.by if d not in _cut_by_members(reading)])
            return f"Compare {metric}{rows}{f' by {others}' if others else ''}{time}"
        case _:
            return f"{names}{by}{rows}{having}{time}{against}"


def _cut_by_members(reading: Reading) -> set[str]:
    return {kept.dimension for kept in reading.filters if kept.operator == "in"}


def _times(reading: Reading) -> Times:
    return (when(reading.window) if reading.window else "", when(reading.baseline) if reading.baseline else "")


def _said(times: Times) -> tuple[str, str]:
    now, before = (text.strip() for text in times)
    return f" {now}" if now else "", f" compared with {before.removeprefix('in ')}" if before else ""


def _slice(reading: Reading, labels: dict[str, str]) -> Iterator[str]:
    for kept in reading.filters:
        said = [_member(v, kept, labels) for v in kept.values]
        if kept.operator == "not in":
            yield f" excluding {join_words(said)}"
        elif reading.intent == "compare" and kept.dimension in reading.by:
            yield f" for {join_words(said)}"
        else:
            yield f" for {join_words(said, 'or')}"


def _member(value: object, kept: Filter, labels: dict[str, str]) -> str:
    return f"{sentence_case(labels[kept.dimension])} {value}"


def _having(having: Having, catalogue: Catalogue) -> str:
    label = sentence_case(catalogue.metric(having.metric).label)
    return f"{label} {_THRESHOLDS[having.operator]} {having.value:g}"
