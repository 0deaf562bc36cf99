"""Limits on a metric: the number, its unit, and the metric it is held against."""

from assistant.planner import gates
from assistant.planner.draft import Draft, ask_back, refuse
from assistant.planner.words import words
from semantic_layer.query import Having

_OPERATORS = {"more": ">", "less": "<", "at_least": ">=", "at_most": "<="}


def read_thresholds(draft: Draft) -> None:
    """Read "over 10 minutes", "below 70 %", "at least 50 contacts" as limits on a metric."""
    for i in draft.cues(*_OPERATORS):
        number = i + 1
        while number < len(draft.items) and draft.items[number].kind == "filler":
            number += 1
        if number >= len(draft.items) or draft.items[number].kind != "number":
            number = i - 1 if draft.cue(i, "at_least", "at_most") else -1
        if number < 0 or draft.items[number].kind != "number":
            continue
        metric = _counted(draft, number) or _behind(draft, number) or _measured(draft, i)
        _check_groups(draft, metric)
        operator = _OPERATORS[next(c for c in _OPERATORS if draft.cue(i, c))]
        value = value_in_unit(draft, number, metric)
        draft.used.update((i, number))
        draft.having.append(Having(metric=metric, operator=operator, value=value))  # type: ignore[arg-type]


def _counted(draft: Draft, number: int) -> str | None:
    """Return the metric that a threshold counts ("over 50 contacts"); refuse one on anything else."""
    after = draft.after(number, skip=("filler",))
    if after == number + 1 and after < len(draft.items):
        if draft.roles.get(after) == "metric":
            return next((e.name for e in draft.items[after].of("metric") if e.name in draft.metrics), None)
        counted = next((e.name for e in draft.items[after].of("metric") if draft.metric(e.name).unit == "count"), None)
        if counted and draft.roles.get(after) == "noun" and (draft.by or draft.places("dimension")):
            draft.metrics.append(counted)
            return counted
        if draft.items[after].kind == "noun" or draft.roles.get(after) in ("dimension", "value", "noun"):
            text = draft.items[after].text
            raise refuse(
                "unknown_metric", f"I can't hold a threshold against a number of '{text}': there is no such metric."
            )
    return None


def _check_groups(draft: Draft, metric: str) -> None:
    """Refuse "calls on hold longer than 2 minutes": a limit tells groups apart, not single calls."""
    named = (p for p in draft.places("metric") if metric in {e.name for e in draft.items[p].of("metric")})
    place = draft.before(next(named, 0))
    while draft.cue(place, "in") and place > 0:
        place = draft.before(place)
    if place < 0 or any(d < place for d in draft.places("dimension")):
        return
    item = draft.items[place]
    many = draft.linked.tokens[item.last].word.endswith("s")
    if item.kind == "noun" or draft.roles.get(place) == "noun" or (draft.roles.get(place) == "value" and many):
        label = draft.metric(metric).label
        raise refuse("out_of_scope", f"I hold a limit against groups, so I cannot pick single {item.text} by {label}.")


def _behind(draft: Draft, number: int) -> str | None:
    """Return the metric right behind a number and its unit: "above 8 minutes AHT"."""
    raw = words().raw
    units = {w for unit in raw["units"].values() for w in unit[1:]} | {
        *raw["percent"],
        *raw["scale"],
        *raw["currencies"],
    }
    place = number + 1
    while draft.word(place) in units:
        place += 1
    if place == number + 1 or draft.roles.get(place) != "metric":
        return None
    return next((e.name for e in draft.items[place].of("metric") if e.name in draft.metrics), None)


def _measured(draft: Draft, i: int) -> str:
    """Return the metric a threshold is about: the nearest before it, else the only one."""
    for place in sorted(draft.places("metric"), key=lambda p: (p > i, abs(p - i))):
        return next(e.name for e in draft.items[place].of("metric") if e.name in draft.metrics)
    if len(draft.metrics) != 1 or draft.listed:
        raise refuse("unknown_metric", "I see a threshold but not the metric it is about.")
    return draft.metrics[0]


def value_in_unit(draft: Draft, i: int, metric: str) -> float:
    """Bring a number with its unit into the metric's own unit."""
    raw, number = words().raw, draft.items[i].number or 0.0
    spec = draft.metric(metric)
    before, after = draft.word(i - 1), draft.word(i + 1)
    if before in raw["currencies"]:
        draft.used.add(i - 1)
    if after in raw["scale"] and spec.unit != "seconds":
        draft.used.add(i + 1)
        number *= raw["scale"][after]
        after = draft.word(i + 2)
    if after in raw["currencies"]:
        draft.used.add(i + 1 if draft.word(i + 1) == after else i + 2)
    if after in raw["percent"]:
        draft.used.add(i + 1)
        if spec.unit != "ratio":
            raise refuse("unknown_metric", f"{spec.label} is not a percentage, so I cannot compare it with one.")
        return number / 100
    if spec.unit not in ("seconds", "months") and any(after in raw["time"][u] for u in ("week", "month", "year")):
        number_ = draft.items[i].text
        raise refuse("unknown_metric", gates.message("no_time", metric=spec.label, number=number_, unit=after))
    unit = next((u for u in raw["units"].values() if after in u[1:]), None)
    if unit and spec.unit == "seconds":
        draft.used.add(i + 1)
        return number * float(unit[0])
    if spec.unit == "seconds":
        token = draft.items[i].text
        options = [(f"{token} {u}", draft.rewritten(i, f"{token} {u}")) for u in ("seconds", "minutes")]
        raise ask_back(f"{token} of which unit?", options)
    if spec.unit == "ratio" and number > 100:
        raise refuse("unknown_metric", f"{spec.label} is a share, so it cannot be {draft.items[i].text}.")
    if spec.unit == "ratio" and number > 1:
        draft.assumptions.append(f"{draft.items[i].text} read as {draft.items[i].text} %")
        draft.defaults += 1
        return number / 100
    return number
