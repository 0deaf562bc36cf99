"""Small multiples: what each member of each dimension contributes, all on one scale."""

from dataclasses import dataclass

from assistant.types import Answer, DimensionSplit, Segment

MOST_PANELS = 6
MOST_ROWS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A member's bar: `left` and `width` are percentages of the panel's width."""

    segment: Segment
    left: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The largest contributions of one dimension's members; `hidden` counts the others."""

    dimension: str
    zero: float
    rows: tuple[Row, ...]
    hidden: int


def multiples(answer: Answer) -> tuple[Panel, ...]:
    """Lay out the split of every dimension, those of the named segments first."""
    drivers = answer.drivers
    splits = [s for s in drivers.by_dimension if len(s.rows) > 1] if drivers else []
    if drivers is None or not splits:
        return ()
    named = {f.dimension for segment in drivers.segments for f in segment.filters}
    shown = sorted(splits, key=lambda split: split.dimension not in named)[:MOST_PANELS]
    amounts = [row.contribution for split in shown for row in split.rows]
    low, high = min(0.0, *amounts), max(0.0, *amounts)
    return tuple(_panel(split, low, (high - low) or 1.0) for split in shown)


def _panel(split: DimensionSplit, low: float, span: float) -> Panel:
    largest = sorted(split.rows, key=lambda row: -abs(row.contribution))[:MOST_ROWS]
    rows = tuple(
        Row(
            segment=row,
            left=round(100 * (min(row.contribution, 0.0) - low) / span, 2),
            width=round(100 * abs(row.contribution) / span, 2),
        )
        for row in largest
    )
    zero = round(-100 * low / span, 2)
    return Panel(dimension=split.dimension, zero=zero, rows=rows, hidden=len(split.rows) - len(rows))
