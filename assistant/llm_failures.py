"""What can go wrong at a model endpoint, told apart by who can mend it and whether to try again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from semantic_layer.errors import UpstreamError

_OVERFLOW = re.compile(r"context.{0,20}(length|window|size)|maximum context|too many tokens|prompt is too long")
_PLAIN = {
    "llm_no_key": "its key is not set",
    "llm_unauthorised": "it refused the key",
    "llm_unknown_model": "it knows no such model",
    "llm_rate_limited": "it is rate-limited",
    "llm_context_overflow": "the question does not fit its context",
    "llm_refused": "it refused the request",
    "llm_unavailable": "it could not be reached",
    "llm_late": "it was too slow",
    "llm_broken_reply": "its reply was broken",
    "llm_unreadable": "its reply was not what was asked for",
    "llm_invalid": "its reply did not fit the dictionary",
    "llm_budget": "the token budget was spent",
    "llm_no_cassette": "no recorded exchange fits",
}
_HINTS = {
    "llm_no_key": "set the variable that llm.api_key_env names, or remove the key from because.yml for a local server",
    "llm_unauthorised": "check the key in the variable that llm.api_key_env names",
    "llm_unknown_model": "check llm.model and llm.base_url; most servers list models under /models",
    "llm_unavailable": "check llm.base_url and that the server runs",
    "llm_late": "raise llm.deadline_seconds or take a faster model",
    "llm_context_overflow": "take a model with a longer context",
}


class ModelFailure(UpstreamError):
    """A model that did not deliver; `plain` says why in words for a card."""

    def __init__(
        self, place: str, code: str, *, detail: str = "", retry: bool = False, retry_after: float | None = None
    ) -> None:
        self.plain = _PLAIN[code]
        self.detail = detail[:500]
        self.retry = retry
        self.retry_after = retry_after
        said = f": {self.detail}" if self.detail else ""
        super().__init__(f"model {place}: {self.plain}{said}", code=code, hint=_HINTS.get(code, ""))


def failure_of(error: Exception, place: str) -> ModelFailure:
    """Tell what an exception of the client or its transport means."""
    if isinstance(error, ModelFailure):
        return error
    status = getattr(error, "status_code", None)
    if not isinstance(status, int):
        late = "timeout" in type(error).__name__.lower()
        return ModelFailure(place, "llm_late" if late else "llm_unavailable", detail=type(error).__name__, retry=True)
    said = f"{status} {_said(error)}"
    if status in (401, 403):
        return ModelFailure(place, "llm_unauthorised", detail=said)
    if status == 404:
        return ModelFailure(place, "llm_unknown_model", detail=said)
    if status == 429:
        headers = getattr(getattr(error, "response", None), "headers", {})
        spent = "insufficient_quota" in said
        return ModelFailure(place, "llm_rate_limited", detail=said, retry=not spent, retry_after=retry_after(headers))
    if _OVERFLOW.search(said.lower()) or status == 413:
        return ModelFailure(place, "llm_context_overflow", detail=said)
    if status >= 500 or status in (408, 409, 425):
        return ModelFailure(place, "llm_unavailable", detail=said, retry=status != 501)
    return ModelFailure(place, "llm_refused", detail=said)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds a Retry-After header asks for (RFC 9110: seconds or a date)."""
    said = headers.get("retry-after")
    if said is None:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - (now or datetime.now(UTC))).total_seconds())
    except (TypeError, ValueError):
        return None


def _said(error: Exception) -> str:
    """Return the server's own words, made printable: they are data from outside."""
    body: Any = getattr(error, "body", None)
    text = str(body.get("message", body)) if isinstance(body, dict) else str(body or error)
    return "".join(c if c.isprintable() else " " for c in text)[:300]
