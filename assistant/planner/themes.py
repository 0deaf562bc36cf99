"""What customers speak of: the slice and the time whose themes are asked about."""

from assistant.planner import periods
from assistant.planner.draft import Draft
from assistant.planner.members import read_members
from assistant.planner.quotes import subject_of
from assistant.planner.roles import is_noun
from assistant.planner.text import stem
from assistant.planner.words import words


def asks_themes(draft: Draft) -> bool:
    """Tell a question about subjects ("what do people call about") from one about a subject ("calls about X")."""
    if draft.cue(0, "quotes") and draft.has("themes"):  # "examples of customers unhappy with rude agents"
        return False
    if draft.has("themes") or _asks_reasons(draft):
        return True
    opens = bool(draft.linked.tokens) and draft.linked.tokens[0].word in words().list_of("asks_what")
    return opens and draft.has("quotes") and subject_of(draft) is None


def _asks_reasons(draft: Draft) -> bool:
    """Tell "the biggest reason people ring us", which asks what is spoken of."""
    tokens, nouns = draft.linked.tokens, draft.context.lexicon.nouns
    if any(item.of("metric") and not is_noun(draft, i) for i, item in enumerate(draft.items)):
        return False
    verbs = {stem(w) for w in words().list_of("contact_verbs")}
    for i, token in enumerate(tokens[:-2]):
        if token.word in words().list_of("reasons"):
            after = [t.stem for t in tokens[i + 1 : i + 5]]
            spoken = [k for k, s in enumerate(after) if s in nouns and k < 2]
            return bool(spoken) and bool(verbs & set(after[spoken[0] + 1 :]))
    return False


def read_themes(draft: Draft) -> None:
    """Read members, cuts and a time; a metric named beside them is what is spoken of, not measured."""
    draft.take("themes", "quotes", "why", "top", "highest", "which", "overall", "how_many", "define")
    verbs = {stem(w) for w in words().list_of("contact_verbs")}
    for i, item in enumerate(draft.items):
        if item.kind == "unknown" and draft.linked.tokens[item.last].stem in verbs:
            draft.used.add(i)
        verb = len(item.at) == 1 and draft.linked.tokens[item.first].stem in verbs and _asks_reasons(draft)
        if verb and not draft.linked.tokens[item.first].word.endswith("s"):
            draft.roles[i] = "noun"
            draft.used.add(i)
        elif item.of("value"):
            draft.roles[i] = "value"
        elif draft.roles.get(i) in ("metric", "dimension") and _says_nothing(draft, i):
            draft.roles[i] = "noun"
            draft.used.add(i)
        elif item.kind == "number" and item.number is not None and item.number.is_integer():
            draft.limit = int(item.number)
            draft.used.add(i)
        elif item.kind == "unknown" and item.text.lower() in words().list_of("subjects_of_talk"):
            draft.used.add(i)
    read_members(draft)
    complaints = {stem(w) for w in words().list_of("complaints")}
    if any(t.stem in complaints for t in draft.linked.tokens):
        draft.assumptions.append("every contact is counted, a complaint or not")
    periods.collect_times(draft)
    periods.choose(draft, compares=False, trend=False)


def _says_nothing(draft: Draft, i: int) -> bool:
    """Tell whether a name only says who speaks or what about: customers, contacts, reasons, issues."""
    item, nouns = draft.items[i], draft.context.lexicon.nouns
    themes = {d.name for d in draft.catalogue.dimensions if d.theme}
    if any(e.name in themes for e in item.of("dimension")):
        return True
    return all(draft.linked.tokens[p].stem in nouns for p in item.at)
