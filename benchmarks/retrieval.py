"""How well and how fast transcripts are found, on labelled data and on the demo's corpus."""

import csv
import json
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from indexes.fusion import WEIGHTS, fuse, ranked
from indexes.lexical import build_lexical
from indexes.lsa import fit_lsa
from indexes.settings import RedactionSettings, TranscriptSettings
from indexes.text import content_stems
from indexes.types import Turn
from indexes.windows import windows

DATA = Path(os.environ.get("BECAUSE_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
_DISCOUNT = 1 / np.log2(np.arange(2, 12))
QUESTIONS = (
    "the price went up",
    "internet slow in the evening",
    "the agent was rude",
    "where is my refund",
    "number porting delayed",
    "router keeps disconnecting",
    "roaming charges abroad",
    "password reset does not work",
    "the engineer did not come",
    "I want to cancel my contract",
)


def run() -> dict[str, str]:
    """Measure what can be measured here; data that is absent is named."""
    figures: dict[str, str] = {}
    if DATA.is_dir():
        figures |= banking77(DATA / "banking77") | qmsum(DATA / "qmsum" / "val.jsonl")
    else:
        figures["public data"] = f"absent at {DATA}; set BECAUSE_SHARED_DATA"
    return figures | demo_corpus()


def banking77(folder: Path) -> dict[str, str]:
    """nDCG@10 with the same intent as relevant: BM25, char-LSA, and both fused with equal weights."""
    texts, labels = _labelled(folder / "train.csv")
    queries, wanted = _labelled(folder / "test.csv")
    lexical, lsa = build_lexical([content_stems(text) for text in texts]), fit_lsa(texts)
    vectors, held = lsa.vectors(texts), np.array(labels)
    scores: dict[str, list[float]] = {"BM25": [], "char-LSA": [], "fused": []}
    for query, intent, vector in zip(queries, wanted, lsa.vectors(queries), strict=True):
        words, shape = ranked(lexical.scores(query)), ranked(vectors @ vector)
        fused = [row for row, _ in fuse([(words, 1.0), (shape, WEIGHTS[-1])])]
        for name, order in (("BM25", words), ("char-LSA", shape), ("fused", fused)):
            scores[name].append(_ndcg(held[np.array(order[:10], dtype=int)] == intent, labels.count(intent)))
    return {f"BANKING77 nDCG@10, {name}": f"{statistics.fmean(values):.4f}" for name, values in scores.items()}


def _labelled(file: Path) -> tuple[list[str], list[str]]:
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [row["text"] for row in rows], [row["category"] for row in rows]


def _ndcg(relevant: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]", held: int) -> float:
    return float((relevant * _DISCOUNT[: len(relevant)]).sum() / _DISCOUNT[: min(10, held)].sum())


def qmsum(file: Path) -> dict[str, str]:
    """Whether one of the first five passages of a meeting overlaps the turns that answer a question."""
    hits, asked = Counter[str](), 0
    for line in file.read_text(encoding="utf-8").splitlines():
        meeting = json.loads(line)
        said = [Turn(number=i, speaker="", text=t["content"]) for i, t in enumerate(meeting["meeting_transcripts"])]
        cut = windows(said)
        texts = ["\n".join(turn.text for turn in said[w.first : w.last + 1]) for w in cut]
        lexical, lsa = build_lexical([content_stems(text) for text in texts]), fit_lsa(texts)
        vectors = lsa.vectors(texts)
        for question in meeting["specific_query_list"]:
            spans = [tuple(map(int, span)) for span in question["relevant_text_span"]]
            answers = {i for i, w in enumerate(cut) if any(w.first <= end and start <= w.last for start, end in spans)}
            words = ranked(lexical.scores(question["query"]))
            shape = ranked(vectors @ lsa.vectors([question["query"]])[0])
            fused = [row for row, _ in fuse([(words, 1.0), (shape, WEIGHTS[-1])])]
            asked += 1
            hits["BM25"] += not answers.isdisjoint(int(row) for row in words[:5])
            hits["fused"] += not answers.isdisjoint(fused[:5])
    return {f"QMSum val hit@5, {name}": f"{hits[name] / asked:.3f} of {asked}" for name in ("BM25", "fused")}


def demo_corpus() -> dict[str, str]:
    """Build the demo's index from nothing, then search it warm."""
    from evals.world.build import build_world
    from indexes.build import build_index
    from indexes.search import TranscriptIndex

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build_world(folder, size="demo")
        files = sorted((folder / "transcripts").glob("*.jsonl"))
        began = time.perf_counter()
        report = build_index(folder / "index", files, transcripts=TranscriptSettings(), redaction=RedactionSettings())
        seconds = time.perf_counter() - began
        index = TranscriptIndex.open(folder / "index")
        slice_ids = frozenset(sorted(index.contact_ids)[::10])
        return {
            "demo index": f"{report.contacts:,} contacts, {report.passages:,} passages in {seconds:.1f} s",
            "index build, passages a second": f"{report.passages / seconds:,.0f}",
            "search, whole corpus": timed(index.search),
            "search, a tenth of the contacts": timed(lambda text: index.search(text, contact_ids=slice_ids)),
        }


def timed(search: Callable[[str], Sequence[object]]) -> str:
    """Search warm for each question ten times: the middle and the slowest twentieth, in milliseconds."""
    for question in QUESTIONS:
        search(question)
    times = []
    for question in QUESTIONS * 10:
        began = time.perf_counter()
        search(question)
        times.append(1000 * (time.perf_counter() - began))
    cuts = statistics.quantiles(times, n=20)
    return f"p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms"
