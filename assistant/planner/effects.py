"""Finds the recorded intervention that a question speaks of."""

from collections import Counter
from itertools import pairwise

from assistant.planner.draft import Draft
from assistant.planner.text import key, stem
from assistant.planner.words import words
from assistant.types import Intervention

IN_NAME, IN_DESCRIPTION, ON_METRIC = 1.0, 0.5, 0.25
CLEAR = 1.2


def named_intervention(draft: Draft) -> Intervention | None:
    """Return the intervention whose name and description share the rarest words with the question.

    None when no word is shared or two fit about as well.
    """
    known = draft.context.vocabulary.interventions
    spoken = {t.stem for t in draft.linked.tokens} - _plain()
    names = [set(key(one.name)) - _plain() for one in known]
    texts = [set(key(one.description)) - _plain() - name for one, name in zip(known, names, strict=True)]
    often = Counter(word for name, text in zip(names, texts, strict=True) for word in name | text)
    aimed = {e.name for i in draft.places("metric") for e in draft.items[i].of("metric")}
    scores = []
    for one, name, text in zip(known, names, texts, strict=True):
        said = sum(IN_NAME / often[w] for w in name & spoken) + sum(IN_DESCRIPTION / often[w] for w in text & spoken)
        scores.append(said + ON_METRIC * (one.metric in aimed) if name & spoken or said >= IN_DESCRIPTION else 0.0)
    ranked = sorted(scores, reverse=True)
    if not ranked or ranked[0] <= 0 or (len(ranked) > 1 and ranked[0] < CLEAR * ranked[1]):
        return None
    return known[scores.index(ranked[0])]


def speaks_of_one(draft: Draft) -> bool:
    """Tell whether a past happening is asked about: by a word that names nothing else here, or by two in a row."""
    tokens = draft.linked.tokens
    found = named_intervention(draft)
    if found is None or not tokens or tokens[0].word in words().list_of("present"):
        return False
    own = set(key(f"{found.name} {found.description}")) - _plain()
    own -= {stem(w) for w in words().list_of("entities")}
    free = (item for item in draft.items if item.kind in ("unknown", "filler", "noun"))
    if any(tokens[p].stem in own for item in free for p in item.at):
        return True
    months = {words().raw["months"][t.word] for t in tokens if t.word in words().raw["months"]}
    if found.started_on.month in months and own & {t.stem for t in tokens} & set(key(found.name)):
        return True
    pairs = set(pairwise(key(found.name)))
    said = pairwise(t.stem for t in tokens)
    return any(pair in pairs and own & {*pair} and not _small() & {*pair} for pair in said)


def use_name(draft: Draft, found: Intervention) -> None:
    """Use the items that only spell the intervention, so that none of them is taken for a filter or a metric."""
    own = set(key(f"{found.name} {found.description}"))
    for i, item in enumerate(draft.items):
        if {draft.linked.tokens[p].stem for p in item.at} <= own:
            draft.roles[i] = "noun"
            draft.used.add(i)


def _plain() -> frozenset[str]:
    """Stems that name nothing by themselves."""
    lists = ("filler", "generic_actions", "subjects")
    said = {s for name in lists for word in words().list_of(name) for s in key(word)}
    return frozenset(said | _small() | {stem("new")})


def _small() -> frozenset[str]:
    """Stems of the words that only join others."""
    joining = {s for cue in ("in", "and", "by", "not") for word in words().cues[cue] for s in key(str(word))}
    return frozenset(joining | {*words().list_of("articles"), "the"})
