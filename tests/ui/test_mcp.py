"""Other agents get the commands as tools: the same JSON, in the same role, over stdio."""

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ui.mcp_server import Tools, server

T = TypeVar("T")
SURFACE = Path(__file__).parent / "goldens" / "mcp_tools.json"


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: a browser test may have left a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def surface() -> list[dict[str, Any]]:
    tools = finished(server(Path("workspace"), None).list_tools())
    return [{"name": t.name, "description": t.description, "input": t.input_schema} for t in tools]


def test_the_tools_are_those_of_the_snapshot() -> None:
    """Write it anew with BECAUSE_UPDATE_GOLDENS=1, and read the difference as code."""
    text = json.dumps(surface(), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("BECAUSE_UPDATE_GOLDENS"):
        SURFACE.write_text(text, encoding="utf-8")
    assert SURFACE.read_text(encoding="utf-8") == text


@pytest.fixture(scope="module")
def tools(tiny_workspace: Path) -> Tools:
    return Tools(tiny_workspace, None)


def test_a_question_gets_the_answer_of_the_command(tools: Tools) -> None:
    answer = tools.ask("What was the churn rate in October 2026?")
    assert (answer["kind"], answer["reading"]["metrics"]) == ("answer", ["churn_rate"])


def test_a_question_goes_on_from_an_answer(tools: Tools) -> None:
    first = tools.ask("What was the churn rate in October 2026?")
    second = tools.ask("and in DACH?", first["id"])
    assert second["reading"]["filters"][0]["values"] == ["DACH"]


def test_metrics_sql_and_passages_have_the_shapes_of_the_commands(tools: Tools) -> None:
    assert "churn_rate" in {m["metric"] for m in tools.metrics()["metrics"]}
    rows = tools.sql(("churn_rate",), by=("segment",), where=("region=DACH",))
    assert {column["name"] for column in rows["columns"]} == {"segment", "churn_rate"}
    assert len(rows["rows"]) == 3
    assert 1 <= len(tools.search("price", k=3)["passages"]) <= 3


def test_words_that_look_like_options_are_words(tools: Tools) -> None:
    assert tools.ask("--help")["kind"] == "refusal"


def test_an_error_is_a_reply_that_says_what_to_try(tools: Tools) -> None:
    error = tools.sql(("chrun_rate",))
    assert (error["kind"], error["code"]) == ("error", "unknown_metric")
    assert "churn_rate" in error["hint"]


def test_a_role_has_its_limits(tiny_workspace: Path) -> None:
    assert Tools(tiny_workspace, "nobody").ask("churn rate")["code"] == "unknown_role"


def test_an_agent_asks_over_stdio(tiny_workspace: Path) -> None:
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    code = "from ui.cli import main; main()"
    process = StdioServerParameters(
        command=sys.executable,
        args=["-c", code, "mcp", "--workspace", str(tiny_workspace)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )

    async def asked() -> dict[str, Any]:
        async with Client(stdio_client(process)) as client:
            reply = await client.call_tool("metrics", {"name": "churn_rate"})
            return dict(json.loads(reply.content[0].text))

    assert finished(asked())["metrics"][0]["metric"] == "churn_rate"
