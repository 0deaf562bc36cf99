"""dbt's filters, templates over dimensions, as SQL conditions over columns."""

import re
from collections.abc import Iterator
from typing import Any

from semantic_layer.interchange.carried import NotCarriedError, identifier, plain_column, sql_text
from semantic_layer.interchange.dbt_project import Model, Project

_CALL = re.compile(r"\{\{\s*(\w+)\s*\(([^()]*)\)\s*\}\}")
_TEXT = re.compile(r"""['"]([^'"]*)['"]""")


def conditions(*filters: Any) -> Iterator[str]:
    """Yield the templates of filters, written as text, a list, or a manifest's mapping."""
    for item in filters:
        if isinstance(item, str) and item.strip():
            yield item.strip()
        elif isinstance(item, list):
            yield from conditions(*item)
        elif isinstance(item, dict):
            yield from conditions(item.get("where_sql_template"), *(item.get("where_filters") or []))


def condition(template: str, model: Model, project: Project) -> str:
    """Return a template as a condition on the rows of a model's table; raise NotCarriedError."""
    text = _CALL.sub(lambda call: _column(call[1].lower().replace("_", ""), call[2], model, project), template)
    if "{{" in text or "{%" in text:
        raise NotCarriedError(f"the filter '{template}' uses a template that is not known here")
    return sql_text(text)


def _column(call: str, arguments: str, model: Model, project: Project) -> str:
    names = _TEXT.findall(arguments)
    if call not in ("dimension", "timedimension", "entity") or not names:
        raise NotCarriedError(f"the filter uses {call}({arguments})")
    *path, name = names[0].split("__")
    owner = model if not path or path[-1] in (model.primary, *_own(model)) else project.owner_of(path[-1])
    if owner is None:
        raise NotCarriedError(f"no table is known by the entity '{path[-1]}' of the filter")
    text = owner.column(name)
    column = plain_column(text)
    if owner is not model:
        if column is None:
            raise NotCarriedError(f"the filter needs '{name}' of another table, which is an expression")
        text = f"{identifier(owner.table)}.{identifier(column)}"
    grain = names[1] if call == "timedimension" and len(names) > 1 else ""
    return f"date_trunc('{grain}', {text})" if grain else f"({text})" if column is None else text


def _own(model: Model) -> tuple[str, ...]:
    return tuple(n for n, e in model.entities.items() if e.get("type") == "primary")
