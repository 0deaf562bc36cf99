"""What a what-if question supposes of its metric: "went back to 2 %", "cut by 10 %", "improved by 5 points"."""

from assistant.planner import gates
from assistant.planner.draft import Draft, ask_back, refuse
from assistant.planner.thresholds import value_in_unit
from assistant.planner.words import words
from assistant.types import Supposed


def read_supposition(draft: Draft) -> None:
    """Read the number, its unit and its direction; refuse where none is named."""
    factor = _named_factor(draft)
    numbers = [i for i, item in enumerate(draft.items) if item.kind == "number" and i not in draft.used]
    if factor is not None and not numbers:
        draft.supposed = Supposed(how="times", value=factor)
    elif len(numbers) == 1:
        draft.supposed = _read(draft, numbers[0])
    elif numbers:
        raise refuse("out_of_scope", gates.message("one_number"))
    else:
        raise refuse("out_of_scope", gates.message("no_number"))
    draft.take(
        "back_to", "by", "up", "down", "better", "worse", "change", "high", "low", "more", "less", "vs", "overall"
    )
    draft.take("forecast", "how_much", "impact", "total")


def _named_factor(draft: Draft) -> float | None:
    """Read "doubled" and "halved"."""
    for name, factor in words().raw["factors"].items():
        if draft.take(name):
            return float(factor)
    return None


def _read(draft: Draft, i: int) -> Supposed:
    metric = draft.metrics[0]
    unit = draft.metric(metric).unit
    said = _after(draft, i)
    draft.used.add(i)
    number = draft.items[i].number or 0.0
    if not _is_step(draft, i):
        return Supposed(how="to", value=value_in_unit(draft, i, metric))
    sign = _sign(draft, i)
    if said in words().list_of("points"):
        draft.used.add(i + 1)
        return Supposed(how="by", value=sign * (number / 100 if unit == "ratio" else number))
    if said in words().raw["percent"]:
        draft.used.add(i + 1)
        if unit == "ratio":
            draft.assumptions.append(gates.message("relative", number=draft.items[i].text))
        return Supposed(how="times", value=1 + sign * number / 100)
    return Supposed(how="by", value=sign * value_in_unit(draft, i, metric))


def _after(draft: Draft, i: int) -> str:
    place = i + 1
    return draft.linked.tokens[draft.items[place].first].word if place < len(draft.items) else ""


def _is_step(draft: Draft, i: int) -> bool:
    """Tell "by 10 %", "rose 10 %" and "10 % higher" from "to 10 %"."""
    before, after = draft.before(i, skip=("filler",)), i + 2
    if draft.cue(before, "up", "down"):
        return True
    if draft.cue(before, "by"):
        draft.used.add(before)
        return True
    return draft.cue(after, "more", "less", "up", "down", "high", "low", "better", "worse")


def _sign(draft: Draft, i: int) -> int:
    """Return the direction of a step: as it is said, else by what is good for the metric."""
    for way, sign in (("down", -1), ("up", 1)):
        moves = [j for j in range(len(draft.items)) if draft.word(j) in words().cues[way]]
        if moves or draft.has(way, "less" if sign < 0 else "more"):
            draft.used.update(moves)
            return sign
    good = draft.metric(draft.metrics[0]).good
    if good != "neutral" and draft.has("better", "worse"):
        return 1 if (good == "up") == draft.has("better") else -1
    place = draft.before(i, skip=("filler",))
    raise ask_back(gates.message("which_way"), [(way, draft.rewritten(place, f"{way} by")) for way in ("up", "down")])
