"""Sentences about when: a new level and its date, a week that stands out, a drift, what was recorded around then."""

from collections.abc import Iterator

from assistant.findings import Findings, LevelShift
from assistant.phrases import join_words, show, spoken_date, spoken_month
from assistant.types import Claim
from assistant.windows import months_of, name_of, when

# Months that the date of a step may be unsure by and still be said.
DATED = 4


def since(shift: LevelShift) -> str:
    """Say since when a new level has been there, as surely as it is known; nothing where it is not."""
    about = "" if shift.first == shift.last else "about "
    return f" since {about}{spoken_month(shift.month)}" if _months_between(shift) <= DATED else ""


def when_shifted(shift: LevelShift) -> str:
    """Say when a level shifted, with the months that it may have been in."""
    month = spoken_month(shift.month)
    if shift.first == shift.last:
        return f"in {month}"
    between = f"between {spoken_month(shift.first)} and {spoken_month(shift.last)}"
    return f"{between}, most likely in {month}" if _months_between(shift) <= DATED else f"at some time {between}"


def _months_between(shift: LevelShift) -> int:
    return (shift.last.year - shift.first.year) * 12 + shift.last.month - shift.first.month


def spikes(found: Findings) -> Iterator[Claim]:
    """Name the weeks that stood out inside a longer period and did not last, but for the one that leads."""
    moved = found.figures[0]
    led = asked_spike(found) if moved.significant is not False and moved.change else None
    way = "up" if (moved.change or 0.0) > 0 else "down"
    for i in found.spikes:
        if i == led and found.plan.direction != way:
            continue
        figure, at = found.figures[i], f"/figures/{i}"
        if figure.window is None:
            continue
        inside = found.reading.window is not None and found.reading.window.start <= figure.window.end
        where = "One week inside it stands out" if inside else "One week of the period compared with stands out"
        text = (
            f"{where} and did not last: {figure.text} {when(figure.window)}, where the weeks around it had "
            f"{show(figure.baseline_value, figure.unit)}."
        )
        yield Claim(text=text, figures=(f"{at}/value", f"{at}/baseline_value", f"{at}/window"))


def drift(found: Findings) -> Iterator[Claim]:
    """Say that a series moves without a step."""
    way = found.comparison.drift if found.comparison else None
    if way is not None:
        yield Claim(text=f"Month by month it has drifted {way} rather than stepped to a new level.")


def comparison(found: Findings) -> Iterator[Claim]:
    """Say why other periods were compared than those asked for."""
    chosen = found.comparison
    if chosen is None or chosen.reason != "shift" or chosen.other is None or chosen.shift is None:
        return
    recent = found.figures[1]
    now, before = chosen.other
    month = f"{chosen.shift.month:%B %Y}"
    place = tuple(f"/table/rows/{i}/0" for i in range(len(found.table.rows))) if found.table else ()
    yield Claim(
        text=(
            f"The level shifted {when_shifted(chosen.shift)}, so I compared {months_of(chosen.now)} with "
            f"{months_of(chosen.before)}, leaving {month} out; {name_of(now)} alone shows no meaningful "
            f"change from {name_of(before)} ({recent.text} against {show(recent.baseline_value, recent.unit)})."
        ),
        figures=("/reading/window", "/reading/baseline", "/figures/1/value", "/figures/1/baseline_value", *place),
    )


def recorded(found: Findings) -> Iterator[Claim]:
    """Name what began around the change, as what may be looked at and no more."""
    if found.shift is not None and found.shift.week is not None and found.table is not None:
        first, last = found.shift.weeks or (found.shift.week, found.shift.week)
        text = f"Week by week, the new level begins with the week from {spoken_date(found.shift.week)}"
        text += f", at the earliest {spoken_date(first)} and at the latest {spoken_date(last)}" if first < last else ""
        days = (first, found.shift.week, last)
        places = tuple(f"/table/rows/{i}/0" for i, row in enumerate(found.table.rows) if row[0] in days)
        yield Claim(text=f"{text}.", figures=places)
    if found.recorded:
        names = join_words([f"“{name}”" for name in found.recorded])
        began = "began around that time" if found.shift else "began shortly before or in that period"
        reason = "it came first does not show that it is" if len(found.recorded) == 1 else "they came first makes none"
        yield Claim(text=f"{names} {began}; that {reason} the reason.")


def asked_spike(found: Findings) -> int | None:
    """Return the figure of a week inside the period that moved the way the question says."""
    way, window = found.plan.direction, found.reading.window
    for i in found.spikes:
        figure = found.figures[i]
        inside = window is not None and figure.window is not None and window.start <= figure.window.end
        if inside and way == ("up" if (figure.change or 0.0) > 0 else "down"):
            return i
    return None
