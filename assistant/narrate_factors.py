"""Sentences about the factors of a metric's own formula."""

from collections.abc import Iterator

from assistant.findings import Findings
from assistant.narrate_words import labels_of
from assistant.phrases import capital, join_words, sentence_case, show, show_change, spoken_members
from assistant.types import Claim, Factor

NAMED_SEGMENTS = 2
SMALL = 0.01


def about_factors(found: Findings) -> Iterator[Claim]:
    """Tell what each factor carries of a change, the largest first, and where the leading one moved."""
    drivers, figure = found.drivers, found.figures[0]
    if drivers is None or not drivers.factors or figure.significant is False:
        return
    ranked = sorted(enumerate(drivers.factors), key=lambda item: -abs(item[1].contribution))
    least = SMALL * sum(abs(factor.contribution) for factor in drivers.factors)
    said, pointers = zip(
        *(_moved(i, factor, figure.unit, weighs=abs(factor.contribution) >= least) for i, factor in ranked), strict=True
    )
    names = join_words([sentence_case(f.label) for f in drivers.factors])
    text = f"{capital(figure.label)} is made of {names}: {'; '.join(said)}."
    yield Claim(text=text, figures=("/drivers/formula", *(p for some in pointers for p in some)))
    for i, factor in ranked:
        yield from _where(found, i, factor)


def _moved(i: int, factor: Factor, unit: str, *, weighs: bool) -> tuple[str, tuple[str, ...]]:
    at = f"/drivers/factors/{i}"
    then, now = show(factor.value_before, factor.unit), show(factor.value_now, factor.unit)
    way = f"went from {then} to {now}" if then != now else f"stayed at {now}"
    size = show_change(factor.contribution, unit) if weighs else "next to nothing"
    text = f"{sentence_case(factor.label)} {way} and accounts for {size}"
    return text, (f"{at}/value_before", f"{at}/value_now", f"{at}/contribution")


def _where(found: Findings, i: int, factor: Factor) -> Iterator[Claim]:
    if not factor.segments:
        return
    parts, pointers = [], []
    for j, segment in enumerate(factor.segments[:NAMED_SEGMENTS]):
        at = f"/drivers/factors/{i}/segments/{j}"
        name = spoken_members(segment.filters, labels_of(found))
        parts.append(f"{name} ({show_change(segment.contribution, factor.unit)})")
        pointers += [f"{at}/contribution", f"{at}/filters"]
    yield Claim(
        text=f"Inside {sentence_case(factor.label)} it is {join_words(parts)} that moved most.", figures=tuple(pointers)
    )
