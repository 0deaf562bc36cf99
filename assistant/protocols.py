"""The seams of a question's path: who reads, who listens, who tells."""

from collections.abc import Collection, Sequence
from typing import Protocol

from assistant.findings import Findings, Narration
from assistant.types import Clarify, Decline, Plan, Question
from indexes.types import Evidence, IndexStatus, ListedTheme, ThemeEvidence


class Planner(Protocol):
    """Reads a question."""

    def plan(self, question: Question) -> Plan | Clarify | Decline:
        """Return a plan to run, a question back, or an honest no."""
        ...

    def readable(self, text: str) -> bool:
        """Tell whether a question can be read as it stands, at no cost."""
        ...


class Narrator(Protocol):
    """Tells findings in sentences."""

    def narrate(self, findings: Findings) -> Narration:
        """Return the headline and every other sentence, each naming what it rests on."""
        ...


class EvidenceSearch(Protocol):
    """Finds what was said in contacts chosen by the warehouse."""

    @property
    def contact_ids(self) -> frozenset[str]:
        """Contacts that have a transcript."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What the last search had to do without."""
        ...

    def search(self, text: str, *, contact_ids: Collection[str] | None = None, k: int = 8) -> tuple[Evidence, ...]:
        """Return the passages nearest to a text."""
        ...

    def contrast(
        self,
        now: Collection[str],
        baseline: Collection[str],
        *,
        elsewhere: Collection[str] = (),
        contacts_in_slice: int,
        limit: int = 4,
        ignore: Collection[str] = (),
    ) -> tuple[ThemeEvidence, ...]:
        """Return what contacts say more than a baseline does, and how often it is said elsewhere."""
        ...

    def telling(
        self, contact_ids: Collection[str], others: Collection[str], *, theme: str, k: int = 2
    ) -> tuple[Evidence, ...]:
        """Return the sentences of contacts that say most of what sets them apart from others."""
        ...

    def opposed(
        self, theme: str, supports: Sequence[str], *, contact_ids: Collection[str], k: int = 1
    ) -> tuple[Evidence, ...]:
        """Return quotes of contacts that say the opposite of what supports a theme."""
        ...

    def leading(
        self, now: Collection[str], baseline: Collection[str] = (), *, contacts_in_slice: int, limit: int = 6
    ) -> tuple[ThemeEvidence, ...]:
        """Return the themes that most contacts carry."""
        ...

    def quote(self, citation: str) -> str:
        """Return the redacted text of the cited turns."""
        ...

    def listed_themes(self, *, contact_ids: Collection[str] | None = None) -> tuple[ListedTheme, ...]:
        """List the themes that contacts carry."""
        ...

    def status(self, *, contact_ids: Collection[str] | None = None) -> IndexStatus:
        """Return what the index holds."""
        ...
