"""What quotes are asked about: a subject in plain words and filters on who said it."""

from functools import cache

from assistant.planner.draft import Draft, refuse
from assistant.planner.members import read_members
from assistant.planner.text import stem
from assistant.planner.words import words

_SUBJECT = frozenset(
    (
        "about",
        "on",
        "regarding",
        "concerning",
        "mentioning",
        "mention",
        "where",
        "that",
        "of",
        "say",
        "which",
        "around",
        "who",
    )
)


def read_quotes(draft: Draft) -> None:
    """Split the question into its subject and the filters; every content word lands in one of them."""
    named, subject, start = _subject(draft)
    draft.used.update(i for i in range(start, len(draft.items)) if draft.items[i].kind == "filler")
    for i in list(draft.roles):
        if i in subject or draft.roles[i] in ("metric", "dimension"):
            draft.roles.pop(i)
            draft.used.add(i)
    read_members(draft)
    draft.used.update(subject)
    _read_limit(draft)
    draft.search_text = _words(draft, [*named, *subject]) or None
    for i in range(len(draft.items)):
        if draft.items[i].kind == "cue":
            draft.used.add(i)
    if draft.search_text is None and not draft.filters and not draft.question.history:
        raise refuse("out_of_scope", "Say what the quotes should be about, such as 'quotes about waiting too long'.")


def subject_of(draft: Draft) -> str | None:
    """Return what the quotes are asked about, in the question's own words."""
    named, subject, _ = _subject(draft)
    return _words(draft, [*named, *subject]) or None


def _subject(draft: Draft) -> tuple[list[int], list[int], int]:
    """Return the metrics that narrow the subject, its items, and where it starts."""
    start = _subject_starts(draft)
    subject = [i for i in range(start, len(draft.items)) if _in_subject(draft, i, start)]
    while subject and draft.items[subject[0]].kind == "filler":
        subject.pop(0)
    named = [i for i in draft.places("metric") if i < start and _says_more(draft, i)]
    for i in named:
        _check_people(draft, i)
    return named, subject, start


def _check_people(draft: Draft, i: int) -> None:
    """Refuse to look for "churned customers" as words: they are who speaks, and transcripts do not tell them."""
    plural = draft.metric(draft.items[i].of("metric")[0].name).unit == "count"
    speak = plural and draft.cue(i + 1, "quotes") and len(draft.items[i].at) == 1
    if speak or draft.linked.tokens[draft.items[i].last].stem in draft.context.lexicon.nouns:
        label = draft.items[i].text
        raise refuse("unknown_metric", f"Conversations cannot be chosen by '{label}'; name a group, such as a segment.")


def _read_limit(draft: Draft) -> None:
    """Read how many quotes are asked for: "three verbatims about"."""
    for i, item in enumerate(draft.items):
        if _asks_number(draft, i):
            draft.used.add(i)
            draft.limit = int(item.number or 0) or None


def _asks_number(draft: Draft, i: int) -> bool:
    item = draft.items[i]
    whole = item.kind == "number" and item.number is not None and item.number.is_integer()
    return whole and draft.cue(draft.after(i), "quotes")


def _says_more(draft: Draft, i: int) -> bool:
    """Tell whether a metric named before the subject narrows it, as "complaints" does and "calls" does not."""
    nouns = draft.context.lexicon.nouns
    sure = draft.items[i].of("metric")[0].score >= 0.9
    return sure and not all(draft.linked.tokens[p].stem in nouns for p in draft.items[i].at)


def _subject_starts(draft: Draft) -> int:
    cues = [i for i in range(len(draft.items)) if draft.cue(i, "quotes")]
    said = [i for i, item in enumerate(draft.items) if item.kind in ("entry", "unknown")]
    cue = max((i for i in cues if any(j > i for j in said)), default=cues[-1])
    start = cue + 1
    for i in range(cue, len(draft.items)):
        last = draft.linked.tokens[draft.items[i].last].word
        if last in _SUBJECT and draft.items[i].kind in ("cue", "filler"):
            start = i + 1
            if i > cue:
                break
    return start


def _in_subject(draft: Draft, i: int, start: int) -> bool:
    item = draft.items[i]
    if _names_people(draft, i) or _asks_number(draft, i) or draft.cue(i, "quotes"):
        return False
    if item.kind == "time" or (
        item.kind == "filler" and item.text.lower() in words().list_of("filler") and _edge(draft, i)
    ):
        return False
    if draft.roles.get(i) == "value" and _is_filter(draft, i, start):
        return False
    if draft.roles.get(i) == "dimension" and any(
        draft.roles.get(j) == "value" and abs(i - j) == 1 for j in draft.roles
    ):
        return False
    return not (
        draft.cue(i, "in", "and", "not", "only") and (_edge(draft, i) or draft.roles.get(draft.after(i)) == "value")
    )


def _names_people(draft: Draft, i: int) -> bool:
    """Tell whether a word only says whose words are meant: the bill customers complain about."""
    item = draft.items[i]
    token = draft.linked.tokens[item.last]
    plural = token.word.endswith("s") or token.word in words().lemmas
    return len(item.at) == 1 and token.stem in _people() and plural


@cache
def _people() -> frozenset[str]:
    return frozenset(stem(w) for w in words().list_of("entities"))


def _is_filter(draft: Draft, i: int, start: int) -> bool:
    before = draft.before(i)
    return before >= start and draft.cue(before, "in", "only", "not", "and")


def _edge(draft: Draft, i: int) -> bool:
    rest = range(i + 1, len(draft.items))
    return all(
        draft.items[j].kind in ("time", "filler") or draft.cue(j, "in") or draft.roles.get(j) == "value" for j in rest
    )


def _words(draft: Draft, places: list[int]) -> str:
    """Return the words as they were typed; a run of them keeps its hyphens."""
    said = ""
    for i, j in zip([-2, *places], places, strict=False):
        tokens = draft.linked.tokens
        start, end = tokens[draft.items[j].first].start, tokens[draft.items[j].last].end
        gap = draft.text[tokens[draft.items[i].last].end : start] if j == i + 1 else " "
        said += (gap if said else "") + draft.text[start:end]
    return said.strip(" ,")
