"""Hashes and versions of everything a verdict depends on."""

import hashlib
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

from assistant.pipeline import Assistant
from assistant.workspace import Workspace
from evals.cases import Case

_CODE = Path(__file__).parents[1]
_ANSWERS = ("assistant", "indexes", "semantic_layer")
_LIBRARIES = ("duckdb", "sqlglot", "llama-index-core", "chromadb", "bm25s", "numpy", "scipy")
# What a flip is put down to, by the part that differs between two runs.
CAUSES = {
    "suite": "suite", "evaluator": "evaluator", "warehouse": "data", "catalogue": "definition",
    "index": "index", "code": "code", "settings": "settings", "libraries": "libraries",
}  # fmt: skip


def versions_of(workspace: Workspace, asked: Assistant, cases: Iterable[Case]) -> dict[str, Any]:
    """Return a digest of each part: code, evaluator, suite, catalogue, warehouse, index, settings, libraries."""
    return {
        "code": _files(f for name in _ANSWERS for f in (_CODE / name).rglob("*") if f.suffix in (".py", ".yml")),
        "evaluator": _files((_CODE / "evals").glob("*.py")),
        "suite": _text("\n".join(case.model_dump_json() for case in cases)),
        "catalogue": _files(workspace.metrics.rglob("*.y*ml")),
        "warehouse": _stamp(workspace.warehouse) + (f" to {asked.as_of}" if asked.as_of else ""),
        "index": _files([workspace.index / "CURRENT", *workspace.index.glob("*/manifest.json")]),
        "settings": _files([workspace.root / "because.yml"]),
        "libraries": ", ".join(f"{name} {version(name)}" for name in _LIBRARIES) + f", python {python_version()}",
    }


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the causes that two runs' versions allow for."""
    return tuple(cause for part, cause in CAUSES.items() if before.get(part) != after.get(part))


def _files(files: Iterable[Path]) -> str:
    content = hashlib.sha256()
    for file in sorted(files):
        if file.is_file():
            content.update(file.name.encode() + b"\0" + file.read_bytes())
    return content.hexdigest()[:16]


def _stamp(file: Path) -> str:
    """Return a warehouse's identity: a hash of its blocks would take as long as the run."""
    found = file.stat()
    return f"{found.st_size:,} bytes, {found.st_mtime_ns:x}"


def _text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
