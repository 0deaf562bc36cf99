"""Writes the live counts of TESTING.md: `python -m benchmarks.counts`."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from evals.cases import load_suites

ROOT = Path(__file__).parents[1]
START, END = "<!-- counts -->", "<!-- /counts -->"


def counts() -> str:
    """Return the counted table of tests by package and of the shipped cases."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tests: Counter[str] = Counter()
    for package, n in re.findall(r"^tests/(\w+)/.*: (\d+)$", said, re.MULTILINE):
        tests[package] += int(n)
    cases = [c for s in load_suites(ROOT / "evals" / "world" / "workspace" / "evals") for c in s.cases]
    declined = sum("answer" not in c.expect.kind for c in cases)
    rows = [f"| tests of `{name}` | {n:,} |" for name, n in sorted(tests.items())]
    rows += [f"| hand-written cases of the demo suite | {len(cases):,} |"]
    rows += [f"| of them unanswerable or ambiguous | {declined:,} |"]
    rows += [f"| families of hand-written cases | {len({c.family or c.id for c in cases}):,} |"]
    return "\n".join(["| what | count |", "|---|---|", *rows])


def main() -> None:
    """Put the counts into TESTING.md."""
    file = ROOT / "TESTING.md"
    head, rest = file.read_text(encoding="utf-8").split(START)
    file.write_text(f"{head}{START}\n{counts()}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
