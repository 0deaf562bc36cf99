"""Results kept for the next question about the same rows, in bounded memory."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import Any

Arrays = Mapping[str, Any]


class KeptArrays:
    """The results used last, as many as fit into so many bytes; threads may share it."""

    def __init__(self, *, most_bytes: int = 64_000_000) -> None:
        self._most = most_bytes
        self._held: OrderedDict[Hashable, Arrays] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> dict[str, Any] | None:
        """Return what was kept under a key; its arrays cannot be written to."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return dict(found) if found is not None else None

    def put(self, key: Hashable, arrays: Arrays) -> None:
        """Keep a result unless it is larger than all the memory; the ones unused longest make room."""
        size = _size(arrays)
        if size > self._most:
            return
        for values in arrays.values():
            values.setflags(write=False)
        with self._lock:
            self._drop(key)
            self._held[key] = dict(arrays)
            self._bytes += size
            while self._bytes > self._most:
                self._drop(next(iter(self._held)))

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._held.clear()
            self._bytes = 0

    def _drop(self, key: Hashable) -> None:
        gone = self._held.pop(key, None)
        if gone is not None:
            self._bytes -= _size(gone)


def _size(arrays: Arrays) -> int:
    """Return the bytes of the numbers; what an object array points at is taken to be as large as a short text."""
    return sum(v.nbytes + (60 * len(v) if v.dtype == object else 0) for v in arrays.values())
