"""What a workspace recorded as changed: read from the table that because.yml names."""

import json
from collections.abc import Iterator
from datetime import date

from assistant.types import Intervention
from assistant.workspace import InterventionSettings
from semantic_layer.compile import compile_records
from semantic_layer.engine import SqlEngine
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue
from semantic_layer.query import Filter

MOST = 500


def read_interventions(
    settings: InterventionSettings | None, catalogue: Catalogue, engine: SqlEngine
) -> tuple[tuple[Intervention, ...], tuple[str, ...]]:
    """Return the recorded interventions by date, and what could not be read of them."""
    if settings is None:
        return (), ()
    names = ("started_on", "name", "kind", "description", "metric", "scope")
    columns = {key: getattr(settings, key) for key in names if getattr(settings, key)}
    try:
        sql = compile_records(catalogue, table=settings.table, columns=tuple(columns.values()), limit=MOST)
        rows = engine.run(sql, max_rows=MOST).rows()
    except UserError as error:
        if error.code == "not_permitted":
            return (), ()
        return (), (f"The interventions cannot be read: {error.message}.",)
    known = {d.name for d in catalogue.dimensions}
    found, unread = [], []
    for row in rows:
        said = {key: str(value) for key, value in zip(columns, row, strict=True) if value is not None}
        try:
            found.append(_one(said, known))
        except ValueError as error:
            unread.append(f"Intervention '{said.get('name', '')}' is left out: {error}.")
    return tuple(found), tuple(unread)


def _one(said: dict[str, str], known: set[str]) -> Intervention:
    return Intervention(
        name=said.get("name", ""),
        kind=said.get("kind") or "intervention",
        started_on=date.fromisoformat(said.get("started_on", "")[:10]),
        description=said.get("description", ""),
        metric=said.get("metric") or None,
        scope=tuple(_scope(said.get("scope") or "{}", known)),
    )


def _scope(text: str, known: set[str]) -> Iterator[Filter]:
    """Yield the filters of a scope; raise ValueError where it is no mapping of known dimensions to members."""
    scope = json.loads(text)
    if not isinstance(scope, dict):
        raise ValueError("its scope is no mapping of dimensions to members")
    for dimension, members in scope.items():
        if dimension not in known:
            raise ValueError(f"its scope names '{dimension}', which is no dimension")
        values = members if isinstance(members, list) else [members]
        yield Filter(dimension=dimension, values=tuple(str(value) for value in values))
