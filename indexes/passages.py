"""The passages of a version as plain columns: row i is the same passage for BM25, vectors and Chroma."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.corpus import Stored
from indexes.windows import citation, windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """`contact[row]` is a position in `contact_ids`; `first`, `last` are turn numbers; flagged ones are not quoted."""

    contact_ids: NDArray[np.str_]
    contact: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    flagged: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.contact)

    def starts(self) -> NDArray[np.intp]:
        """Give the first row of each contact, and the number of rows at the end."""
        return np.searchsorted(self.contact, np.arange(len(self.contact_ids) + 1))

    def contact_id(self, row: int) -> str:
        """Name the contact of a row."""
        return str(self.contact_ids[self.contact[row]])

    def citation(self, row: int) -> str:
        """Cite a row."""
        return citation(self.contact_id(row), int(self.first[row]), int(self.last[row]))

    def save(self, folder: Path) -> None:
        """Write the columns."""
        np.savez(
            folder / "passages.npz",
            contact_ids=self.contact_ids, contact=self.contact, first=self.first, last=self.last, flagged=self.flagged,
        )  # fmt: skip


def load_passages(folder: Path) -> Passages:
    """Read the columns back."""
    with np.load(folder / "passages.npz", allow_pickle=False) as held:
        return Passages(**{name: held[name] for name in held.files})


def cut(stored: Iterable[Stored]) -> Passages:
    """Cut contacts into passages, in their order."""
    ids: list[str] = []
    rows: list[tuple[int, int, int, bool]] = []
    for item in stored:
        turns = item.contact.turns
        for window in windows(turns):
            numbers = [turn.number for turn in turns[window.first : window.last + 1]]
            rows.append((len(ids), numbers[0], numbers[-1], not item.flagged.isdisjoint(numbers)))
        ids.append(item.contact.contact_id)
    return _columns(ids, rows)


def _columns(ids: list[str], rows: Collection[Any]) -> Passages:
    table = np.array(list(rows), dtype=np.int32).reshape(-1, 4)
    return Passages(
        contact_ids=np.array(ids, dtype=np.str_),
        contact=table[:, 0].copy(),
        first=table[:, 1].copy(),
        last=table[:, 2].copy(),
        flagged=table[:, 3].astype(bool),
    )
