"""Building and searching 25,000 to 100,000 passages: speed with redaction, a one-month filter, memory."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from benchmarks.retrieval import QUESTIONS, timed

SIZES = tuple(int(n) for n in os.environ.get("BECAUSE_PASSAGES", "25000,50000,100000").split(","))
# The demo's conversations are cut into so many passages each.
_A_CONTACT = 3.83
_MONTHS = 24


def run() -> dict[str, str]:
    """Measure each size in a process of its own, so that its memory is its own."""
    figures: dict[str, str] = {}
    for size in SIZES:
        command = [sys.executable, "-m", "benchmarks.passages", str(size)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        figures |= dict(line.split("\t") for line in ran.stdout.splitlines() if "\t" in line)
    return figures


def measured(size: int) -> dict[str, str]:
    """Build an index of so many passages from nothing, then search it warm: everything, and one month of 24."""
    from indexes.build import build_index
    from indexes.search import TranscriptIndex
    from indexes.settings import RedactionSettings, TranscriptSettings

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = _made(folder, round(size / _A_CONTACT))
        began = time.perf_counter()
        report = build_index(folder / "index", [file], transcripts=TranscriptSettings(), redaction=RedactionSettings())
        seconds, cpu = time.perf_counter() - began, time.process_time()
        built = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        index = TranscriptIndex.open(folder / "index")
        month = frozenset(sorted(index.contact_ids)[::_MONTHS])
        label = f"{report.passages:,} passages"
        return {
            f"{label}: built a second, redaction included (target ≥ 1,000)": f"{report.passages / seconds:,.0f}",
            f"{label}: built a second of this process's CPU": f"{report.passages / cpu:,.0f}",
            f"{label}: largest memory of the build": f"{built:.2f} GB",
            f"{label}: search of one month of 24 (target p50 < 30 ms, p95 < 100 ms)": timed(
                lambda text: index.search(text, contact_ids=month)
            ),
            f"{label}: search of everything": timed(index.search),
        }


def _made(folder: Path, contacts: int) -> Path:
    """Repeat the demo's conversations under new ids until there are enough; a word in each is its own."""
    from evals.world.build import build_world

    build_world(folder / "world", size="demo")
    lines = next((folder / "world" / "transcripts").glob("*.jsonl")).read_text(encoding="utf-8").splitlines()
    rng = Random(7)
    file = folder / "chats.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for i in range(contacts):
            record = json.loads(lines[i % len(lines)])
            record["contact_id"] = f"K{i:07d}"
            for turn in record["turns"]:
                turn["text"] += f" {rng.choice(_WORDS)}"
            out.write(json.dumps(record) + "\n")
    return file


_WORDS = tuple(word for question in QUESTIONS for word in question.split())

if __name__ == "__main__":
    for name, value in measured(int(sys.argv[1])).items():
        sys.stdout.write(f"{name}\t{value}\n")
