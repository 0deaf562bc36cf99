"""Case drafts made from answers: a person writes the truth before a draft is judged."""

from pathlib import Path
from typing import Any

import yaml

from assistant.log import AnswerLog
from assistant.workspace import open_workspace
from semantic_layer.errors import UserError

_TODO = """\
# A draft: it is not judged while it lies in evals/drafts/.
# 1. Check the reading below: it is how the assistant read the question, which may be wrong.
# 2. Write `sql` by hand over the warehouse; never copy the assistant's own.
# 3. Name yourself in `verified_by`, and move the file to evals/.
"""


def add_draft(root: Path, answer_id: str) -> Path:
    """Write a draft case of a logged question and return its file.

    Raises UserError (unknown_answer, draft_exists).
    """
    workspace = open_workspace(root)
    log = AnswerLog(path=workspace.log)
    outcome = log.get(answer_id)
    file = workspace.evals / "drafts" / f"{answer_id}.yml"
    if file.exists():
        raise UserError(f"{file} is there already", code="draft_exists", hint="finish it, or remove it first")
    case = {
        "id": f"asked-{answer_id}", "question": outcome["question"], "family": f"asked-{answer_id}",
        "role": outcome["role"], "why": " / ".join(log.corrections(answer_id)), "verified_by": "",
        "expect": _expected(outcome),
    }  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({"suite": "asked", "cases": [case]}, sort_keys=False, allow_unicode=True, width=110)
    file.write_text(_TODO + text, encoding="utf-8")
    return file


def _expected(outcome: dict[str, Any]) -> dict[str, Any]:
    if outcome["kind"] != "answer":
        return {"kind": [outcome["kind"]]}
    reading = outcome["reading"]
    filters = {("" if f["operator"] == "in" else "not ") + f["dimension"]: f["values"] for f in reading["filters"]}
    found = {"intent": reading["intent"], "metrics": reading["metrics"], "by": reading["by"], "filters": filters}
    if reading["window"]:
        found["window"] = [reading["window"]["start"], reading["window"]["end"]]
    return {"kind": ["answer"], "reading": found, "sql": None}
