"""What is turned away before it is read: nothing, too much, code, chat, tasks, opinions."""

import re
from functools import cache

from assistant.planner import about
from assistant.planner.draft import Draft, refuse
from assistant.planner.text import key, stem
from assistant.planner.words import words

LIMIT = 1_000


def message(key_: str, /, **values: object) -> str:
    """Return a sentence of the language file."""
    return str(words().raw["messages"][key_]).format(**values)


def check_text(text: str) -> None:
    """Refuse raw text that no reading should be made of."""
    if not any(c.isalnum() for c in text):
        raise refuse("out_of_scope", message("empty"))
    if any(p.search(text) for p in _unsafe()):
        raise refuse("unsafe", message("unsafe"))
    if len(text) > LIMIT:
        raise refuse("out_of_scope", message("long", n=f"{len(text):,}", limit=f"{LIMIT:,}"))
    letters = [c for c in text if c.isalpha()]
    latin = sum(bool(re.match(words().raw["script"], c)) for c in letters)
    if letters and latin < 0.7 * len(letters):
        raise refuse("out_of_scope", message("script"))


def check_scope(draft: Draft) -> None:
    """Refuse chat, tasks, opinions and general knowledge; a linked name is never one of these."""
    stems = [t.stem for t in draft.linked.tokens]
    linked = {p for item in draft.items if item.kind == "entry" for p in item.at}
    free = [s if i not in linked else "\0" for i, s in enumerate(stems)]
    if not draft.metrics_named and _contains(free, "fresh"):
        raise refuse("out_of_scope", about.fresh(draft))
    for name in ("help", "opinion", "causal"):
        if _contains(free, name) and not _meant_otherwise(draft, name, stems):
            raise refuse("out_of_scope", about.described(draft) if name == "help" else message(name))
    for word in words().list_of("statistics"):
        if f" {' '.join(key(word))} " in f" {' '.join(free)} ":
            raise refuse("unknown_metric", message("statistic", word=word))
    if not linked and _contains(free, "smalltalk") and len(_content(draft)) <= 1:
        raise refuse("out_of_scope", message("smalltalk"))
    if _opens_with_task(draft) and not _leaves_out(draft):
        raise refuse("out_of_scope", message("act"))
    if _contains(free, "out_of_scope") and not draft.has("quotes"):
        raise refuse("out_of_scope", message("out_of_scope"))


def _meant_otherwise(draft: Draft, name: str, stems: list[str]) -> bool:
    """Tell "did the coaching help", "what should I know" and "left because of price" from what is turned away."""
    if name == "help":
        return stems[:1] in ([stem("do")], [stem("have")])
    if name == "causal":
        return any(draft.dimension(e.name).outcome for item in draft.items for e in item.of("value"))
    return name == "opinion" and draft.has("overview")


def _opens_with_task(draft: Draft) -> bool:
    content = _content(draft)
    if draft.linked.tokens[0].word in words().list_of("deeds") and draft.metrics_named and not draft.has("what_if"):
        return True
    if not content:
        return False
    first = draft.items[content[0]]
    after = draft.linked.tokens[first.last + 1 : first.last + 2]
    verb = len(first.at) == 1 and draft.linked.tokens[first.first].word in words().list_of("act")
    if verb and after and after[0].word in words().list_of("objects"):
        return True
    if first.kind not in ("unknown", "cue") or first.cues - {"down", "change", "compare"}:
        return False
    token = draft.linked.tokens[first.first]
    return token.stem in _stems("act") and (first.kind == "unknown" or not draft.metrics_named)


def _leaves_out(draft: Draft) -> bool:
    """Read "drop Consumer" behind another question as leaving a group out."""
    first = draft.linked.tokens[0].word in words().list_of("leaves_out")
    return bool(draft.question.history) and first and len(draft.items) > 1 and bool(draft.items[1].of("value"))


def _content(draft: Draft) -> list[int]:
    return [
        i for i, item in enumerate(draft.items) if item.kind not in ("filler", "noun") and not draft.cue(i, "in", "and")
    ]


def _contains(stems: list[str], name: str) -> bool:
    line = f" {' '.join(stems)} "
    return any(f" {' '.join(p)} " in line for p in _phrases(name))


@cache
def _phrases(name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(key(text) for text in words().list_of(name))


@cache
def _stems(name: str) -> frozenset[str]:
    return frozenset(stem(w) for w in words().list_of(name))


@cache
def _unsafe() -> tuple["re.Pattern[str]", ...]:
    return tuple(re.compile(p, re.IGNORECASE | re.DOTALL) for p in words().list_of("unsafe"))
