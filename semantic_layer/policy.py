"""What a role may see: rows, dimensions and metrics; the dictionary as that role knows it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from semantic_layer.compile.formulas import leaves
from semantic_layer.compile.joins import path
from semantic_layer.errors import BecauseError, UserError, did_you_mean
from semantic_layer.model import Catalogue, DimensionSpec, MetricSpec
from semantic_layer.query import Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePolicy:
    """The limits of a role.

    `rows` are filters that every row must pass. `masked` dimensions are known by name, `hidden`
    dimensions and metrics are not. An aggregate over fewer than `small_cells` customers is withheld.
    `open_tables` are shown whole although `rows` says nothing of them.
    """

    label: str
    rows: tuple[Filter, ...] = ()
    masked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    small_cells: int | None = None
    open_tables: tuple[str, ...] = ()

    @property
    def restricts(self) -> bool:
        """Whether the role sees less than everything."""
        return bool(self.rows or self.masked or self.hidden or self.small_cells)

    def refusal(self) -> UserError:
        """Say that something is not open to the role, or is not there at all; not which."""
        return UserError(
            f"that is not open to the role '{self.label}', or there is no such thing",
            code="not_permitted",
            hint="`because metrics --role ROLE` lists what is; a data owner can change it in because.yml",
        )


def readable(catalogue: Catalogue, policy: RolePolicy, table: str) -> bool:
    """Tell whether a table's rows can be narrowed to the policy's: each of its dimensions is reached."""
    if table in policy.open_tables:
        return True
    return all(_reaches(catalogue, table, catalogue.dimension(f.dimension)) for f in policy.rows)


def restrict(catalogue: Catalogue, policy: RolePolicy) -> Catalogue:
    """Return the dictionary of a role: what is hidden, or rests on rows it may not read, is not in it.

    A hidden metric that a shown one is derived from stays for computing and cannot be asked for.
    Raises UserError (bad_policy) for a policy that speaks of unknown names.
    """
    check_policy(catalogue, policy)
    shut = {*policy.hidden, *policy.masked}
    closed = {m.name for m in catalogue.metrics if m.name in policy.hidden or not _computable(m, catalogue, policy)}
    return catalogue.model_copy(
        update={
            "dimensions": tuple(d for d in catalogue.dimensions if d.name not in shut),
            "metrics": tuple(_for_role(m, closed) for m in catalogue.metrics),
            "closed": frozenset(shut | closed),
            "small_cells": policy.small_cells,
        }
    ).indexed()


def with_members(catalogue: Catalogue, members: Mapping[str, Sequence[str]]) -> Catalogue:
    """Return the dictionary without the members that its YAML names and the role's rows do not have."""
    return catalogue.model_copy(
        update={"dimensions": tuple(_known(d, set(members.get(d.name, ()))) for d in catalogue.dimensions)}
    ).indexed()


def _known(spec: DimensionSpec, members: set[str]) -> DimensionSpec:
    return spec.model_copy(
        update={
            "values": {member: words for member, words in spec.values.items() if member in members},
            "order": tuple(member for member in spec.order if member in members),
        }
    )


def check_policy(catalogue: Catalogue, policy: RolePolicy) -> None:
    """Raise UserError (bad_policy) for names that are not in the dictionary: a typo must not open a door."""
    dimensions = {d.name for d in catalogue.dimensions}
    known = {
        "rows": ([f.dimension for f in policy.rows], dimensions),
        "masked": (policy.masked, dimensions),
        "hidden": (policy.hidden, dimensions | {m.name for m in catalogue.metrics}),
        "open_tables": (policy.open_tables, {t.name for t in catalogue.tables}),
    }
    for key, (names, there) in known.items():
        for name in names:
            if name not in there:
                raise UserError(
                    f"role '{policy.label}', {key}: '{name}' is not in the dictionary",
                    code="bad_policy",
                    hint=did_you_mean(name, there),
                )


def scope(catalogue: Catalogue, policy: RolePolicy) -> str | None:
    """Return the sentence that tells a reader of an answer what the role does not see."""
    said = []
    if policy.rows:
        said.append(f"only {', '.join(_row(f, catalogue) for f in policy.rows)}")
    if policy.hidden or policy.masked:
        said.append("not every metric and dimension")
    if policy.small_cells:
        said.append(f"no figure of fewer than {policy.small_cells} customers")
    return f"Restricted view: the role '{policy.label}' sees {'; '.join(said)}." if said else None


def _row(kept: Filter, catalogue: Catalogue) -> str:
    values = " or ".join(str(value) for value in kept.values)
    return f"{catalogue.dimension(kept.dimension).label} {values}"


def _reaches(catalogue: Catalogue, table: str, spec: DimensionSpec) -> bool:
    if spec.expr and "@row_date" in spec.expr and not catalogue.table(table).time:
        return False
    try:
        return path(catalogue, table, spec.table) is not None
    except UserError:
        # Several paths may give different answers: none of them is a safe limit.
        return False


def _computable(metric: MetricSpec, catalogue: Catalogue, policy: RolePolicy) -> bool:
    try:
        return all(readable(catalogue, policy, table) for table in _tables(metric, catalogue))
    except BecauseError:
        return False


def _tables(metric: MetricSpec, catalogue: Catalogue) -> Iterator[str]:
    for leaf in leaves(metric.name, catalogue, {}):
        yield leaf.measure.table
        if leaf.measure.followed_by is not None:
            yield leaf.measure.followed_by.table


def _for_role(metric: MetricSpec, closed: set[str]) -> MetricSpec:
    update: dict[str, object] = {}
    if metric.name in closed:
        update["hidden"] = True
    if metric.read_with and metric.read_with in closed:
        update["read_with"] = None
    return metric.model_copy(update=update) if update else metric
