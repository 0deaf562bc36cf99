"""Whether the rows of two periods are of the same kind: new or lost members, and members no longer recorded."""

from collections.abc import Iterator, Mapping

from assistant.types import DimensionSplit, Drivers, Segment
from semantic_layer.query import UNKNOWN

MATERIAL = 0.02
RISEN = 0.05


def coverage_changes(drivers: Drivers, labels: Mapping[str, str]) -> Iterator[str]:
    """Say where a member has rows in one period alone, or more rows than before have no member at all.

    A member counts with 2 % of a period's rows, missing ones with 5 points more of them.
    """
    for split in drivers.by_dimension:
        label = labels.get(split.dimension, split.dimension)
        now, before = (sum(rows) for rows in zip(*((r.n_now, r.n_before) for r in split.rows), strict=True))
        if not now or not before:
            continue
        yield from _one_sided(split, label, now, before)
        missing = next((r for r in split.rows if _member(r) == UNKNOWN), None)
        if missing and missing.n_now / now - missing.n_before / before >= RISEN:
            yield (
                f"More rows than before have no {label}: part of the change between its groups may be one of "
                "recording and not of what happened."
            )


def _one_sided(split: DimensionSplit, label: str, now: int, before: int) -> Iterator[str]:
    for row in split.rows:
        member = _member(row)
        if member is None or member == UNKNOWN:
            continue
        for mine, other, total, when in (
            (row.n_now, row.n_before, now, "later"),
            (row.n_before, row.n_now, before, "earlier"),
        ):
            if other == 0 and mine / total >= MATERIAL:
                yield (
                    f"{label[:1].upper()}{label[1:]} “{member}” has rows in the {when} period alone: see whether it is "
                    "new, or only newly recorded or named."
                )


def _member(row: Segment) -> str | None:
    only = row.filters[0]
    return str(only.values[0]) if only.operator == "in" and len(only.values) == 1 else None
