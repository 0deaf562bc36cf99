"""Members and flags named in the question become filters."""

from collections import defaultdict
from functools import cache
from itertools import pairwise

from assistant.planner.draft import Draft, ask_back, ask_which, refuse
from assistant.planner.lexicon import Entry
from assistant.planner.linker import SHORT
from assistant.planner.roles import qualifier
from assistant.planner.text import stem
from assistant.planner.words import words
from semantic_layer.compile import can_cut
from semantic_layer.query import Filter, Scalar

_DEGREES = ("better", "worse", "up", "down", "highest", "lowest", "best", "worst")


def read_members(draft: Draft) -> None:
    """Turn members into filters; ask when a member belongs to several dimensions."""
    _unlink_deeds(draft)
    found: list[tuple[int, Entry]] = [(i, e) for i in draft.places("value") for e in _members(draft, i)]
    for i, entry in found:
        draft.link(i, entry)
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for i, entry in found:
        if draft.cue(i - 1, "by") and _is_done(draft, i - 1):
            draft.used.add(i - 1)
            draft.linked = draft.linked.chosen({}, frozenset((draft.items[i - 2].first,)))
        operator = "not in" if negated(draft, i) else "in"
        groups[entry.name, operator].append(entry.member or "")
    _check_either(draft, found)
    _check_pairs(draft, found)
    versus = _versus(draft, found)
    for (name, operator), members in groups.items():
        kept = Filter(dimension=name, operator=operator, values=_typed(draft, name, members))  # type: ignore[arg-type]
        (draft.versus if name == versus and operator == "in" else draft.filters).append(kept)
        if operator == "in" and len(kept.values) > 1 and name != versus:
            draft.take("together")
            draft.assumptions.append(f"{' and '.join(map(str, kept.values))} taken together")
    read_flags(draft)


def _check_either(draft: Draft, found: list[tuple[int, Entry]]) -> None:
    """Refuse "A or B" over two dimensions: filters narrow together, they do not add up."""
    for (a, one), (b, other) in pairwise(found):
        if one.name != other.name and any(draft.cue(k, "either") for k in range(a + 1, b)):
            names = f"{one.member} or {other.member}"
            raise refuse("out_of_scope", f"I can't read '{names}' over two different groups; ask for each by itself.")


def _check_pairs(draft: Draft, found: list[tuple[int, Entry]]) -> None:
    """Ask where members of two groups alternate: "voice in Manila and chat in Belfast" is two questions."""
    names = [entry.name for _, entry in found]
    if len(names) != 4 or names[:2] != names[2:] or names[0] == names[1]:
        return
    joint = next((k for k in range(found[1][0], found[2][0]) if draft.cue(k, "and", "vs")), None)
    if joint is not None:
        labels = [f"{a.member} and {b.member}" for (_, a), (_, b) in (found[:2], found[2:])]
        metric = draft.metric(draft.metrics[0]).label if draft.metrics else draft.halves(joint)[0]
        raise ask_back("Two slices are named; I answer one at a time.", [(n, f"{metric} for {n}") for n in labels])


def _unlink_deeds(draft: Draft) -> None:
    """Read "did Anna close" as by whom it was closed, not as a state beside her."""
    own = draft.context.lexicon.dimension_words
    for i in draft.places("value"):
        token = draft.linked.tokens[draft.items[i].first]
        names = {e.name for e in draft.items[i - 1].of("value")} if i else set()
        if len(draft.items[i].at) == 1 and any(token.stem in own.get(n, frozenset()) for n in names):
            draft.roles[i] = "noun"
            draft.used.add(i)


def _is_done(draft: Draft, i: int) -> bool:
    """Tell "raised by Anna" and "paying by card", which say who or how, from a cut by something."""
    item = draft.items[i - 1] if i > 0 else None
    word = draft.linked.tokens[item.last].word if item else ""
    return item is not None and item.kind in ("unknown", "cue") and word.endswith(words().endings[1:3])


def _members(draft: Draft, i: int) -> tuple[Entry, ...]:
    """Return the member that is named, or those that one name groups: "weekends"."""
    entries = draft.items[i].of("value")
    surfaces = {(e.name, e.surface) for e in entries}
    return entries if len(entries) > 1 and len(surfaces) == 1 and entries[0].surface else (_member(draft, i),)


def _member(draft: Draft, i: int) -> Entry:
    entries = list(draft.items[i].of("value"))
    if len({(e.name, e.member) for e in entries}) > 1:
        entries = _narrowed(draft, i, entries)
    near = qualifier(draft, i)
    own = near is not None and entries[0].name in {e.name for e in draft.items[near].of("dimension")}
    if near is not None and own and draft.roles.get(near) == "dimension" and not draft.cue(draft.before(near), "by"):
        draft.used.add(near)
        draft.roles[near] = "qualifier"
    if len({(e.name, e.member) for e in entries}) > 1:
        text = draft.items[i].text
        choices = [draft.meaning(i, e, f"{_label(draft, e)} is {e.member}") for e in entries]
        raise ask_which(f"'{text}' is found in several places.", choices[:5])
    if entries[0].score < SHORT and not entries[0].surface:
        label = f"{_label(draft, entries[0])} {entries[0].member}"
        draft.assumptions.append(f"'{draft.items[i].text}' read as {label}")
        draft.defaults += 1
    return entries[0]


def _narrowed(draft: Draft, i: int, entries: list[Entry]) -> list[Entry]:
    """Choose by the dimension named beside it, then by what the metric reaches, then by company."""
    near = qualifier(draft, i)
    if near is not None:
        names = {e.name for e in draft.items[near].of("dimension")}
        entries = [e for e in entries if e.name in names]
    reached = [e for e in entries if all(can_cut(m, e.name, draft.catalogue) for m in draft.metrics)]
    entries = reached or entries
    sure = set[str]()
    for j in draft.places("value"):
        names = {e.name for e in draft.items[j].of("value")}
        sure |= names if j != i and len(names) == 1 else set()
    company = [e for e in entries if e.name in sure]
    return company or entries


def _label(draft: Draft, entry: Entry) -> str:
    return draft.dimension(entry.name).label


def negated(draft: Draft, i: int) -> bool:
    """Tell whether a member stands in a list that is left out."""
    j = draft.before(i)
    while j >= 0:
        if draft.cue(j, "not") or (j == 0 and _drops(draft)):
            draft.used.add(j)
            return not _denies_quality(draft, j)
        listed = draft.cue(j, "and", "in") or draft.roles.get(j) in ("value", "qualifier")
        if not listed or (draft.cue(j, "in") and not draft.cue(draft.before(j), "not")):
            return False
        j = draft.before(j)
    return False


def _denies_quality(draft: Draft, i: int) -> bool:
    """Tell "not happy with chat" from "not chat": the word that is denied belongs to a metric around it."""
    at = draft.items[i].first
    return any(item.of("metric") and item.first < at < item.last for item in draft.items)


def _drops(draft: Draft) -> bool:
    """Tell "drop Consumer", behind another question, from a drop."""
    return bool(draft.question.history) and draft.linked.tokens[0].word in words().list_of("leaves_out")


def _versus(draft: Draft, found: list[tuple[int, Entry]]) -> str | None:
    """Return the dimension whose members are set against each other."""
    for (a, one), (b, other) in pairwise(found):
        if one.name != other.name or one.member == other.member:
            continue
        between = range(a + 1, b)
        set_against = [k for k in between if draft.cue(k, "vs") or _is_than(draft, k)]
        graded = draft.has("which") and draft.has(*_DEGREES)
        asked = draft.linked.tokens[0].stem in _asks() and _graded(draft)
        chosen = (graded or asked) and any(draft.cue(k, "either") for k in between)
        if chosen:
            draft.take("which")
            return one.name
        paired = any(draft.cue(k, "and") or _pairs(draft, k) for k in between) and draft.has(
            "compare", "difference", "respectively", "by"
        )
        paired = paired and not any(draft.items[k].kind == "time" for k in between)
        if set_against or (paired and draft.has("compare", "difference", "respectively")):
            draft.used.update(set_against)
            draft.take("compare", "difference", "respectively")
            return one.name
    if len(found) > 1 and len({e.name for _, e in found}) == 1 and draft.has("respectively"):
        draft.take("respectively")
        return found[0][1].name
    return None


def _graded(draft: Draft) -> bool:
    """Tell whether a comparative asks for the one of two: "lower in A or B", "rose more in A or B"."""
    said = {t.word for t in draft.linked.tokens} & set(words().list_of("comparatives"))
    return draft.take("more", "less", "high", "low") or bool(said)


@cache
def _asks() -> frozenset[str]:
    """Stems of the verbs that open a question to choose by: "did churn rise more in A or B"."""
    return frozenset(stem(w) for w in words().list_of("choosing"))


def _is_than(draft: Draft, i: int) -> bool:
    """Tell "more than women" from "more than 5"."""
    last = draft.linked.tokens[draft.items[i].last].word
    return draft.cue(i, "more", "less") and (last in words().list_of("than") or draft.has("why"))


def _pairs(draft: Draft, i: int) -> bool:
    """Tell whether a word sets two members against each other behind "compare": A with B."""
    return draft.has("compare") and draft.items[i].text.lower() in words().list_of("paired")


def read_flags(draft: Draft) -> None:
    """Read "with X" and "without X" of a yes/no dimension as its filter."""
    for i in draft.places("dimension"):
        entries = draft.items[i].of("dimension")
        sides = _sides(draft, entries[0].name)
        if sides is None or i in draft.used:
            continue
        before = draft.before(i)
        if draft.cue(before, "by", "which", "breakdown"):
            continue
        if _is_both(draft, before):
            draft.link(i, entries[0])
            draft.roles[i] = "flag"
            draft.by.append(entries[0].name)
            continue
        off = draft.cue(before, "not")
        told = _is_told(draft, i)
        if not off and not told and not draft.cue(before, "in", "only", "and", "percent", "how_many") and draft.metrics:
            continue
        if off:
            draft.used.add(before)
        draft.link(i, entries[0])
        draft.roles[i] = "flag"
        draft.filters.append(Filter(dimension=entries[0].name, values=(sides[1] if off else sides[0],)))


def _is_both(draft: Draft, i: int) -> bool:
    """Use "with and without", which asks for the two sides of a yes/no dimension."""
    joint = draft.before(i)
    other = draft.before(joint)
    if {draft.cue(i, "not"), draft.cue(other, "not")} != {True, False} or not draft.cue(joint, "and", "vs"):
        return False
    if not (draft.cue(i, "in") or draft.cue(other, "in")):
        return False
    draft.used.update((i, joint, other))
    return True


def _is_told(draft: Draft, i: int) -> bool:
    """Tell "customers who churned" from a cut by churn."""
    first = draft.items[i].first
    behind = draft.linked.tokens[first - 1].word if first else ""
    done = draft.linked.tokens[first].word.endswith(words().endings[1:2])
    return done and behind in words().list_of("relatives")


def _sides(draft: Draft, name: str) -> tuple[Scalar, Scalar] | None:
    """Return the yes and the no of a two-sided dimension, as its members are spelled."""
    members = draft.context.vocabulary.values.get(name, ())
    lists = words().raw["booleans"]
    yes = [m for m in members if str(m).lower() in lists["yes"]]
    no = [m for m in members if str(m).lower() in lists["no"]]
    if draft.dimension(name).type == "boolean":
        return True, False
    return (yes[0], no[0]) if len(yes) == 1 and len(no) == 1 and len(members) <= 3 else None


def _typed(draft: Draft, name: str, members: list[str]) -> tuple[Scalar, ...]:
    kind = draft.dimension(name).type
    unique = tuple(dict.fromkeys(members))
    if kind == "boolean":
        return tuple(m.lower() in words().raw["booleans"]["yes"] for m in unique)
    if kind == "number":
        return tuple(_number(m) for m in unique)
    return unique


def _number(text: str) -> Scalar:
    value = float(text)
    return int(value) if value.is_integer() else value
