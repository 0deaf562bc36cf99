"""What a restricted role reads and hears: questions about its own names, transcripts of its own contacts."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from assistant.planner import RulePlanner, Vocabulary
from assistant.protocols import EvidenceSearch, Planner
from assistant.types import Clarify, Decline, Plan, Question, Reading
from indexes.types import Evidence, IndexStatus, ListedTheme, ThemeEvidence
from indexes.windows import parse_citation
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue
from semantic_layer.policy import RolePolicy

_NOT_FOUND = ("no_data", "unknown_metric")


class PermittedPlanner:
    """Plans with the names a role knows; whatever else a question names gets one and the same answer.

    `inner` and `vocabulary` are the role's; `whole` is the dictionary that names what is hidden from it, too.
    """

    def __init__(self, inner: Planner, vocabulary: Vocabulary, whole: Catalogue, policy: RolePolicy) -> None:
        self._inner = inner
        # It knows hidden names but no hidden members, so it cannot tell one from a word that means nothing.
        names = replace(vocabulary, catalogue=whole) if vocabulary.catalogue.closed else None
        self._whole = RulePlanner(names) if names else None
        self._vocabulary = vocabulary
        self._policy = policy

    def plan(self, question: Question) -> Plan | Clarify | Decline:
        """Return a plan within the role's limits, a question back, or an honest no."""
        verdict = self._inner.plan(question)
        if self._names_what_is_closed(question) or (isinstance(verdict, Plan) and self._outside(verdict.reading)):
            nearest = verdict.nearest if isinstance(verdict, Decline) else ()
            return Decline(reason="not_permitted", message=self._said(), nearest=nearest)
        if isinstance(verdict, Decline) and verdict.reason in _NOT_FOUND:
            return replace(verdict, reason="not_permitted")
        return verdict

    def readable(self, text: str) -> bool:
        """Tell whether the role may ask a question as it stands."""
        return self._inner.readable(text) and not self._names_what_is_closed(Question(text=text))

    def _said(self) -> str:
        return f"Part of this question is not open to the role '{self._policy.label}', or is not known here."

    def _names_what_is_closed(self, question: Question) -> bool:
        if self._whole is None:
            return False
        verdict = self._whole.plan(question)
        return isinstance(verdict, Plan) and self._outside(verdict.reading)

    def _outside(self, reading: Reading) -> bool:
        """Whether a reading, which may come from an earlier question, speaks of anything not open."""
        closed = self._vocabulary.catalogue.closed
        named = (*reading.metrics, *reading.by, *(h.metric for h in reading.having))
        if closed.intersection((*named, *(f.dimension for f in reading.filters))):
            return True
        limits = {f.dimension: set(f.values) for f in self._policy.rows}
        return any(
            f.operator == "in" and f.dimension in limits and not limits[f.dimension].issuperset(f.values)
            for f in reading.filters
        )


@dataclass
class PermittedEvidence:
    """The transcripts of the contacts that a role may read."""

    index: EvidenceSearch
    permitted: Callable[[], frozenset[str]] = field(repr=False)

    @cached_property
    def contact_ids(self) -> frozenset[str]:
        """Contacts of the role that have a transcript."""
        return self.index.contact_ids & self.permitted()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the last search had to do without."""
        return self.index.notes

    def search(self, text: str, *, contact_ids: Collection[str] | None = None, k: int = 8) -> tuple[Evidence, ...]:
        """Return the passages of permitted contacts nearest to a text."""
        kept = self.contact_ids if contact_ids is None else self.contact_ids.intersection(contact_ids)
        return self.index.search(text, contact_ids=kept, k=k) if kept else ()

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
        """Return what permitted contacts say more than a permitted baseline does."""
        return self.index.contrast(
            self._kept(now),
            self._kept(baseline),
            elsewhere=self._kept(elsewhere),
            contacts_in_slice=contacts_in_slice,
            limit=limit,
            ignore=ignore,
        )

    def telling(
        self, contact_ids: Collection[str], others: Collection[str], *, theme: str, k: int = 2
    ) -> tuple[Evidence, ...]:
        """Return the sentences of permitted contacts that set them apart from permitted others."""
        return self.index.telling(self._kept(contact_ids), self._kept(others), theme=theme, k=k)

    def opposed(
        self, theme: str, supports: Sequence[str], *, contact_ids: Collection[str], k: int = 1
    ) -> tuple[Evidence, ...]:
        """Return quotes of permitted contacts that say the opposite of what supports a theme."""
        return self.index.opposed(theme, supports, contact_ids=self._kept(contact_ids), k=k)

    def leading(
        self, now: Collection[str], baseline: Collection[str] = (), *, contacts_in_slice: int, limit: int = 6
    ) -> tuple[ThemeEvidence, ...]:
        """Return the themes that most permitted contacts carry."""
        return self.index.leading(
            self._kept(now), self._kept(baseline), contacts_in_slice=contacts_in_slice, limit=limit
        )

    def quote(self, citation: str) -> str:
        """Return the cited turns; raise UserError (unknown_citation), for a contact of others too."""
        parsed = parse_citation(citation)
        if parsed is None or parsed[0] not in self.contact_ids:
            raise UserError(
                f"nothing open to this role is cited '{citation}'",
                code="unknown_citation",
                hint="a citation is contact_id:first-last, as `because search` prints it",
            )
        return self.index.quote(citation)

    def listed_themes(self, *, contact_ids: Collection[str] | None = None) -> tuple[ListedTheme, ...]:
        """List the themes that permitted contacts carry."""
        kept = self._kept(self.contact_ids if contact_ids is None else contact_ids)
        return self.index.listed_themes(contact_ids=kept)

    def status(self, *, contact_ids: Collection[str] | None = None) -> IndexStatus:
        """Return what the index holds for the role; nobody can tell whose lines were skipped."""
        kept = self._kept(self.contact_ids if contact_ids is None else contact_ids)
        return replace(self.index.status(contact_ids=kept), bad_lines=())

    def _kept(self, ids: Collection[str]) -> Collection[str]:
        allowed = self.contact_ids
        if isinstance(ids, Mapping):
            return {contact: said for contact, said in ids.items() if contact in allowed}
        return allowed.intersection(ids)
