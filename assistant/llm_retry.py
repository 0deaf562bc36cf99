"""One layer of retries for every request to an endpoint, within one deadline."""

from collections.abc import Callable
from typing import TypeVar

from assistant.llm_failures import ModelFailure

T = TypeVar("T")
_PAUSE = 0.25


def retried(
    send: Callable[[], T],
    *,
    retries: int,
    ends: float,
    clock: Callable[[], float],
    pause: Callable[[float], None],
    mended: Callable[[ModelFailure], bool] = lambda _: False,
) -> T:
    """Send, again where that may help and time is left; raise the last ModelFailure.

    A failure that `mended` says it saw to is sent again at once and costs no retry.
    """
    left = retries
    while True:
        try:
            return send()
        except ModelFailure as error:
            if mended(error):
                continue
            backoff = _PAUSE * 2 ** (retries - left)
            wait = backoff if error.retry_after is None else error.retry_after
            if not error.retry or left == 0 or clock() + wait >= ends:
                raise
            left -= 1
            pause(wait)
