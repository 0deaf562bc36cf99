"""Sentences about effects, associations and groups at risk, in words that claim no more than was compared."""

from collections.abc import Iterator

from assistant.findings import Effect, Findings, Relation
from assistant.narrate_change import is_worse, subject
from assistant.narrate_words import labels_of
from assistant.phrases import (
    capital,
    is_plural,
    join_words,
    sentence_case,
    show,
    show_bound,
    show_size,
    spoken_members,
    was,
)
from assistant.types import Claim, Figure
from assistant.windows import when

DRIFTED = 0.05
SURE = 0.01
NAMED = 3


def tell_effect(found: Findings) -> tuple[Claim, ...]:
    """Tell before and after, those not reached, what is left, and what weakens the comparison."""
    detail = found.detail
    assert isinstance(detail, Effect)
    return (_effect(found, detail), *_sides(found, detail), *_doubts(detail))


def _effect(found: Findings, detail: Effect) -> Claim:
    reached = found.figures[0]
    label = sentence_case(found.catalogue.metric(reached.metric).label)
    if detail.control is None:
        text = f"After “{detail.name}”, {_moved(label, reached)}; there is nobody it did not reach to compare with."
        return Claim(text=text, figures=_of(0))
    net = found.figures[2]
    worse = is_worse(found.catalogue.metric(reached.metric), net.change or 0.0)
    if not net.significant:
        text = f"No effect of “{detail.name}” on {label} can be told from normal variation{_within(net)}."
        return Claim(text=text, figures=_of(2))
    way = "lower" if (net.change or 0.0) < 0 else "higher"
    verdict = {True: "It went the wrong way", False: "It seems to have worked", None: "It made a difference"}[worse]
    if detail.p_value is None or detail.p_value >= SURE:
        verdict = "There are weak signs of an effect, which chance may have made"
    size = show_size(net.change or 0.0, net.unit)
    text = (
        f"{verdict}: after “{detail.name}”, {label} {was(label)} {size} {way} than {_they(label)} would have been, "
        f"moving like everyone else's{_range(net)}."
    )
    return Claim(text=text, figures=_of(2))


def _they(label: str) -> str:
    return "they" if is_plural(label) else "it"


def _of(i: int) -> tuple[str, ...]:
    keys = ("value", "baseline_value", "change", "change_ci", "window", "filters")
    return tuple(f"/figures/{i}/{key}" for key in keys)


def _range(figure: Figure) -> str:
    if figure.change_ci is None:
        return ""
    low, high = (show_bound(bound, figure.unit) for bound in figure.change_ci)
    return f" (between {low} and {high})"


def _within(figure: Figure) -> str:
    if figure.change_ci is None:
        return ""
    low, high = (show_bound(bound, figure.unit) for bound in figure.change_ci)
    return f": anywhere from {low} to {high} would fit the data"


def _moved(label: str, figure: Figure) -> str:
    then = show(figure.baseline_value, figure.unit)
    if figure.significant is False:
        stood = f"{_they(label)} {was(label)}"
        return f"{label} stayed about where {stood} ({then} before, {figure.text} after)"
    return f"{label} went from {then} to {figure.text}"


def _sides(found: Findings, detail: Effect) -> Iterator[Claim]:
    if detail.control is None:
        return
    reached, others = found.figures[0], found.figures[1]
    scope = capital(subject(found, reached))
    windows = ""
    if found.reading.window and found.reading.horizon:
        windows = f" ({when(found.reading.horizon)}, against {when(found.reading.window)})"
    yield Claim(
        text=f"{scope} went from {show(reached.baseline_value, reached.unit)} to {reached.text}{windows}.",
        figures=(*_of(0), "/reading/window", "/reading/horizon", "/reading/filters"),
    )
    yield Claim(
        text=f"For {detail.control}: from {show(others.baseline_value, others.unit)} to {others.text}.",
        figures=(*_of(1), "/reading/filters"),
    )


def _doubts(detail: Effect) -> Iterator[Claim]:
    if detail.drift_p is not None and detail.drift_p < DRIFTED:
        text = "The two groups were drifting apart before it began already, so part of this may have come anyway."
        yield Claim(text=text)
    if detail.nearby:
        names = join_words([f"“{name}”" for name in detail.nearby])
        yield Claim(text=f"In the same time, and not told apart from it, came {names}.")


def tell_relation(found: Findings) -> tuple[Claim, ...]:
    """Tell how the outcome differs between the ends, crude and like with like."""
    detail = found.detail
    assert isinstance(detail, Relation)
    return (_relation(found, detail), *_crude(found, detail), *_rows(found, detail))


def _relation(found: Findings, detail: Relation) -> Claim:
    figure = found.figures[0]
    name, cause = capital(_outcome(found)), sentence_case(detail.cause)
    if not figure.significant:
        outcome = _outcome(found, lower=True)
        text = f"Any difference in {outcome} by {cause} is within noise{_like(detail)}{_within(figure)}."
        return Claim(text=text, figures=(*_of(0), "/table"))
    way = "higher" if (figure.change or 0.0) > 0 else "lower"
    size = show_size(figure.change or 0.0, figure.unit)
    ends = f"where {cause} is {detail.high} than where it is {detail.low}"
    text = f"{name} {_verb(found)} {size} {way} {ends}{_like(detail)}{_range(figure)}."
    return Claim(text=text, figures=(*_of(0), "/table", "/reading/filters"))


def _outcome(found: Findings, *, lower: bool = False) -> str:
    label = found.catalogue.metric(found.reading.metrics[0]).label
    label = sentence_case(label) if lower else label
    members = spoken_members(found.reading.filters, labels_of(found))
    return f"{label} for {members}" if members else label


def _verb(found: Findings) -> str:
    return was(found.catalogue.metric(found.reading.metrics[0]).label, present=True)


def _like(detail: Relation) -> str:
    """Say within which groups like was compared with like."""
    if not detail.adjusted_for:
        return ""
    return f", comparing within the same {join_words([sentence_case(d) for d in detail.adjusted_for])}"


def _crude(found: Findings, detail: Relation) -> Iterator[Claim]:
    if len(found.figures) < 2:
        return
    crude = found.figures[1]
    told = found.figures[0]
    turned = told.significant and (told.change or 0.0) * (crude.change or 0.0) < 0
    head = "Taken as they come it is the other way round" if turned else "Taken as they come, it is"
    text = (
        f"{head}{':' if turned else ''} {crude.text} where {sentence_case(detail.cause)} is {detail.high} and "
        f"{show(crude.baseline_value, crude.unit)} where it is {detail.low}"
    )
    text += ", so what is compared with what decides." if turned else "."
    yield Claim(text=text, figures=(*_of(1), "/table"))


def _rows(found: Findings, detail: Relation) -> Iterator[Claim]:
    rows = found.table.rows if found.table else ()
    places = {row[0]: i for i, row in enumerate(rows)}
    if detail.low not in places or detail.high not in places:
        return
    low, high = places[detail.low], places[detail.high]
    text = (
        f"This rests on {show(rows[low][2], 'count')} rows where it is {detail.low} and"
        f" {show(rows[high][2], 'count')} where it is {detail.high}; the table shows each of them."
    )
    yield Claim(text=text, figures=(f"/table/rows/{low}/2", f"/table/rows/{high}/2", "/table"))


def tell_risk(found: Findings) -> tuple[Claim, ...]:
    """Tell which groups stand worst, against everyone else."""
    *named, whole = found.figures
    label = sentence_case(found.catalogue.metric(whole.metric).label)
    at = len(named)
    pointers = (f"/figures/{at}/value", f"/figures/{at}/window", "/reading/filters")
    if not named:
        text = f"No group stands out on {label}: it is {whole.text} overall{_time(whole)}."
        return (Claim(text=text, figures=pointers),)
    return (_worst(found, named, label), *(_group(found, i) for i in range(1, at)), _whole(whole, label, pointers))


def _time(figure: Figure) -> str:
    return f" {when(figure.window)}" if figure.window else ""


def _worst(found: Findings, named: list[Figure], label: str) -> Claim:
    first = named[0]
    members = _members(found, first)
    text = (
        f"Most at risk: {members}, where {label} {was(label)} {first.text}, against "
        f"{show(first.baseline_value, first.unit)} for everyone else{_time(first)}."
    )
    return Claim(text=text, figures=_of(0))


def _members(found: Findings, figure: Figure) -> str:
    own = tuple(f for f in figure.filters if f not in found.reading.filters)
    return spoken_members(own, labels_of(found))


def _group(found: Findings, i: int) -> Claim:
    figure = found.figures[i]
    rest = show(figure.baseline_value, figure.unit)
    text = f"{capital(_members(found, figure))}: {figure.text}, against {rest} for everyone else."
    return Claim(text=text, figures=_of(i))


def _whole(whole: Figure, label: str, pointers: tuple[str, ...]) -> Claim:
    return Claim(text=f"Overall, {label} {was(label)} {whole.text}{_time(whole)}.", figures=pointers)
