"""Redaction in a process of its own, so that reading and redacting use two cores."""

import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import Any

from indexes.processes import python
from indexes.redact import Redactor
from indexes.types import Contact

Redacted = tuple[Contact, int]
_BATCH = 200
_WORTH_A_PROCESS = 5
_AHEAD = 3


def redacted(contacts: Iterable[Contact], redactor: Redactor) -> Iterator[Redacted]:
    """Yield each contact redacted, with the count of what was hidden, in order.

    A thousand contacts or more go through a second process; memory holds a few batches whatever their number.
    """
    every = iter(contacts)
    batches = iter(lambda: list(islice(every, _BATCH)), [])
    few = list(islice(batches, _WORTH_A_PROCESS))
    if len(few) < _WORTH_A_PROCESS:
        return (redactor.contact(contact) for batch in few for contact in batch)
    return chain.from_iterable(_aside(chain(few, batches), redactor))


def _aside(batches: Iterable[list[Contact]], redactor: Redactor) -> Iterator[list[Redacted]]:
    process: Any = python("indexes.aside", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    asked: deque[Future[list[Redacted]]] = deque()
    try:
        with ThreadPoolExecutor(max_workers=1) as courier:
            courier.submit(pickle.dump, redactor, process.stdin)
            for batch in batches:
                asked.append(courier.submit(_ask, process, redactor, batch))
                if len(asked) > _AHEAD:
                    yield asked.popleft().result()
            while asked:
                yield asked.popleft().result()
    finally:
        process.kill()
        process.wait()


def _ask(process: Any, redactor: Redactor, batch: list[Contact]) -> list[Redacted]:
    """Have a batch redacted; a process that fails leaves the work to this one."""
    try:
        pickle.dump(batch, process.stdin)
        process.stdin.flush()
        done: list[Redacted] = pickle.load(process.stdout)
    except (OSError, EOFError, ValueError, pickle.UnpicklingError):
        return [redactor.contact(contact) for contact in batch]
    return done


def _serve() -> None:
    """Redact the batches that come in until there are no more."""
    redactor: Redactor = pickle.load(sys.stdin.buffer)
    while True:
        try:
            batch: list[Contact] = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump([redactor.contact(contact) for contact in batch], sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _serve()
