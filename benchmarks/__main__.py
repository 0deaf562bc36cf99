"""Run the benchmarks named on the command line, or all; write docs/performance.md."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

NAMES = ("start", "semantic", "ask", "retrieval", "redaction", "passages", "themes", "drivers", "foreign", "large")
ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "build" / "benchmarks"


def main() -> None:
    """Measure, print and keep each benchmark; render the page from what is kept."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or NAMES:
        print(f"measuring {name} …", flush=True)
        figures = import_module(f"benchmarks.{name}").run()
        kept = {"measured_on": datetime.now(UTC).date().isoformat(), "figures": figures}
        (RESULTS / f"{name}.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")
        print("\n".join(f"  {figure}: {value}" for figure, value in figures.items()), flush=True)
    (ROOT / "docs" / "performance.md").write_text(page(), encoding="utf-8")


def page() -> str:
    """Render the kept figures as Markdown."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    parts = [f"# Performance\n\nMeasured with `make bench` (one part: `python -m benchmarks NAME`) on {machine}.\n"]
    for name in NAMES:
        file = RESULTS / f"{name}.json"
        if file.is_file():
            kept = json.loads(file.read_text(encoding="utf-8"))
            rows = "\n".join(f"| {figure} | {value} |" for figure, value in kept["figures"].items())
            about = (import_module(f"benchmarks.{name}").__doc__ or "").strip()
            parts.append(
                f"## {name}\n{about}\nMeasured on {kept['measured_on']}.\n\n| figure | value |\n|---|---|\n{rows}\n"
            )
    return "\n".join(parts)


if __name__ == "__main__":
    main()
