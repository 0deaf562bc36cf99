"""From `because demo` to a page that answers, with the environment installed; the command line's own start."""

import resource
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks.timing import WORKSPACES

BECAUSE = Path(sys.executable).parent / "because"
PORT = 7899


def run() -> dict[str, str]:
    """Measure the first and the second start, and `because --help`."""
    place = WORKSPACES / "start"
    shutil.rmtree(place, ignore_errors=True)
    return {
        "first `because demo`: world, redaction, index, page (target < 150 s)": f"{_until_page(place):.0f} s",
        "second `because demo` (target < 15 s)": f"{_until_page(place):.1f} s",
        "`because --help` (target < 0.6 s of CPU)": f"{_cpu('--help'):.2f} s of CPU",
    }


def _until_page(place: Path) -> float:
    start = time.perf_counter()
    server = subprocess.Popen([BECAUSE, "demo", "--workspace", str(place), "--port", str(PORT)])
    try:
        while not _answers():
            if server.poll() is not None:
                raise RuntimeError(f"because demo ended with {server.returncode}")
            time.sleep(0.2)
        return time.perf_counter() - start
    finally:
        server.terminate()
        server.wait()


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=2) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def _cpu(*arguments: str) -> float:
    """Return user and system seconds of a run, the second of two."""
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([BECAUSE, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
