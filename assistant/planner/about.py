"""What is asked about the workspace itself: what it holds, how fresh it is, who owns which metric."""

from assistant.planner import gates
from assistant.planner.draft import Draft, refuse
from assistant.planner.text import key, stem
from assistant.planner.words import words

_SHOWN = 6


def described(draft: Draft) -> str:
    """Say which metrics there are, by what they can be cut, and which days they cover."""
    metrics = sorted((m for m in draft.catalogue.metrics if not m.hidden), key=lambda m: not m.headline)
    cuts = [d.label for d in draft.catalogue.dimensions if not d.hidden]
    shown = ", ".join(m.label for m in metrics[:_SHOWN])
    said = gates.message("holds", n=len(metrics), metrics=shown, cuts=", ".join(cuts[:_SHOWN]))
    return f"{said} {fresh(draft)}".strip()


def fresh(draft: Draft) -> str:
    """Say which days the data cover; nothing where they have none."""
    clock = draft.context.clock
    if clock is None:
        return gates.message("undated")
    first, last = (f"{day.day} {day:%B %Y}" for day in (clock.first, clock.as_of))
    return gates.message("fresh", first=first, last=last)


def owned(draft: Draft) -> list[str]:
    """Return the metrics of the owner who is named beside a word for owning: "which metrics does Finance own"."""
    owning = {stem(w) for w in words().list_of("owning")}
    spoken = {t.stem for t in draft.linked.tokens}
    if not spoken & owning:
        return []
    owners = {m.owner: set(key(m.owner)) for m in draft.catalogue.metrics if not m.hidden}
    named = [owner for owner, name in owners.items() if name and name <= spoken]
    if len(named) != 1:
        return []
    said = owners[named[0]] | owning | {stem(w) for w in words().list_of("kpis")}
    draft.used.update(i for i, item in enumerate(draft.items) if {draft.linked.tokens[p].stem for p in item.at} <= said)
    return [m.name for m in draft.catalogue.metrics if not m.hidden and m.owner == named[0]]


def check_list(draft: Draft) -> None:
    """Refuse "list customers who churned": people are counted, and not listed one by one."""
    asked = draft.linked.tokens[0].word in words().list_of("lists_people")
    specs = [draft.metric(m) for m in draft.metrics]
    people = any(t.stem in draft.context.lexicon.nouns for t in draft.linked.tokens)
    if asked and people and not draft.by and all(s.unit == "count" for s in specs):
        raise refuse("out_of_scope", gates.message("no_people", metric=specs[0].label))
