"""The endpoint is named in because.yml; the doctor says what it supports."""

import json
from pathlib import Path

import openai  # noqa: F401 - its import takes longer than the deadlines here
import pytest

from assistant.workspace import open_workspace
from evals.fake_llm import FakeLlm
from semantic_layer.errors import UserError
from ui.cli import run

READY = {"ready": lambda _: {"ready": True}}


def configured(root: Path, llm: str) -> Path:
    (root / "because.yml").write_text(f"name: here\nllm:\n{llm}", encoding="utf-8")
    return root


def checked(root: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    run(["doctor", "--workspace", str(root), "--json"])
    found: dict[str, str] = next(c for c in json.loads(capsys.readouterr().out)["checks"] if c["name"] == "model")
    return found


@pytest.mark.parametrize(
    ("behaviour", "state", "said"),
    [
        ("good", "ok", "json_schema, tool, json_object, text"),
        ("no_tools", "ok", "by text"),
        ("unauthorised", "note", "refused the key"),
        ("unknown_model", "note", "no such model"),
    ],
)
def test_the_doctor_says_what_the_endpoint_supports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], behaviour: str, state: str, said: str
) -> None:
    with FakeLlm(replies=READY, behaviour=behaviour) as fake:
        root = configured(tmp_path, f"  base_url: {fake.url}\n  model: fake\n  deadline_seconds: 2\n")
        found = checked(root, capsys)
    assert found["state"] == state
    assert said in found["message"]


@pytest.mark.parametrize(
    ("llm", "named"),
    [
        ("  model: m\n", "llm.base_url"),
        ("  base_url: somewhere\n  model: m\n", "llm.base_url"),
        ("  base_url: http://h/v1\n  model: m\n  key: sk-123\n", "llm.key"),
        ("  base_url: http://h/v1\n  model: m\n  deadline_seconds: -1\n", "llm.deadline_seconds"),
    ],
)
def test_a_wrong_endpoint_is_named_with_its_line(tmp_path: Path, llm: str, named: str) -> None:
    with pytest.raises(UserError, match=rf"because.yml:\d: {named}") as caught:
        open_workspace(configured(tmp_path, llm))
    assert "sk-123" not in f"{caught.value.message} {caught.value.hint}"
