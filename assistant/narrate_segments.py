"""What every split is told by: its segments in order, the one that leads, and everything else."""

from assistant.findings import Findings
from assistant.narrate_words import labels_of
from assistant.phrases import show_change, show_size, spoken_members
from assistant.types import Claim, Segment

THROUGHOUT = "; no single group stands out, so it is so throughout"


def ranked(found: Findings) -> list[tuple[int, Segment]]:
    """Return the named segments with their places, the largest contribution first."""
    segments = found.drivers.segments if found.drivers else ()
    return sorted(enumerate(segments), key=lambda pair: -abs(pair[1].contribution))


def lead(found: Findings) -> tuple[str, tuple[str, ...]]:
    """End a headline with the segment that carries most of the way it went; return its pointer, too."""
    drivers = found.drivers
    if drivers is None:
        return "", ()
    along = [(i, s) for i, s in ranked(found) if s.contribution * drivers.total_change > 0]
    if not along:
        return THROUGHOUT, ()
    i, segment = along[0]
    unit, at = found.figures[0].unit, (f"/drivers/segments/{i}/contribution",)
    name = spoken_members(segment.filters, labels_of(found))
    if abs(segment.contribution) > abs(drivers.total_change):
        return f"; {name} accounts for all of it ({show_change(segment.contribution, unit)})", at
    return f"; {name} accounts for {show_size(segment.contribution, unit)} of it", at


def rest_of(found: Findings, shown: int) -> tuple[Claim, ...]:
    """Say what everything else contributes, where every named segment is shown, and whether that is noise."""
    drivers = found.drivers
    if drivers is None or not 0 < len(drivers.segments) <= shown:
        return ()
    text, pointers = f"Everything else together contributes {show_change(drivers.other, found.figures[0].unit)}", []
    if drivers.other_ci is not None and drivers.other_ci[0] <= 0 <= drivers.other_ci[1]:
        text, pointers = f"{text}, which is within noise", ["/drivers/other_ci"]
    return (Claim(text=f"{text}.", figures=("/drivers/other", *pointers)),)
