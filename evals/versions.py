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
_PROMPTS = ("llm_prompt.py", "llm_narrator.py", "llm_draft.py", "llm_words.yml")
# What a flip is put down to, by the part that differs between two runs.
CAUSES = {
    "suite": "suite", "evaluator": "evaluator", "warehouse": "data", "catalogue": "definition",
    "index": "index", "code": "code", "settings": "settings", "libraries": "libraries",
    "model": "model", "prompt": "prompt", "embeddings": "embeddings",
}  # fmt: skip


def versions_of(workspace: Workspace, asked: Assistant, cases: Iterable[Case]) -> dict[str, Any]:
    """Return a digest of each part that a verdict depends on; a prompt is one only where a model reads it."""
    model, near = workspace.config.llm, workspace.config.embeddings
    return {
        "code": _files(f for name in _ANSWERS for f in (_CODE / name).rglob("*") if _is_code(f)),
        "evaluator": _files((_CODE / "evals").glob("*.py")),
        "suite": _text("\n".join(case.model_dump_json() for case in cases)),
        "catalogue": _files(workspace.metrics.rglob("*.y*ml")),
        "warehouse": _stamp(workspace.warehouse) + (f" to {asked.as_of}" if asked.as_of else ""),
        "index": _files([workspace.index / "CURRENT", *workspace.index.glob("*/manifest.json")]),
        "settings": _text(workspace.config.model_dump_json(exclude={"llm", "embeddings"})),
        "model": model.place if model else "none",
        "embeddings": _text(near.model_dump_json()) if near else "own",
        "prompt": _files(_CODE / "assistant" / name for name in _PROMPTS) if model else "none",
        "libraries": ", ".join(f"{name} {version(name)}" for name in _LIBRARIES) + f", python {python_version()}",
    }


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the causes that two runs' versions allow for."""
    return tuple(dict.fromkeys(cause for part, cause in CAUSES.items() if before.get(part) != after.get(part)))


def _is_code(file: Path) -> bool:
    return file.suffix in (".py", ".yml") and file.name not in _PROMPTS


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
