"""Drivers without groups of too few customers: what is withheld is added up, never lost."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from assistant.findings import Findings
from assistant.measuring import Bench
from assistant.types import Decline, DimensionSplit, Drivers, Reading, Segment
from semantic_layer.query import Filter, MetricQuery

TOGETHER = "small groups are shown together, since a figure of fewer than {least} customers is withheld"

LEFT_OUT = (
    "{lost} rows are left out: they have no figure, fewer than {least} customers, or would give away one that has; "
    "highest and lowest are among those shown."
)
RANKED = "Ranked are groups of at least {least} customers; smaller ones are withheld."
NOTHING = "Every group asked for has fewer than {least} customers or no data, so no figure can be shown in this role."


def without_small_groups(drivers: Drivers, bench: Bench, reading: Reading) -> tuple[Drivers, tuple[str, ...]]:
    """Return drivers in which no part rests on too few customers, and a note; the sums stay what they were."""
    least = bench.catalogue.small_cells
    if not least:
        return drivers, ()
    kept = tuple(s for s in drivers.segments if large_enough(s.filters, bench, reading))
    moved = sum(s.contribution for s in drivers.segments if s not in kept)
    splits = tuple(_merged(split, bench, reading) for split in drivers.by_dimension)
    found = replace(
        drivers,
        segments=kept,
        other=drivers.other + moved,
        other_ci=drivers.other_ci if kept == drivers.segments else None,
        by_dimension=splits,
    )
    return found, () if found == drivers else (TOGETHER.format(least=least),)


def without_withheld_rows(found: Findings) -> Findings:
    """Leave rows without a figure out of the table and say so; refuse where none is left."""
    least, table = found.catalogue.small_cells, found.table
    if not least or table is None or not table.rows:
        return found
    metrics = [i for i, c in enumerate(table.columns) if c.name in {m.name for m in found.catalogue.metrics}]
    rows = tuple(row for row in table.rows if not metrics or any(row[i] is not None for i in metrics))
    lost = len(table.rows) - len(rows)
    if not rows:
        return replace(found, decline=Decline(reason="not_permitted", message=NOTHING.format(least=least)))
    said = LEFT_OUT.format(lost=lost, least=least) if lost else RANKED.format(least=least)
    if not lost and not (found.reading.by and found.reading.limit):
        return found
    return replace(found, table=replace(table, rows=rows), caveats=(*found.caveats, said))


def large_enough(group: Sequence[Filter], bench: Bench, reading: Reading) -> bool:
    """Tell whether a group of the reading may be shown: it has enough customers in each period."""
    if not bench.catalogue.small_cells:
        return True
    filters = (*reading.filters, *(f for f in group if f not in reading.filters))
    return not _withheld(bench, reading, (), filters, lambda _row: True)


def _merged(split: DimensionSplit, bench: Bench, reading: Reading) -> DimensionSplit:
    """Put the members that a table of this dimension would withhold into one row."""
    small = _withheld(bench, reading, (split.dimension,), reading.filters, lambda row: str(row[0]))
    apart = [row for row in split.rows if not small.intersection(_members(row))]
    together = [row for row in split.rows if small.intersection(_members(row))]
    return replace(split, rows=(*apart, _sum(split.dimension, together)) if together else split.rows)


def _withheld(
    bench: Bench,
    reading: Reading,
    by: tuple[str, ...],
    filters: tuple[Filter, ...],
    name: Callable[[tuple[object, ...]], object],
) -> set[object]:
    """Return the rows of either period whose figure is not shown."""
    found: set[object] = set()
    for window in dict.fromkeys((reading.window, reading.baseline or reading.window)):
        query = MetricQuery(metrics=reading.metrics[:1], by=by, filters=filters, window=window)
        run = bench.recorder.measure(query, "who is behind each group")
        found |= {name(row) for row in run.table.rows() if row[-1] is None}
    return found


def _members(segment: Segment) -> set[str]:
    return {str(value) for f in segment.filters for value in f.values}


def _sum(dimension: str, rows: list[Segment]) -> Segment:
    members = tuple(value for row in rows for f in row.filters for value in f.values)
    return Segment(
        filters=(Filter(dimension=dimension, values=members),),
        contribution=sum(row.contribution for row in rows),
        share_of_change=_total(row.share_of_change for row in rows),
        rate_effect=_total(row.rate_effect for row in rows),
        mix_effect=_total(row.mix_effect for row in rows),
        ci=None,
        p_value=None,
        value_now=None,
        value_before=None,
        n_now=sum(row.n_now for row in rows),
        n_before=sum(row.n_before for row in rows),
    )


def _total(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
