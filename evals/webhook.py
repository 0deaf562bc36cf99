"""Posts the verdict of a report to a chat, where because.yml names the variable that holds its address."""

import os
from typing import Any
from urllib.parse import urlsplit

from assistant.workspace import Workspace
from semantic_layer.errors import UpstreamError, UserError

SECONDS = 10.0
RETRIES = 2
MOST_DECISIONS = 5
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def address_of(workspace: Workspace) -> str:
    """Return the address; raise UserError (no_webhook, bad_webhook)."""
    variable = workspace.config.webhook_env
    if variable is None:
        raise UserError(
            "because.yml names no webhook",
            code="no_webhook",
            hint="webhook_env: NAME, the environment variable that holds its address",
        )
    address = os.environ.get(variable, "")
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise UserError(f"{variable} holds no https address", code="bad_webhook", hint=f"export {variable}=https://…")
    return address


def message_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict and the first decisions as a message that Slack and its like read."""
    todo = [(d["owner"], item) for d in document["decisions"] for item in d["todo"]]
    decisions = ["• " + _escaped(f"{owner}: {t['verb']} {t['what']}") for owner, t in todo[:MOST_DECISIONS]]
    text = "\n".join([f"*{_escaped(document['workspace'])}*: {_escaped(document['verdict']['text'])}", *decisions])
    head = f"{document['workspace']}: {document['verdict']['text']}"
    return {"text": head, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}


def post(address: str, message: dict[str, Any]) -> None:
    """Post a message; raise UpstreamError (webhook_failed). The address is a secret and is not repeated."""
    import httpx

    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=RETRIES), timeout=SECONDS) as client:
            client.post(address, json=message).raise_for_status()
    except httpx.HTTPError as error:
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else type(error).__name__
        raise UpstreamError(
            f"the webhook did not take the verdict: {status}", code="webhook_failed", hint="the report is written"
        ) from error


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
