"""Questions over schemas that nobody here wrote, asked of workspaces that `because init` made.

Defog's nine small databases with gold SQL, its unanswerable questions, and insightbench's verified ones. An answer is
right when its table holds the rows of a gold query, or its figure the one number; any other is silently wrong.
Bounds are Clopper-Pearson's at 95 %.
"""

import csv
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, permutations
from pathlib import Path
from typing import Any, Literal

DATA = Path(os.environ.get("BECAUSE_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
DEFOG = DATA / "defog_sql_eval"
INSIGHT = DATA / "insightbench"
# Upstream rounds its figures; where it says "near", by as much as this.
NEAR = 0.06

Verdict = Literal["right", "abstained", "wrong"]
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A question, how its outcome was judged and what was read; `features` are what confidence was made of."""

    source: str
    question: str
    verdict: Verdict
    read: str
    features: dict[str, float] = field(default_factory=dict)


def run() -> dict[str, str]:
    """Ask everything and print the shares."""
    figures: dict[str, str] = {}
    for name, judged in (("defog", list(defog())), ("insightbench", list(insightbench()))):
        figures |= _shares(name, judged)
    refused = [j for j in unanswerable() if j.verdict == "abstained"]
    figures["unanswerable questions refused"] = f"{len(refused)} of {len(_unanswerable())}"
    return figures


def defog(databases: Sequence[str] = ()) -> Iterator[Judged]:
    """Ask the questions of each database that carries gold rows."""
    questions = json.loads((DEFOG / "questions_with_gold.json").read_text(encoding="utf-8"))
    for name in databases or sorted({q["db"] for q in questions}):
        with tempfile.TemporaryDirectory() as folder:
            asked = _assistant(_database(name, Path(folder)), Path(folder) / "ws")
            for question in (q for q in questions if q["db"] == name):
                outcome = asked.ask(question["question"])
                right = any(_matches(outcome, gold["rows"]) for gold in question["gold"])
                yield _judged(name, question["question"], outcome, right)
            asked.close()


def unanswerable() -> Iterator[Judged]:
    """Ask what no database can answer; whatever is answered is wrong."""
    for name in sorted({row["db_name"] for row in _unanswerable()}):
        with tempfile.TemporaryDirectory() as folder:
            asked = _assistant(_database(name, Path(folder)), Path(folder) / "ws")
            for row in (r for r in _unanswerable() if r["db_name"] == name):
                yield _judged(name, row["question"], asked.ask(row["question"]), False)
            asked.close()


def insightbench() -> Iterator[Judged]:
    """Ask the questions whose answers were checked by machine."""
    cases = json.loads((INSIGHT / "verified_questions.json").read_text(encoding="utf-8"))
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            asked = _assistant(INSIGHT / "csvs" / f"flag-{case['flag']}.csv", Path(folder) / "ws")
            outcome = asked.ask(case["question"])
            days = "days" in case["measure"]
            gold = [[x, y * 86_400 if days else y] for x, y in zip(case["x"], case["y"], strict=True)]
            right = _matches(outcome, gold, tolerance=NEAR if case["status"] == "near" else 1e-4)
            yield _judged(f"flag-{case['flag']}", case["question"], outcome, right)
            asked.close()


def _unanswerable() -> list[dict[str, str]]:
    with (DEFOG / "unanswerable.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _database(name: str, folder: Path) -> Path:
    """Load a database from its scripts."""
    import duckdb

    source, file = DEFOG / "duckdb" / name, folder / f"{name}.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute((source / "schema.sql").read_text(encoding="utf-8"))
        load = (source / "load.sql").read_text(encoding="utf-8")
        connection.execute(load.replace("FROM '", f"FROM '{source}/"))
    return file


def _assistant(source: Path, workspace: Path) -> Any:
    import assistant
    from assistant.onboarding import init_workspace

    init_workspace(workspace, [source])
    return assistant.build(workspace)


def _judged(source: str, question: str, outcome: Any, right: bool) -> Judged:
    if outcome.kind != "answer":
        why = getattr(outcome, "message", None) or outcome.why
        return Judged(source=source, question=question, verdict="abstained", read=why)
    reading = outcome.reading
    filters = [f"{f.dimension} {f.operator} {list(f.values)}" for f in reading.filters]
    read = f"{reading.intent} {list(reading.metrics)} by {list(reading.by)} {filters} -> {outcome.headline}"
    verdict: Verdict = "right" if right else "wrong"
    return Judged(source=source, question=question, verdict=verdict, read=read, features=outcome.confidence.features)


def _matches(outcome: Any, gold: Rows, *, tolerance: float = 1e-4) -> bool:
    """Tell whether every column shown stands in the gold rows, row by row; a single figure in a single row."""
    if outcome.kind != "answer" or not gold:
        return False
    if outcome.table is None:
        values = [f.value for f in outcome.figures[:1]]
        return len(gold) == 1 and any(_same(values[0], cell, tolerance) for cell in gold[0]) if values else False
    width = min(len(outcome.reading.by) + len(outcome.reading.metrics), len(outcome.table.columns))
    shown = [row[:width] for row in outcome.table.rows]
    return len(shown) == len(gold) and (_within(shown, gold, tolerance) or _within(gold, shown, tolerance))


def _within(narrow: Rows, wide: Rows, tolerance: float) -> bool:
    """Tell whether every column of one side is a column of the other."""
    columns = permutations(range(len(wide[0])), len(narrow[0]))
    return any(_alike(narrow, [[row[i] for i in chosen] for row in wide], tolerance) for chosen in columns)


def _alike(shown: Rows, gold: Rows, tolerance: float) -> bool:
    """Compare as multisets."""
    left = list(gold)
    for row in shown:
        found = next((g for g in left if all(_same(a, b, tolerance) for a, b in zip(row, g, strict=True))), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _same(shown: Any, gold: Any, tolerance: float) -> bool:
    one, other = _number(shown), _number(gold)
    if one is None or other is None:
        plain = ("(unknown)", "", "none", "null")
        a, b = str(shown).strip().lower(), str(gold).strip().lower()
        return a == b or (a in plain and b in plain)
    scale = max(abs(other), 1e-12)
    return any(abs(one * k - other) <= tolerance * scale for k in (1, 100))


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _shares(name: str, judged: Sequence[Judged]) -> dict[str, str]:
    from evals.stats import proportion

    counts, n = Counter(j.verdict for j in judged), len(judged)
    answered = counts["right"] + counts["wrong"]

    def share(k: int, of: int) -> str:
        found = proportion(k, of)
        return f"{k} of {of}, {k / max(of, 1):.1%} ({found.ci[0]:.1%} to {found.ci[1]:.1%})"

    return {
        f"{name}, answered right": share(counts["right"], n),
        f"{name}, abstained": share(counts["abstained"], n),
        f"{name}, silently wrong": share(counts["wrong"], n),
        f"{name}, silently wrong of answered": share(counts["wrong"], answered),
    }


if __name__ == "__main__":
    for told in chain(defog(sys.argv[1:]), *(() if sys.argv[1:] else (insightbench(), unanswerable()))):
        print(f"{told.verdict:9} {told.source:15} {told.question}\n{'':26}{told.read}")
