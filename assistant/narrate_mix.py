"""Sentences about totals that move against their parts (Simpson)."""

from collections.abc import Iterator

from assistant.findings import Findings
from assistant.phrases import join_words, sentence_case
from assistant.types import Claim, DimensionSplit, Drivers


def is_against_parts(found: Findings) -> bool:
    """Tell whether the total moved one way and its parts the other."""
    return found.drivers is not None and bool(found.drivers.paradox) and found.figures[0].significant is not False


def although(found: Findings) -> str:
    """Say that the parts went another way: although it fell within every channel and queue."""
    if found.drivers is None:
        return ""
    every, most = _kinds(found, found.drivers)
    said = f"within every {join_words(every)}" if every else f"at an unchanged mix of {join_words(most)}"
    return f"although it {_other_way(found.drivers)} {said}"


def against_parts(found: Findings) -> Iterator[Claim]:
    """Say what the headline leaves out of the dimensions along which the parts went another way."""
    drivers = found.drivers
    if drivers is None or not drivers.paradox:
        return
    pointers = tuple(f"/drivers/paradox/{i}" for i in range(len(drivers.paradox)))
    every, most = _kinds(found, drivers)
    if not is_against_parts(found):
        yield Claim(text=_hidden(drivers, most + every), figures=pointers)
    elif every and most:
        text = f"At an unchanged mix of {join_words(most)} it {_other_way(drivers)} too."
        yield Claim(text=text, figures=pointers)


def _other_way(drivers: Drivers) -> str:
    return "fell" if drivers.total_change > 0 else "rose"


def _hidden(drivers: Drivers, names: list[str]) -> str:
    first = next(s for s in drivers.by_dimension if s.dimension == drivers.paradox[0].dimension)
    verb = "fell" if sum(row.rate_effect or 0.0 for row in first.rows) < 0 else "rose"
    return f"At an unchanged mix of {join_words(names)} it {verb}: a shift in the mix hides it."


def _kinds(found: Findings, drivers: Drivers) -> tuple[list[str], list[str]]:
    """Return the labels of dimensions whose every part, and of those whose parts as a whole, went another way."""
    every: list[str] = []
    most: list[str] = []
    for paradox in drivers.paradox:
        split = next(s for s in drivers.by_dimension if s.dimension == paradox.dimension)
        label = sentence_case(found.catalogue.dimension(paradox.dimension).label)
        (every if _all_against(split, drivers.total_change) else most).append(label)
    return every, most


def _all_against(split: DimensionSplit, change: float) -> bool:
    present = [row.rate_effect for row in split.rows if row.rate_effect is not None and row.n_now and row.n_before]
    return all(effect * change < 0 for effect in present)
