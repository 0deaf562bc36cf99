"""How well themes found without labels agree with labels, beside the plain method, on public chats."""

import csv
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import normalized_mutual_info_score
from sklearn.preprocessing import normalize

from indexes.reasons import discover
from indexes.terms import Heard

DATA = Path(os.environ.get("BECAUSE_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
_SEEDS = (7, 8, 9)
# Intents that any conversation has say nothing of what it is about.
_MANNERS = {
    "openinggreeting",
    "closinggreeting",
    "contentonly",
    "confirmation",
    "rejection",
    "thankyou",
    "outofdomain",
    "",
}


def run() -> dict[str, str]:
    """Cluster labelled chats at the labels' own number: NMI and accuracy, the mean of three seeds."""
    if not DATA.is_dir():
        return {"public data": f"absent at {DATA}; set BECAUSE_SHARED_DATA"}
    figures: dict[str, str] = {}
    for name, (texts, labels) in _sets():
        gold = np.unique(labels, return_inverse=True)[1]
        k = int(gold.max()) + 1
        for method, find in (("themes", _ours), ("LSA-50 + k-means", _plain)):
            scores = np.array([_agreement(gold, find(texts, k, seed)) for seed in _SEEDS]).mean(axis=0)
            told = f"NMI {scores[0]:.3f}, accuracy {scores[1]:.3f}"
            figures[f"{name} ({len(texts):,} chats, k = {k}), {method}"] = told
    return figures


def _sets() -> Iterator[tuple[str, tuple[list[str], list[str]]]]:
    with (DATA / "banking77" / "train.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    yield "BANKING77", ([row["text"] for row in rows], [row["category"] for row in rows])
    for domain in ("finance", "insurance", "airline"):
        yield f"MultiDoGO {domain}", _conversations(DATA / "multidogo" / domain / "train.tsv")


def _conversations(file: Path) -> tuple[list[str], list[str]]:
    """Read conversations; the intent that most of a conversation's turns have is its label."""
    said: dict[str, list[str]] = defaultdict(list)
    intents: dict[str, Counter[str]] = defaultdict(Counter)
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            said[row["conversationId"]].append(row["utterance"] or "")
            about = set((row["intent"] or "").split("<div>")) - _MANNERS
            intents[row["conversationId"]].update(sorted(about))
    told = [chat for chat in said if intents[chat]]
    return ["\n".join(said[chat]) for chat in told], [intents[chat].most_common(1)[0][0] for chat in told]


def _ours(texts: Sequence[str], k: int, seed: int) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    heard = Heard()
    for text in texts:
        heard.add([text])
    return discover(heard.matrix(), count=k, seed=seed).label


def _plain(texts: Sequence[str], k: int, seed: int) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    rows = TfidfVectorizer(stop_words="english", min_df=2, sublinear_tf=True).fit_transform(texts)
    points = normalize(TruncatedSVD(50, random_state=seed).fit_transform(rows))
    return np.asarray(KMeans(k, n_init=5, random_state=seed).fit_predict(points))


def _agreement(
    gold: "np.ndarray[tuple[int], np.dtype[np.intp]]", found: "np.ndarray[tuple[int], np.dtype[np.int32]]"
) -> tuple[float, float]:
    """Give NMI, and accuracy under the best one-to-one pairing; a chat without a theme is wrong."""
    known = found >= 0
    counts = np.zeros((int(gold.max()) + 1, int(found.max()) + 1))
    np.add.at(counts, (gold[known], found[known]), 1)
    pairs = linear_sum_assignment(-counts)
    return float(normalized_mutual_info_score(gold, found)), float(counts[pairs].sum() / len(gold))
