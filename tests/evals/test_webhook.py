"""The verdict goes to a chat where one is named, over loopback here; its address is never shown."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from assistant.workspace import open_workspace
from evals.webhook import address_of, message_of, post
from semantic_layer.errors import UpstreamError, UserError

DOCUMENT = {
    "workspace": "Lumina",
    "verdict": {"text": "2 of 300 answers were silently wrong <!channel>"},
    "decisions": [{"owner": "CX & Co", "todo": [{"verb": "Fix", "what": "“churn by <b>”"}] * 9}],
}


@pytest.fixture
def chat() -> Iterator[tuple[str, list[dict[str, object]], list[int]]]:
    taken: list[dict[str, object]] = []
    status = [200]

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Chat)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/secret", taken, status
    server.shutdown()
    server.server_close()


def test_the_verdict_and_the_first_decisions_arrive_and_call_nobody(chat) -> None:
    address, taken, _ = chat
    post(address, message_of(DOCUMENT))
    blocks = taken[0]["blocks"]
    assert isinstance(blocks, list)
    text = blocks[0]["text"]["text"]
    assert "2 of 300" in text
    assert "&lt;!channel&gt;" in text
    assert text.count("•") == 5


def test_a_chat_that_refuses_is_an_error_that_keeps_the_address(chat) -> None:
    address, _, status = chat
    status[0] = 500
    with pytest.raises(UpstreamError) as caught:
        post(address, message_of(DOCUMENT))
    assert "secret" not in f"{caught.value.message} {caught.value.hint}"


def test_without_a_webhook_nothing_is_posted(tiny_workspace, tmp_path, monkeypatch) -> None:
    with pytest.raises(UserError) as caught:
        address_of(open_workspace(tiny_workspace))
    assert caught.value.code == "no_webhook"
    text = (tiny_workspace / "because.yml").read_text(encoding="utf-8")
    (tmp_path / "because.yml").write_text(f"{text}\nwebhook_env: CHAT\n", encoding="utf-8")
    monkeypatch.setenv("CHAT", "http://chat.example/x")
    with pytest.raises(UserError) as caught:
        address_of(open_workspace(tmp_path))
    assert caught.value.code == "bad_webhook"
