"""The assistant as a llama-index query engine: the claims, the quotes as nodes, the whole outcome as metadata."""

from pathlib import Path
from typing import Any

import pytest

import assistant


@pytest.fixture(scope="module")
def engine(tiny_workspace: Path) -> Any:
    return assistant.query_engine(tiny_workspace)


def test_a_question_is_answered_with_its_claims_and_its_outcome(engine: Any) -> None:
    reply = engine.query("What was the churn rate in October 2026?")
    assert reply.metadata["reading"]["metrics"] == ["churn_rate"]
    assert reply.metadata["headline"] in str(reply)


def test_quotes_are_nodes_named_by_their_citation(engine: Any) -> None:
    reply = engine.query("What do customers say about price increases?")
    cited = {item["citation"]: item["quote"] for item in reply.metadata["evidence"]}
    assert cited
    assert {node.node.node_id: node.node.text for node in reply.source_nodes} == cited


def test_a_refusal_says_why(engine: Any) -> None:
    reply = engine.query("What is the weather tomorrow?")
    assert reply.metadata["kind"] == "refusal"
    assert str(reply) == reply.metadata["message"]
