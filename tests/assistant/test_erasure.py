"""A person who asks to be forgotten is gone: from the index, its vectors, and the answers that quoted them."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assistant.erasure import ERASED, without
from ui.cli import run

QUESTIONS = ("why is churn up?", "what do customers say about the price?")


@pytest.fixture
def workspace(tiny_workspace: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "ws"
    shutil.copytree(tiny_workspace, copy)
    (copy / "log" / "answers.db").unlink(missing_ok=True)
    return copy


@pytest.fixture
def call(workspace: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Run a command on the workspace and read its JSON."""

    def json_of(*argv: str) -> dict[str, Any]:
        run([*argv, "--json", "--workspace", str(workspace)])
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        return told

    return json_of


def customer_of(workspace: Path, contact_id: str) -> str:
    with duckdb.connect(str(workspace / "warehouse.duckdb"), read_only=True) as warehouse:
        query = "SELECT customer_id FROM fct_contacts WHERE contact_id = ?"
        (customer,) = warehouse.execute(query, [contact_id]).fetchone() or ("",)
    return str(customer)


def bytes_of(folder: Path) -> bytes:
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def test_a_forgotten_customer_is_in_no_index_no_answer_and_no_later_build(
    workspace: Path, call: Callable[..., dict[str, Any]]
) -> None:
    told = [call("ask", question) for question in QUESTIONS]
    victim = next(item for answer in told for item in answer["evidence"])
    contact, quote = victim["contact_id"], victim["quote"]
    customer = customer_of(workspace, contact)
    assert contact.encode() in bytes_of(workspace / "log")

    done = call("index", "forget", "--customer", customer)
    assert done["contacts"] >= 1
    assert done["indexed"] >= 1
    assert done["answers"] >= 1
    assert done["still_in"]
    for folder in ("index", "log"):
        held = bytes_of(workspace / folder)
        assert contact.encode() not in held, folder
        assert quote.encode() not in held, folder
    call("index", "build")
    assert contact.encode() not in bytes_of(workspace / "index")
    assert call("search", quote)["passages"]


def test_the_answers_that_quoted_somebody_keep_their_figures_and_are_append_only_again(
    workspace: Path, call: Callable[..., dict[str, Any]]
) -> None:
    told = call("ask", QUESTIONS[1])
    call("index", "forget", "--contact", told["evidence"][0]["contact_id"])
    with closing(sqlite3.connect(workspace / "log" / "answers.db")) as log:
        (held,) = log.execute("SELECT outcome FROM outcomes WHERE id = ?", (told["id"],)).fetchone()
        assert log.execute("SELECT contacts, answers FROM erasures").fetchall() == [(1, 1)]
        with pytest.raises(sqlite3.IntegrityError):
            log.execute("UPDATE outcomes SET kind = 'x'")
    kept = json.loads(held)
    assert kept["figures"] == told["figures"]
    assert kept["evidence"][0]["quote"] == kept["evidence"][0]["contact_id"] == ERASED


def test_a_customer_nobody_knows_is_said_so(call: Callable[..., dict[str, Any]]) -> None:
    assert call("index", "forget", "--customer", "nobody'; DROP TABLE x")["code"] == "unknown_customer"
    assert call("index", "forget")["code"] == "usage"


def test_a_quote_is_erased_from_claims_and_from_citations() -> None:
    outcome = {
        "evidence": [
            {"contact_id": "A", "quote": "too dear", "citation": "A:1-1"},
            {"contact_id": "B", "quote": "slow"},
        ],
        "claims": [{"text": 'They say "too dear" and "slow".', "citations": ["A:1-1", "B:2-2"]}],
        "table": {"rows": [["C1", 3], ["C2", 4]]},
    }
    cleaned = without(outcome, frozenset({"A"}), "C1")
    assert cleaned["claims"] == [{"text": f'They say "{ERASED}" and "slow".', "citations": [ERASED, "B:2-2"]}]
    assert cleaned["evidence"][1] == outcome["evidence"][1]
    assert cleaned["table"] == {"rows": [[ERASED, 3], ["C2", 4]]}
