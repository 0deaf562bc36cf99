"""Finds out what a model endpoint supports, rung by rung."""

from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from pydantic import BaseModel, ConfigDict

from assistant.llm import Model, Prompt
from assistant.llm_failures import ModelFailure
from assistant.llm_memory import RUNGS, Rung
from assistant.llm_settings import LlmSettings
from assistant.llm_wire import wire_to


class _Ready(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ready: bool


_PROMPT = Prompt(name="ready", system="You check a connection.", user="Say that you are ready.", schema=_Ready)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The rungs an endpoint supports, the seconds of its quickest reply, and why it failed otherwise."""

    supported: tuple[Rung, ...]
    seconds: float | None
    failure: ModelFailure | None


def probe(settings: LlmSettings, root: Path) -> Probe:
    """Try every rung once; an endpoint that fails altogether is left at the first failure."""
    model = Model(settings.model_copy(update={"retries": 0}), wire_to(settings, root))
    supported: list[Rung] = []
    times: list[float] = []
    failure = None
    for rung in RUNGS:
        began = monotonic()
        try:
            model.structured(model.session(), _PROMPT, rungs=(rung,))
        except ModelFailure as error:
            failure = error
            if error.code not in ("llm_refused", "llm_unreadable", "llm_invalid"):
                break
        else:
            supported.append(rung)
            times.append(monotonic() - began)
    return Probe(supported=tuple(supported), seconds=min(times, default=None), failure=None if supported else failure)
