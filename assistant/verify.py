"""Nothing ungrounded is shown: numbers come from what a claim names, quotes are verbatim, the reading is what ran."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from assistant.findings import Findings, Narration
from assistant.phrases import show, show_bound, show_change, show_share, show_size
from assistant.types import Answer, Claim, Reading
from assistant.wire import to_dict
from indexes.types import Evidence
from semantic_layer.errors import InternalError
from semantic_layer.query import CubeQuery, MetricQuery, TimeWindow

_NUMBER = re.compile(r"(?:[+−][€$£¥]?)?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")


def verify_quotes(evidence: tuple[Evidence, ...], quote_of: Callable[[str], str]) -> tuple[Evidence, ...]:
    """Keep the quotes that stand verbatim in the redacted turns they cite."""
    return tuple(item for item in evidence if item.quote and item.quote in quote_of(item.citation))


def verify_claims(narration: Narration, draft: Answer) -> tuple[tuple[Claim, ...], int]:
    """Keep the claims whose every number stands in a figure they name; return them and the count of others."""
    wire = to_dict(draft)
    cited = {item.citation for item in draft.evidence}
    kept = tuple(c for c in narration.claims if _grounded(c, wire) and set(c.citations) <= cited)
    return kept, len(narration.claims) - len(kept)


def verify_reading(findings: Findings) -> None:
    """Raise InternalError unless what was run is what was read."""
    reading = findings.reading
    if reading.intent in ("define", "quotes") or not reading.metrics:
        return
    if not any(run.query and _ran(run.query, reading) for run in findings.runs):
        raise InternalError(
            "no query that was run has the metric, the filters and the period of the reading",
            code="reading_not_run",
            hint="please report the question",
        )


def _ran(query: MetricQuery | CubeQuery, reading: Reading) -> bool:
    names = query.metrics if isinstance(query, MetricQuery) else (query.metric,)
    window = query.window if isinstance(query, MetricQuery) else query.now
    same = _days(window) == _days(reading.window)
    if reading.intent == "anomalies":  # a period is judged within its history
        same = same or _overlaps(window, reading.window)
    return reading.metrics[0] in names and set(reading.filters) <= set(query.filters) and same


def _overlaps(one: TimeWindow | None, other: TimeWindow | None) -> bool:
    return bool(one and other and one.start <= other.end and other.start <= one.end)


def _days(window: TimeWindow | None) -> tuple[date, date] | None:
    return (window.start, window.end) if window else None


def _grounded(claim: Claim, wire: dict[str, Any]) -> bool:
    known: set[str] = set()
    for pointer in claim.figures:
        found, value = _resolve(wire, pointer)
        if not found:
            return False
        known.update(_renderings(value, pointer, wire))
    return set(_NUMBER.findall(claim.text)) <= known


def _resolve(wire: Any, pointer: str) -> tuple[bool, Any]:
    """Follow a JSON Pointer (RFC 6901)."""
    node = wire
    for part in pointer.split("/")[1:]:
        try:
            node = node[int(part)] if isinstance(node, list) else node[part]
        except (KeyError, IndexError, ValueError, TypeError):
            return False, None
    return True, node


def _renderings(value: Any, pointer: str, wire: dict[str, Any]) -> Iterator[str]:
    """Yield the numbers that may be said for a value: as it is shown in its unit, in dates, in names."""
    parts = pointer.split("/")[1:]
    yield from _NUMBER.findall(_names_around(parts, wire))
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        unit = _unit(parts, wire)
        for text in (
            show(value, unit),
            show_change(value, unit),
            show_bound(value, unit),
            show_size(value, unit),
            show_share(value),
        ):
            yield from _NUMBER.findall(text)
        yield from _NUMBER.findall(f"{value:,}")
    elif isinstance(value, str):
        yield from _of_text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _renderings(item, f"{pointer}/{key}", wire)
    elif isinstance(value, list):
        yield f"{len(value):,}"
        for i, item in enumerate(value):
            yield from _renderings(item, f"{pointer}/{i}", wire)


def _of_text(value: str) -> Iterator[str]:
    """Yield a text's numbers; an ISO date may be said by its day and year."""
    yield from _NUMBER.findall(value)
    iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", value)
    if iso:
        yield from (iso[1], str(int(iso[3])), str((int(iso[2]) + 2) // 3))


def _names_around(parts: list[str], wire: dict[str, Any]) -> str:
    """Return the names that a claim about a pointed value may speak: labels, members, windows."""
    around: list[Any] = [wire["reading"]["filters"]]
    if len(parts) > 1 and parts[0] == "figures":
        figure = wire["figures"][int(parts[1])]
        around += [figure["label"], figure["filters"]]
    if len(parts) > 2 and parts[:2] == ["drivers", "segments"]:
        around.append(wire["drivers"]["segments"][int(parts[2])]["filters"])
    if parts[0] in ("figures", "drivers", "themes", "table"):
        around += [[figure["label"] for figure in wire["figures"]], [d["label"] for d in wire["definitions"]]]
        around.append([s["filters"] for s in (wire["drivers"] or {}).get("segments", [])])
    return str(around)


def _unit(parts: list[str], wire: dict[str, Any]) -> str:
    if parts[0] == "figures":
        return str(wire["figures"][int(parts[1])]["unit"])
    if parts[:2] == ["drivers", "factors"] and len(parts) > 3 and parts[3] != "contribution":
        return str(wire["drivers"]["factors"][int(parts[2])]["unit"])
    if parts[0] == "drivers" and wire["figures"]:
        return str(wire["figures"][0]["unit"])
    if parts[0] == "table" and len(parts) == 4:
        return wire["table"]["columns"][int(parts[3])]["unit"] or "count"
    if parts[:2] == ["reading", "having"] and len(parts) > 2:
        metric = wire["reading"]["having"][int(parts[2])]["metric"]
        return next((f["unit"] for f in wire["figures"] if f["metric"] == metric), "count")
    return "count"
