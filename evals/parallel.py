"""Run a suite's cases on several processes; a run that was broken off goes on where it stopped."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from evals.bench import Bench, open_bench
from evals.cases import Case
from evals.runner import Progress, Result, run_case

WORTH_A_PROCESS = 40
_RESULT: TypeAdapter[Result] = TypeAdapter(Result)
_open = ExitStack()
_benches: dict[str, Bench] = {}


def judge_all(
    root: Path, cases: Sequence[Case], versions: Mapping[str, Any], progress: Progress | None = None
) -> tuple[Result, ...]:
    """Return every case's result, in order; those kept from a broken run of the same versions are not asked again."""
    kept = _Kept(root / "evals", versions)
    done = kept.read(cases)
    rest = [case for case in cases if case.id not in done]
    for result in _judged(root, rest):
        if progress:
            progress(result.case.question, len(done), len(cases))
        kept.add(result)
        done[result.case.id] = result
    kept.clear()
    return tuple(done[case.id] for case in cases)


def _judged(root: Path, cases: Sequence[Case]) -> Iterator[Result]:
    processes = min(os.cpu_count() or 1, 4, len(cases) // WORTH_A_PROCESS)
    if processes < 2:
        with open_bench(root) as bench:
            yield from (run_case(bench, case) for case in cases)
        return
    # A forked process would share DuckDB's and SQLite's open files.
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_enter, initargs=(str(root),)) as pool:
        yield from pool.map(_one, [str(root)] * len(cases), cases, chunksize=4)


def _enter(root: str) -> None:
    _benches[root] = _open.enter_context(open_bench(Path(root)))


def _one(root: str, case: Case) -> Result:
    return run_case(_benches[root], case)


class _Kept:
    """Results of the run that is going on, a line each, in a file named after what they depend on."""

    def __init__(self, folder: Path, versions: Mapping[str, Any]) -> None:
        key = hashlib.sha256(json.dumps(versions, sort_keys=True).encode()).hexdigest()[:16]
        self._file = folder / f".running-{key}.jsonl"

    def read(self, cases: Sequence[Case]) -> dict[str, Result]:
        """Return the results kept by case; a line cut off by the crash is left out."""
        wanted = {case.id for case in cases}
        found = {}
        for line in self._file.read_text(encoding="utf-8").splitlines() if self._file.is_file() else ():
            try:
                result = _RESULT.validate_json(line)
            except ValidationError:
                continue
            if result.case.id in wanted:
                found[result.case.id] = result
        return found

    def add(self, result: Result) -> None:
        """Append a result."""
        with self._file.open("ab") as file:
            file.write(_RESULT.dump_json(result) + b"\n")

    def clear(self) -> None:
        """Forget the results: the run is in the history now."""
        self._file.unlink(missing_ok=True)
