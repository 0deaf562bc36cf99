"""Run the benchmarks named on the command line, or all; write them into docs/performance.md."""

import os
import platform
import re
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

NAMES = ("start", "semantic", "ask", "retrieval", "redaction", "passages", "themes", "drivers", "foreign", "large")
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> None:
    """Measure and print each benchmark, and put it in the place of its section of the page."""
    for name in sys.argv[1:] or NAMES:
        print(f"measuring {name} …", flush=True)
        figures = import_module(f"benchmarks.{name}").run()
        print("\n".join(f"  {figure}: {value}" for figure, value in figures.items()), flush=True)
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), name, figures), encoding="utf-8")


def page(before: str, name: str, figures: dict[str, str]) -> str:
    """Render the page with the section of one benchmark anew and the others as they were measured."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    sections = {part.split("\n", 1)[0]: part.rstrip() for part in re.split(r"^## ", before, flags=re.MULTILINE)[1:]}
    rows = "\n".join(f"| {figure} | {value} |" for figure, value in figures.items())
    about = (import_module(f"benchmarks.{name}").__doc__ or "").strip()
    today = datetime.now(UTC).date().isoformat()
    sections[name] = f"{name}\n{about}\nMeasured on {today}.\n\n| figure | value |\n|---|---|\n{rows}"
    head = f"# Performance\n\nMeasured with `make bench` (one part: `python -m benchmarks NAME`) on {machine}."
    return "\n\n".join([head, *(f"## {sections[n]}" for n in NAMES if n in sections)]) + "\n"


if __name__ == "__main__":
    main()
