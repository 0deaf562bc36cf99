"""A role's view of a workspace: its policy, dictionary, engine, members and transcripts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.callers import calls, fewest
from assistant.dictionary import open_engine
from assistant.permitted import PermittedEvidence
from assistant.protocols import EvidenceSearch
from assistant.scoring import score_cards, sources
from assistant.workspace import RoleSettings, Workspace
from indexes.agreement import Agreement, agreement
from indexes.types import ListedTheme
from indexes.validation import ScoreCard
from semantic_layer.compile import compile_keys, recorded_reason
from semantic_layer.engine import SqlEngine
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.guard import Guard
from semantic_layer.guarded import GuardedEngine, permitted_values
from semantic_layer.loader import Loaded
from semantic_layer.model import Catalogue, DimensionSpec, MetricSpec
from semantic_layer.policy import RolePolicy, check_policy, restrict, scope, with_members
from semantic_layer.problems import Problem
from semantic_layer.quarantine import usable
from semantic_layer.query import Filter
from semantic_layer.values import DataRange, data_range, distinct_values, members_of

if TYPE_CHECKING:
    from indexes.search import TranscriptIndex

MOST_CONTACTS = 50_000_000


@dataclass(frozen=True, kw_only=True)
class Access:
    """The dictionary and the warehouse as one role has them; `policy` is null where it sees everything.

    `whole` is the dictionary without limits, `problems` says what was left out of it, and `dates`
    are those of the whole warehouse.
    """

    role: str | None
    policy: RolePolicy | None
    whole: Catalogue
    engine: SqlEngine
    dates: DataRange | None
    problems: tuple[Problem, ...] = ()

    @property
    def scope(self) -> str | None:
        """The sentence that says what the role does not see."""
        return scope(self.whole, self.policy) if self.policy else None

    @cached_property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """The members of each dimension that the role's rows have."""
        if self.policy is None:
            return distinct_values(self.whole, self.engine)
        return permitted_values(restrict(self.whole, self.policy), self.engine, self.policy)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The dictionary as the role has it, with no member that the role's rows do not have."""
        if self.policy is None:
            return self.whole
        return with_members(restrict(self.whole, self.policy), self.values)

    def evidence(self, workspace: Workspace, index: EvidenceSearch) -> EvidenceSearch:
        """Return the transcripts of the role's contacts; raise UserError (not_permitted) where that cannot be told."""
        if self.policy is None or not self.policy.rows:
            return index
        settings = workspace.config.transcripts
        if settings is None or settings.table is None:
            raise UserError(
                "these transcripts are tied to no table, so they cannot be narrowed to this role",
                code="not_permitted",
                hint="name it in because.yml under transcripts: table and key",
            )
        sql = compile_keys(self.catalogue, table=settings.table, key=settings.key, filters=(), window=None)
        return PermittedEvidence(
            index=index,
            permitted=lambda: frozenset(map(str, self.engine.run(sql, max_rows=MOST_CONTACTS).data[0])),
        )

    def themes(self, workspace: Workspace, index: EvidenceSearch) -> tuple[ListedTheme, ...]:
        """Return the themes that contacts of the role carry, without those of too few customers."""
        own = self.evidence(workspace, index)
        found = own.listed_themes()
        if self.policy is None or not self.policy.small_cells:
            return found
        behind = self._calls(workspace, own.contact_ids)
        return tuple(theme for theme in found if fewest(theme.contacts, behind) >= self.policy.small_cells)

    def agreement(self, workspace: Workspace, index: "TranscriptIndex") -> Agreement | None:
        """Compare themes with the reason recorded for each contact; None without one, and for a role with limits."""
        settings = workspace.config.transcripts
        if settings is None or settings.table is None or self.policy is not None:
            return None
        reason = recorded_reason(self.catalogue, settings.table)
        if reason is None:
            return None
        sql = compile_keys(self.catalogue, table=settings.table, key=settings.key, filters=(), window=None, by=reason)
        ids, members = self.engine.run(sql, max_rows=MOST_CONTACTS).data or ((), ())
        recorded = {str(i): str(m) for i, m in zip(ids, members, strict=True) if m is not None}
        return agreement(reason, index.carried(), recorded)

    def cards(self, workspace: Workspace) -> tuple[ScoreCard, ...]:
        """Return the records of scores open to the role; raise UserError (not_permitted) for a role with rows.

        A score is taught by contacts of everybody, so its record speaks of rows outside the policy.
        """
        if self.policy is not None and self.policy.rows:
            raise self.policy.refusal()
        taught_by = sources(workspace)
        return tuple(
            card
            for card in score_cards(workspace)
            if not {card.name, *taught_by.get(card.name, ())} & self.catalogue.closed
        )

    def _calls(self, workspace: Workspace, heard: frozenset[str]) -> tuple[int, ...]:
        settings = workspace.config.transcripts
        if settings is None or settings.table is None:
            return (1,) * len(heard)
        table, key = settings.table, settings.key
        sql = compile_keys(self.catalogue, table=table, key=key, filters=(), window=None, holders=True)
        ids, whose = self.engine.run(sql, max_rows=MOST_CONTACTS).data or ((), ())
        return calls(dict(zip(map(str, ids), map(str, whose), strict=True)), heard)


def open_access(workspace: Workspace, written: Loaded, role: str | None) -> Access:
    """Open the warehouse for a role; raise UserError (unknown_role, bad_policy).

    Definitions that the warehouse cannot answer are left out.
    """
    config = workspace.config
    role = role or config.default_role
    policy = policy_of(config.roles, role, workspace.root)
    engine: SqlEngine = open_engine(workspace)
    loaded = usable(written, engine)
    catalogue = loaded.catalogue
    dates = data_range(catalogue, engine, as_of=config.as_of)
    if policy is not None:
        engine = GuardedEngine(engine, Guard(catalogue, policy, kept=_kept(workspace)))
    return Access(role=role, policy=policy, whole=catalogue, engine=engine, dates=dates, problems=loaded.problems)


def lost_metrics(written: Catalogue, access: Access) -> tuple[MetricSpec, ...]:
    """Return the metrics that were left out and that the role may know of."""
    hidden = access.policy.hidden if access.policy else ()
    return tuple(m for m in written.metrics if f"metric:{m.name}" in access.whole.left_out and m.name not in hidden)


def policy_of(roles: Mapping[str, RoleSettings], role: str | None, root: Path) -> RolePolicy | None:
    """Return a role's limits, or None where it has none; raise UserError (unknown_role)."""
    if role is None:
        return None
    if role not in roles:
        raise UserError(f"no role '{role}' in {root}", code="unknown_role", hint=did_you_mean(role, roles))
    settings = roles[role]
    policy = RolePolicy(
        label=settings.label or role,
        rows=tuple(Filter(dimension=name, values=values) for name, values in settings.rows.items()),
        masked=settings.masked,
        hidden=settings.hidden,
        small_cells=settings.least,
        open_tables=settings.open_tables,
    )
    return policy if policy.restricts else None


def _kept(workspace: Workspace) -> list[str]:
    settings = workspace.config.transcripts
    return [f"{settings.table}.{settings.key}"] if settings and settings.table else []


def role_problems(workspace: Workspace, catalogue: Catalogue, engine: SqlEngine) -> tuple[Problem, ...]:
    """Return what is wrong with the roles of because.yml: names and members that are not there."""
    found: list[Problem] = []
    for name, settings in workspace.config.roles.items():
        line = workspace.line_of("roles", name)
        policy = policy_of(workspace.config.roles, name, workspace.root)
        try:
            if policy is not None:
                check_policy(catalogue, policy)
        except UserError as error:
            found.append(_problem(line, error.code, error.message, error.hint))
            continue
        for dimension, values in settings.rows.items():
            found += _absent(name, line, catalogue.dimension(dimension), values, _members(dimension, catalogue, engine))
    return tuple(found)


def _members(dimension: str, catalogue: Catalogue, engine: SqlEngine) -> tuple[str, ...]:
    """Return a dimension's members; none where its table cannot be read, which the check says of the table."""
    try:
        return members_of(catalogue.dimension(dimension), catalogue, engine)
    except UserError:
        return ()


def _absent(
    role: str, line: int, spec: DimensionSpec, values: Iterable[object], members: tuple[str, ...]
) -> Iterator[Problem]:
    for value in values if members else ():
        if str(value) not in members:
            said = f"role '{role}', rows: no row has {spec.name} = '{value}', so the role sees nothing of it"
            yield _problem(line, "unknown_member", said, did_you_mean(str(value), members))


def _problem(line: int, code: str, message: str, hint: str) -> Problem:
    return Problem(severity="error", file="because.yml", line=line, code=code, message=message, hint=hint)
