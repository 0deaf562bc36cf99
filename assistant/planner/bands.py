"""Limits on a way to cut whose members are ranges: "less than 3 months tenure" is the member "0-3 months"."""

import re
from dataclasses import dataclass

from assistant.planner.draft import Draft, refuse
from assistant.planner.words import words
from semantic_layer.query import Filter

_LIMITS = {"more": "more than", "at_least": "at least", "less": "less than", "at_most": "at most"}
_REACH = 3
_RANGE = re.compile(
    r"(?P<low>\d+(?:[.,]\d+)?)\s*(?P<tail>\+|(?:-|–|to)\s*(?P<high>\d+(?:[.,]\d+)?))?\s*(?P<unit>[^\W\d]+)?"
)
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "quarter": 91.3125, "year": 365.25}


@dataclass(frozen=True, slots=True)
class Band:
    """A member and the range it stands for, in days where it has a unit of time; `high` is None for no end."""

    member: str
    low: float
    high: float | None


def read_bands(draft: Draft) -> None:
    """Turn limits on ranges into filters; refuse a limit that lies inside a range."""
    for i in draft.cues(*_LIMITS):
        number = draft.after(i, skip=("filler",))
        if number >= len(draft.items) or draft.items[number].kind != "number":
            continue
        unit = number + 1 if _unit(draft.word(number + 1)) else number
        place = _dimension_near(draft, i, unit)
        if place is not None:
            _filter(draft, i, number, unit, place)


def _dimension_near(draft: Draft, i: int, unit: int) -> int | None:
    """Return the nearest place that names a dimension of ranges, next to the limit."""
    near: list[int] = [*range(unit + 1, unit + 1 + _REACH), *range(i - 1, i - 1 - _REACH, -1)]
    named = (p for p in near if draft.roles.get(p) == "dimension")
    return next((p for p in named if bands(draft, draft.items[p].of("dimension")[0].name)), None)


def bands(draft: Draft, dimension: str) -> tuple[Band, ...]:
    """Return the ranges that a dimension's members stand for; none where a member is no range."""
    members = draft.context.vocabulary.values.get(dimension, ())
    found = tuple(band for member in members if (band := _band(str(member))))
    return found if len(found) == len(members) > 1 else ()


def _band(member: str) -> Band | None:
    match = _RANGE.search(member)
    if match is None:
        return None
    size = _DAYS.get(_unit(match["unit"] or "") or "", 1.0)
    low = float(match["low"].replace(",", ".")) * size
    if match["high"]:
        return Band(member, low, float(match["high"].replace(",", ".")) * size)
    before = member[: match.start()].strip().lower()
    if before in ("<", *words().cues["less"]):
        return Band(member, 0.0, low)
    return Band(member, low, None) if match["tail"] or before in (">", *words().cues["more"]) else None


def _unit(word: str) -> str | None:
    """Return the unit of time that a word names."""
    return next((unit for unit in _DAYS if word in words().raw["time"][unit]), None)


def _filter(draft: Draft, i: int, number: int, unit: int, place: int) -> None:
    entry = draft.items[place].of("dimension")[0]
    limit = (draft.items[number].number or 0.0) * _DAYS.get(_unit(draft.word(unit)) or "", 1.0)
    cue = next(c for c in _LIMITS if draft.cue(i, c))
    known = bands(draft, entry.name)
    below = cue in ("less", "at_most")
    kept = tuple(b.member for b in known if (_ends_by(b, limit) if below else _ends_by(b, limit) is False))
    said = f"{_LIMITS[cue]} {draft.items[number].text}{f' {draft.word(unit)}' if unit != number else ''}"
    label = draft.dimension(entry.name).label
    if not kept or any(_ends_by(b, limit) is None for b in known):
        shown = ", ".join(b.member for b in known)
        raise refuse("no_data", f"{label} is known as {shown}; '{said}' is none of these.")
    draft.assumptions.append(f"{label} {said} read as {' and '.join(kept)}")
    draft.link(place, entry)
    draft.roles[place] = "band"
    draft.used.update((i, number, unit))
    draft.filters.append(Filter(dimension=entry.name, operator=_operator(draft, min(i, place)), values=kept))  # type: ignore[arg-type]


def _ends_by(band: Band, limit: float) -> bool | None:
    """Tell whether a range ends by a limit, begins there, or, as None, holds it."""
    slack = 0.02 * limit
    if band.high is not None and band.high <= limit + slack:
        return True
    return False if band.low >= limit - slack else None


def _operator(draft: Draft, i: int) -> str:
    """Tell "those with tenure under 3 months" from the same ones left out."""
    i = draft.before(i)
    while i >= 0 and (draft.cue(i, "in", "pronoun") or draft.roles.get(i) in ("metric", "noun", "value")):
        i = draft.before(i)
    if draft.cue(i, "not"):
        draft.used.add(i)
        return "not in"
    return "in"
