"""What an endpoint and model was seen to accept, so that it is not found out at every question."""

import json
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Literal, get_args

from assistant.files import replace_text

# From what says most about the reply to what any server can do.
Rung = Literal["json_schema", "tool", "json_object", "text"]
RUNGS: tuple[Rung, ...] = get_args(Rung)


class Memory:
    """The rung and the parameters one endpoint and model takes; kept in a file when one is given."""

    def __init__(self, file: Path | None = None, key: str = "") -> None:
        self._file, self._key, self._lock = file, key, Lock()
        known = self._all().get(key)
        self._known: dict[str, Any] = known if isinstance(known, dict) else {}

    @property
    def rung(self) -> Rung:
        """The highest rung that was not refused."""
        return next((rung for rung in RUNGS if rung == self._known.get("rung")), RUNGS[0])

    @rung.setter
    def rung(self, rung: Rung) -> None:
        self._keep("rung", rung)

    def parameters(self, limit: int) -> dict[str, Any]:
        """Return the reply limit and temperature in the names this endpoint knows."""
        name = "max_completion_tokens" if self._known.get("newer_limit") else "max_tokens"
        return {name: limit} if self._known.get("no_temperature") else {name: limit, "temperature": 0}

    def learn(self, refusal: str) -> bool:
        """Take from a refusal which parameter to leave out; tell whether that was new."""
        said = refusal.lower()
        for sign, name in (("max_completion_tokens", "newer_limit"), ("temperature", "no_temperature")):
            if sign in said and not self._known.get(name):
                self._keep(name, True)
                return True
        return False

    def forget(self) -> None:
        """Start again from the top."""
        self._known = {}

    def _keep(self, name: str, value: Any) -> None:
        with self._lock:
            if self._known.get(name) == value:
                return
            self._known = {**self._known, name: value}
            if self._file is not None:
                # What cannot be written down is found out again.
                with suppress(OSError):
                    replace_text(self._file, json.dumps({**self._all(), self._key: self._known}, indent=2))

    def _all(self) -> dict[str, Any]:
        if self._file is None:
            return {}
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
