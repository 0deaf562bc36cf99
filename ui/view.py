"""What a card says, before it is drawn: shared by the terminal, the page and the charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from assistant.types import Answer, Claim, Confidence, Figure, Paradox, Reading, ResultTable, Segment
from semantic_layer.calendar import period_label
from semantic_layer.model import Catalogue
from semantic_layer.query import Filter, Grain, TimeWindow
from ui import format as write

STATUS = {
    "verified": "Verified: an approved answer",
    "governed": "Governed: approved definitions only",
    "generated": "Generated: contains SQL written by a model",
}
REASONS = {
    "out_of_scope": "Outside this workspace",
    "unknown_metric": "No such metric here",
    "no_data": "No data for that",
    "not_permitted": "Not permitted",
    "unsafe": "Declined",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Names of metrics and dimensions as people read them; an unknown name is spelled out."""

    names: Mapping[str, str] = field(default_factory=dict)
    fiscal_year_start: int = 1

    def __getitem__(self, name: str) -> str:
        if name == "period":
            return "Period"
        return self.names.get(name) or name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One step of a change: `role` is start, part, rest or end; `amount` in the metric's unit."""

    label: str
    amount: float
    role: str
    share: float | None = None
    segment: Segment | None = None


def labels_of(catalogue: Catalogue) -> Labels:
    """Take the labels and units of a catalogue."""
    names = {d.name: d.label for d in catalogue.dimensions} | {m.name: m.label for m in catalogue.metrics}
    return Labels(names=names, fiscal_year_start=catalogue.fiscal_year_start)


def readable(table: ResultTable, grain: Grain | None, labels: Labels) -> ResultTable:
    """Name the periods of a table (2026-10-01 by month is October 2026)."""
    places = [place for place, column in enumerate(table.columns) if column.name == "period"]
    if not places or grain is None:
        return table
    at = places[0]
    named = ((*row[:at], _period(row[at], grain, labels), *row[at + 1 :]) for row in table.rows)
    return replace(table, rows=tuple(named))


def _period(value: object, grain: Grain, labels: Labels) -> object:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        return value
    return period_label(day, grain, labels.fiscal_year_start)


def filter_text(condition: Filter, labels: Labels) -> str:
    """Write one filter as people read it."""
    members = ", ".join(str(value) for value in condition.values)
    sign = "is not" if condition.operator == "not in" else "is"
    return f"{labels[condition.dimension]} {sign} {members}"


def slice_text(filters: Sequence[Filter]) -> str:
    """Name a slice by its members: DACH · SMB · Plus."""
    parts = ("not " * (f.operator == "not in") + ", ".join(str(v) for v in f.values) for f in filters)
    return " · ".join(parts) or "Everything"


def reading_rows(reading: Reading, labels: Labels) -> list[tuple[str, str]]:
    """Say how the question was read, as (aspect, value) rows with resolved dates."""
    rows = [
        ("Question type", reading.intent.replace("_", " ")),
        ("Metric", ", ".join(labels[m] for m in reading.metrics)),
        ("Cut by", ", ".join(labels[d] for d in reading.by)),
        ("Only where", "; ".join(filter_text(f, labels) for f in reading.filters)),
        ("Looked into", _within(reading, labels)),
        ("Share of the whole", _shares(reading, labels)),
        ("Period", write.window(reading.window) if reading.window else ""),
        ("Compared with", write.window(reading.baseline) if reading.baseline else ""),
        ("Grain", (reading.grain or "").replace("_", " ")),
        ("Order", _order(reading, labels)),
        ("Threshold", "; ".join(f"{labels[h.metric]} {h.operator} {h.value:g}" for h in reading.having)),
    ]
    return [(aspect, value) for aspect, value in rows if value]


def reading_chips(reading: Reading, labels: Labels) -> list[str]:
    """Say the same in a few words: metrics, cuts, filters and periods."""
    chips = [labels[m] for m in reading.metrics]
    chips += [f"by {labels[d]}" for d in reading.by]
    chips += [filter_text(f, labels) for f in reading.filters]
    if reading.window:
        chips.append(_short(reading.window))
    if reading.baseline:
        chips.append(f"vs {_short(reading.baseline)}")
    return chips


def _within(reading: Reading, labels: Labels) -> str:
    inner = reading.within
    if inner is None:
        return ""
    which = "highest" if inner.order == "desc" else "lowest"
    return f"first {inner.limit} of {labels[inner.dimension]} by {labels[inner.metric]}, {which} first"


def _shares(reading: Reading, labels: Labels) -> str:
    if reading.shares is None:
        return ""
    return ", ".join(map(str, reading.shares)) or f"every {labels[reading.by[0]]}"


def _short(window: TimeWindow) -> str:
    return window.label or write.window(window)


def _order(reading: Reading, labels: Labels) -> str:
    if reading.limit is None and reading.order_by is None:
        return ""
    direction = {"asc": "lowest first", "desc": "highest first", None: ""}[reading.order]
    by = labels[reading.order_by] if reading.order_by else ""
    top = f"first {reading.limit}" if reading.limit else ""
    return ", ".join(part for part in (by, direction, top) if part)


def confidence_text(confidence: Confidence) -> str:
    """Say how sure the answer is and on what record."""
    if confidence.probability is None:
        return "Confidence not yet calibrated"
    share = "over 99 %" if confidence.probability > 0.99 else write.percent(confidence.probability)
    text = f"{confidence.label.capitalize()} confidence, {share}"
    record = confidence.record
    if record is None:
        return text
    return f"{text} (answers like this were right {write.percent(record.right / record.n)}, n = {record.n:,})"


def sentences(answer: Answer) -> list[Claim]:
    """Return the sentences below the headline; what themes and other parts say stands beside them instead."""
    told = {claim.text for part in answer.parts if isinstance(part, Answer) for claim in part.claims}
    own = [c for c in answer.claims if c.text not in told and not _of_themes(c)]
    return own[1:] if answer.parts else [c for c in own if c.text != answer.headline]


def _of_themes(claim: Claim) -> bool:
    return any(pointer.startswith("/themes") for pointer in claim.figures)


def paradoxes(answer: Answer) -> list[Paradox]:
    """Return the reversals that no sentence tells already."""
    told = {claim.text for claim in answer.claims}
    return [p for p in answer.drivers.paradox if p.text not in told] if answer.drivers else []


def figure_scope(figure: Figure) -> list[str]:
    """Say which slice and period a figure is of."""
    scope = [slice_text(figure.filters)] if figure.filters else []
    return [*scope, _short(figure.window)] if figure.window else scope


def change_text(figure: Figure) -> str:
    """Say how a figure moved against its baseline, or nothing."""
    if figure.change is None:
        return ""
    parts = [write.change(figure.change, figure.unit)]
    if figure.change_pct is not None and figure.unit != "ratio":
        parts.append(f"({'+' if figure.change_pct >= 0 else ''}{write.percent(figure.change_pct, 1)})")
    parts.append(f"from {write.number(figure.baseline_value, figure.unit)}")
    if figure.significant is False:
        parts.append("· within noise")
    return " ".join(parts)


def driver_unit(answer: Answer) -> str | None:
    """Return the unit of the drivers: that of the explained figure."""
    return answer.figures[0].unit if answer.figures else None


def waterfall(answer: Answer) -> list[Bar]:
    """Return the steps from the baseline to the value; empty without drivers."""
    drivers = answer.drivers
    if drivers is None:
        return []
    rest = [
        ("Everything else", drivers.other),
        ("Change of definition", drivers.definitional_change),
        ("Unexplained", drivers.unexplained),
    ]
    middle = [
        Bar(label=slice_text(s.filters), amount=s.contribution, role="part", share=s.share_of_change, segment=s)
        for s in drivers.segments
    ] + [Bar(label=label, amount=amount, role="rest") for label, amount in rest if abs(amount) > 1e-12]
    return _with_ends(answer, middle)


def _with_ends(answer: Answer, middle: list[Bar]) -> list[Bar]:
    first = answer.figures[0] if answer.figures else None
    if first is None or first.value is None or first.baseline_value is None:
        return middle
    start, end = sides(answer.reading)
    before, now = answer.reading.baseline, answer.reading.window
    if before and now:
        start, end = before.label or start, now.label or end
    return [
        Bar(label=start, amount=first.baseline_value, role="start"),
        *middle,
        Bar(label=end, amount=first.value, role="end"),
    ]


def sides(reading: Reading) -> tuple[str, str]:
    """Name what is compared: two periods, two groups, or a target and what is."""
    if reading.baseline:
        return "Before", "Now"
    pair = next((f for f in reading.filters if f.dimension in reading.by and len(f.values) == 2), None)
    return (str(pair.values[1]), str(pair.values[0])) if pair else ("Target", "Now")
