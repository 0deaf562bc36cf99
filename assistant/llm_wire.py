"""One request to a model endpoint, never longer than allowed; exchanges can be kept as files."""

import hashlib
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Literal, Protocol, TypeAlias

from assistant.files import replace_text
from assistant.llm_failures import ModelFailure, failure_of
from assistant.llm_settings import EndpointSettings, LlmSettings

Body = dict[str, Any]
Service: TypeAlias = Literal["chat", "embeddings"]
_LARGEST: dict[Service, int] = {"chat": 2_000_000, "embeddings": 50_000_000}
_HOLDS: dict[Service, str] = {"chat": "choices", "embeddings": "data"}


class Wire(Protocol):
    """Sends one request."""

    def send(self, request: Body, *, timeout: float) -> Body:
        """Return the reply's JSON; raise ModelFailure."""
        ...


class OpenAiWire:
    """The plain `openai` client; retries are left to the caller, so that they cannot multiply."""

    def __init__(self, settings: EndpointSettings, service: Service = "chat") -> None:
        self._settings = settings
        self._service = service
        self._client: Any = None
        self._opening = threading.Lock()

    def send(self, request: Body, *, timeout: float) -> Body:
        """Send and read a reply in a thread that is abandoned when the time is over.

        The client's time-outs are per read and its name look-up has none: a server that dribbles
        would never end. Each chunk is held against the clock, and so is the whole.
        """
        place = self._settings.place
        if self._settings.key() is None:
            raise ModelFailure(place, "llm_no_key", detail=f"${self._settings.api_key_env} is empty")
        results: SimpleQueue[Body | Exception] = SimpleQueue()

        def work() -> None:
            try:
                results.put(self._exchange(request, timeout))
            except Exception as error:
                results.put(error)

        threading.Thread(target=work, daemon=True, name="llm").start()
        try:
            result = results.get(timeout=timeout)
        except Empty:
            raise ModelFailure(place, "llm_late") from None
        if isinstance(result, Exception):
            raise failure_of(result, place) from result
        return result

    def _exchange(self, request: Body, timeout: float) -> Body:
        end = monotonic() + timeout
        client = self._opened().with_options(timeout=timeout)
        service = client.chat.completions if self._service == "chat" else client.embeddings
        read = bytearray()
        with service.with_streaming_response.create(**request) as response:
            for chunk in response.iter_bytes(65_536):
                read += chunk
                if monotonic() > end:
                    raise ModelFailure(self._settings.place, "llm_late")
                if len(read) > _LARGEST[self._service]:
                    raise ModelFailure(self._settings.place, "llm_broken_reply", detail="endless reply")
        try:
            body = json.loads(read)
        except ValueError:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get(_HOLDS[self._service]), list):
            detail = f"no '{_HOLDS[self._service]}' in it"
            raise ModelFailure(self._settings.place, "llm_broken_reply", detail=detail, retry=True)
        return body

    def _opened(self) -> Any:
        with self._opening:
            if self._client is None:
                from openai import OpenAI

                key = self._settings.key()
                secret = key.get_secret_value() if key else ""
                self._client = OpenAI(base_url=self._settings.base_url, api_key=secret, max_retries=0)
            return self._client


@dataclass(frozen=True, slots=True, kw_only=True)
class CassetteWire:
    """Exchanges as JSON files named by their request; without `inner` they are only replayed."""

    folder: Path
    place: str
    inner: Wire | None = None

    def send(self, request: Body, *, timeout: float) -> Body:
        """Return the recorded reply, else ask and record it."""
        text = json.dumps(request, sort_keys=True, ensure_ascii=False)
        file = self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
        if file.is_file():
            try:
                reply: Body = json.loads(file.read_text(encoding="utf-8"))["reply"]
            except (ValueError, KeyError, TypeError) as error:
                raise ModelFailure(self.place, "llm_no_cassette", detail=f"{file.name} is damaged") from error
            return reply
        if self.inner is None:
            raise ModelFailure(self.place, "llm_no_cassette", detail=f"{file.name} is not in {self.folder.name}")
        reply = self.inner.send(request, timeout=timeout)
        replace_text(file, json.dumps({"request": request, "reply": reply}, ensure_ascii=False, indent=2))
        return reply


def wire_to(settings: LlmSettings, root: Path) -> Wire:
    """Return the way to an endpoint; cassette folders lie in the workspace."""
    kept = settings.cassettes
    if kept is None:
        return OpenAiWire(settings)
    inner = OpenAiWire(settings) if kept.mode == "record" else None
    return CassetteWire(folder=root / kept.folder, place=settings.place, inner=inner)
