"""Checks of what people ask and get: intents, language, terms that link to nothing, outcomes, thumbs."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from assistant.log import Asked
from evals.drift.tests import Check, Finding, check, share_surprise

WEEKS = 8
LEAST = 20
DIMENSIONS = 512
PERMUTATIONS = 1_999
MOST_COMPARED = 400
_TERM = re.compile(r"(?<!\w)'([^']{2,40})'(?!\w)")
Weeks = Sequence[Sequence[Asked]]


def by_week(asked: Sequence[Asked], end: datetime) -> Weeks:
    """Return the outcomes of the week that ends at a time, and of the eight weeks before it, latest first."""
    weeks: list[list[Asked]] = [[] for _ in range(WEEKS + 1)]
    for item in asked:
        back = (end - item.asked_at) // timedelta(days=7)
        if 0 <= back <= WEEKS:
            weeks[back].append(item)
    return weeks


def intents(weeks: Weeks) -> Check:
    """Compare what kinds of question are asked with eight weeks, by a G-test; rare kinds are taken together."""
    from scipy.stats import chi2_contingency

    now, before = _kinds(weeks[0]), sum((_kinds(week) for week in weeks[1:]), Counter())
    if not _enough(weeks):
        return check("intents", [], ["too few questions to compare"])
    share = now.total() / (now.total() + before.total())
    common = [kind for kind in before | now if (now[kind] + before[kind]) * share >= 5]
    table = np.array([[counts[kind] for kind in common] for counts in (now, before)], dtype=float)
    rest = np.array([[now.total()], [before.total()]]) - table.sum(axis=1, keepdims=True)
    table = np.hstack([table, rest]) if rest.sum() else table
    if table.shape[1] < 2:
        return check("intents", [], ["only one kind of question is asked"])
    shares = table / table.sum(axis=1, keepdims=True)
    names = [*common, "other"]
    most = int(np.argmax(np.abs(shares[0] - shares[1])))
    text = f"'{names[most]}' is {shares[0, most]:.0%} of the questions, usually {shares[1, most]:.0%}"
    p_value = float(chi2_contingency(table, lambda_="log-likelihood").pvalue)
    moved = float(np.abs(shares[0] - shares[1]).sum() / 2)
    return check("intents", [Finding(subject="intents", text=text, p_value=p_value, effect=moved, floor=0.12)])


def _kinds(week: Sequence[Asked]) -> "Counter[str]":
    return Counter(item.intent for item in week if item.intent)


def _enough(weeks: Weeks) -> bool:
    return len(weeks[0]) >= LEAST and sum(map(len, weeks[1:])) >= LEAST


def language(weeks: Weeks) -> Check:
    """Compare the wording of questions with eight weeks: energy distance, by permutation.

    Questions are embedded as hashed character n-grams (Székely & Rizzo 2013 for the distance).
    """
    if not _enough(weeks):
        return check("language", [], ["too few questions to compare"])
    texts = [item.question for item in weeks[0]], [item.question for week in weeks[1:] for item in week]
    new, old = (_vectors(t[:: max(1, len(t) // MOST_COMPARED)]) for t in texts)
    both = np.vstack([new, old])
    far = np.sqrt(np.maximum(2 - 2 * both @ both.T, 0.0))
    n = len(new)
    energy = _energy(far, np.arange(len(both)) < n)
    random = np.random.default_rng(0)
    mixed = [_energy(far, random.permutation(len(both)) < n) for _ in range(PERMUTATIONS)]
    p_value = (1 + sum(e >= energy for e in mixed)) / (PERMUTATIONS + 1)
    novel = np.argsort(-far[:n, n:].min(axis=1), kind="stable")[:3]
    shown = texts[0][:: max(1, len(texts[0]) // MOST_COMPARED)]
    examples = "; ".join(dict.fromkeys(shown[k] for k in novel))
    finding = Finding(
        subject="wording", text=f"questions are worded differently; the most novel: {examples}",
        p_value=p_value, effect=energy / float(far.mean()), floor=0.02,
    )  # fmt: skip
    return check("language", [finding], [f"most novel questions: {examples}"])


def _vectors(texts: Sequence[str]) -> NDArray[np.float64]:
    found = np.zeros((len(texts), DIMENSIONS))
    for row, text in enumerate(texts):
        padded = f" {text.casefold()} "
        for size in (3, 4):
            for start in range(len(padded) - size + 1):
                found[row, crc32(padded[start : start + size].encode()) % DIMENSIONS] += 1
    found = np.sqrt(found)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12))


def _energy(far: NDArray[np.float64], new: NDArray[np.bool_]) -> float:
    """Return the energy distance of two groups from their pairwise distances, counted without bias."""
    x, sums = new.astype(float), far @ new
    n, m = x.sum(), len(x) - x.sum()
    within_new = x @ sums
    across = sums.sum() - within_new
    within_old = far.sum() - within_new - 2 * across
    return float(2 * across / (n * m) - within_new / (n * (n - 1)) - within_old / (m * (m - 1)))


def gaps(weeks: Weeks) -> Check:
    """Find terms that people use more than before and that link to nothing; say what they asked instead."""
    now, before = terms_of(weeks[0]), sum((terms_of(week) for week in weeks[1:]), Counter())
    n, m = len(weeks[0]), sum(map(len, weeks[1:]))
    found = [
        Finding(
            subject=term, text=f"'{term}' was asked about {k} times and links to nothing{_instead(weeks[0], term)}",
            p_value=_rise(k, before[term], n, m), effect=float(k), floor=4.0,
        )
        for term, k in sorted(now.items())
    ]  # fmt: skip
    top = [f"'{term}' ({k} times){_instead(weeks[0], term)}" for term, k in now.most_common(5)]
    return check("coverage gaps", found, [f"linked to nothing: {', '.join(top)}"] if top else [])


def terms_of(week: Sequence[Asked]) -> "Counter[str]":
    """Count the words of a week's questions that link to nothing."""
    return Counter(term for item in week if item.kind != "answer" for term in _unlinked(item))


def _unlinked(item: Asked) -> set[str]:
    """Return the words of a question that its refusal or question back names."""
    asked = item.question.casefold()
    return {term for term in _TERM.findall(item.message.casefold()) if term in asked}


def _instead(week: Sequence[Asked], term: str) -> str:
    meant = meant_by(week, term)
    return f" (then asked for {meant})" if meant else ""


def meant_by(week: Sequence[Asked], term: str) -> str:
    """Return the metric that the askers of a term were answered by right after: a synonym worth adding."""
    ordered = sorted(week, key=lambda item: item.asked_at)
    next_of = pairwise(ordered)
    meant = Counter(
        b.metric for a, b in next_of
        if a.kind != "answer" and term in _unlinked(a) and b.metric and b.asked_at - a.asked_at < timedelta(minutes=5)
    )  # fmt: skip
    return meant.most_common(1)[0][0] if meant else ""


def _rise(k: int, before: int, n: int, m: int) -> float:
    from scipy.stats import binomtest

    return float(binomtest(k, k + before, n / (n + m), alternative="greater").pvalue) if m else 1.0


def behaviour(weeks: Weeks) -> Check:
    """Compare the shares of refusals, questions back, empty results and thumbs down with eight weeks."""
    kinds: dict[str, Callable[[Asked], bool]] = {
        "refusals": lambda item: item.kind == "refusal" and item.reason != "no_data",
        "questions back": lambda item: item.kind == "clarification",
        "empty results": lambda item: item.reason == "no_data",
        "thumbs down": lambda item: item.thumb == "down",
    }
    found = [_share(name, weeks, holds) for name, holds in kinds.items()] if _enough(weeks) else []
    return check("answer behaviour", found)


def _share(name: str, weeks: Weeks, holds: Callable[[Asked], bool]) -> Finding:
    counts = [(sum(map(holds, week)), len(week)) for week in weeks]
    now, before = counts[0], counts[1:]
    share, usual = now[0] / now[1], sum(k for k, _ in before) / max(1, sum(n for _, n in before))
    return Finding(
        subject=name, text=f"{name}: {share:.0%} of the questions, usually {usual:.0%}",
        p_value=share_surprise(now, before), effect=abs(share - usual), floor=0.08,
    )  # fmt: skip
