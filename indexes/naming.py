"""Names for reasons: what their own contacts say more than others, and ids that outlive a rebuild."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from indexes.passages import load_passages
from indexes.terms import Terms, load_terms

THEMES = "themes.json"
_NAMED_BY = 3
_SHOWN = 6
_SAME = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason for calling as a version of the index found it; `contacts` counts those it is the reason of."""

    id: str
    name: str
    words: tuple[str, ...]
    contacts: int


def name_reasons(folder: Path, before: Path | None) -> None:
    """Name the reasons of a version; one that mostly holds the contacts of an earlier one keeps its id and name."""
    terms, earlier = load_terms(folder), load_reasons(before) if before else ()
    kept = _same(folder, terms, before, earlier) if before else {}
    number = max((int(reason.id[1:]) for reason in earlier), default=0)
    reasons = []
    for place in range(len(terms.reason_words)):
        words = tuple(str(terms.surfaces[w]) for w in terms.reason_words[place][:_SHOWN])
        old = kept.get(place)
        if old is None:
            number += 1
        reasons.append(
            Reason(
                id=old.id if old else f"t{number}",
                name=old.name if old else ", ".join(words[:_NAMED_BY]),
                words=words,
                contacts=int((terms.reason == place).sum()),
            )
        )
    text = json.dumps([asdict(reason) for reason in reasons], indent=1, ensure_ascii=False)
    (folder / THEMES).write_text(text, encoding="utf-8")


def load_reasons(folder: Path) -> tuple[Reason, ...]:
    """Read the reasons of a version, in the order of `Terms.reason_words`."""
    raw = json.loads((folder / THEMES).read_text(encoding="utf-8"))
    return tuple(Reason(**{**entry, "words": tuple(entry["words"])}) for entry in raw)


def _same(folder: Path, terms: Terms, before: Path, earlier: tuple[Reason, ...]) -> dict[int, Reason]:
    """Pair new reasons with earlier ones by the contacts they share (Jaccard ≥ 0.3, best total)."""
    from scipy.optimize import linear_sum_assignment

    old = load_terms(before)
    _, here, there = np.intersect1d(
        load_passages(folder).contact_ids, load_passages(before).contact_ids, return_indices=True
    )
    size = (len(terms.reason_words), len(old.reason_words))
    one, other = terms.reason[here], old.reason[there]
    both = (one >= 0) & (other >= 0)
    shared = np.zeros(size)
    np.add.at(shared, (one[both], other[both]), 1)
    union = shared.sum(axis=1)[:, None] + shared.sum(axis=0)[None, :] - shared
    alike = shared / np.maximum(union, 1)
    pairs = zip(*linear_sum_assignment(-alike), strict=True)
    return {int(i): earlier[int(j)] for i, j in pairs if alike[i, j] >= _SAME}
