"""Conversations generated from the dictionary: each owner of metrics pursues a goal over several turns."""

from collections.abc import Iterator
from datetime import date

from evals.cases import Case, Expected, ExpectedReading, Scenario, Suite, Turn
from evals.facts import Facts, label_of, month_of
from evals.generate import counted, sql_of


def conversations(suite: Suite, facts: Facts) -> tuple[Case, ...]:
    """Return one conversation an owner: a figure, a group of it, its cut, and the month before."""
    owners: dict[str, list[str]] = {}
    for metric in facts.catalogue.metrics:
        if metric.name in suite.references and not metric.hidden:
            owners.setdefault(metric.owner, []).append(metric.name)
    found = (
        _scenario(suite, facts, owner, names[n % len(names)], n) for n, (owner, names) in enumerate(owners.items())
    )
    return tuple(
        case.model_copy(update={"origin": "generated", "verified_by": "hand-written reference SQL"})
        for scenario in found if scenario for case in scenario.cases()
    )  # fmt: skip


def _scenario(suite: Suite, facts: Facts, owner: str, metric: str, number: int) -> Scenario | None:
    cuts = [d for d in suite.frames[suite.references[metric].frame].dimensions if len(facts.values.get(d, ())) > 1]
    usable = [(d, members) for d in cuts if len(members := counted(suite, facts, metric, d)) > 1]
    if len(usable) < 2:
        return None
    (narrowed, members), (cut, _) = usable[number % len(usable)], usable[(number + 1) % len(usable)]
    label = label_of(facts, metric)
    return Scenario(
        id=f"generated-scenario-{metric}", persona=owner, goal=f"see where {label} comes from and whether it is new",
        turns=tuple(_turns(suite, facts, metric, (narrowed, members[number % len(members)]), cut)),
    )  # fmt: skip


def _turns(suite: Suite, facts: Facts, metric: str, slice_: tuple[str, str], cut: str) -> Iterator[Turn]:
    """Yield the turns; each one's truth is the whole of what was said until then."""
    dimension, member = slice_
    now, before = month_of(facts), month_of(facts, 1)
    where = f"{_column(suite, metric, dimension)} = '{member.replace(chr(39), chr(39) * 2)}'"
    kept: dict[str, tuple[str, ...]] = {dimension: (member,)}
    yield _turn(suite, metric, f"What was {label_of(facts, metric)} in {now[0]:%B %Y}?", now)
    yield _turn(suite, metric, f"and for {member}?", now, kept, where=where)
    words = facts.catalogue.dimension(cut).label.lower()
    yield _turn(suite, metric, f"split that by {words}", now, kept, cut=cut, where=where)
    yield _turn(suite, metric, f"what about {before[0]:%B %Y}?", before, kept, cut=cut, where=where)


def _column(suite: Suite, metric: str, dimension: str) -> str:
    return suite.frames[suite.references[metric].frame].dimensions[dimension]


def _turn(
    suite: Suite, metric: str, question: str, window: tuple[date, date],
    kept: dict[str, tuple[str, ...]] | None = None, *, cut: str = "", where: str = "true",
) -> Turn:  # fmt: skip
    by = f"coalesce({_column(suite, metric, cut)}, '(unknown)')" if cut else ""
    sql = sql_of(suite, suite.references[metric], window, by=by, where=where)
    reading = ExpectedReading(metrics=(metric,), by=(cut,) if cut else (), filters=kept or {}, window=window)
    return Turn(question=question, expect=Expected(reading=reading, sql=sql))
