"""Columns to cut by, under the names a reader would use."""

import re
from calendar import day_name
from datetime import datetime, time
from typing import Any

from semantic_layer.starter import naming
from semantic_layer.starter.profile import ColumnProfile, quoted
from semantic_layer.starter.roles import Roles

MAX_MEMBERS = 2_000
MAX_DRIVER_MEMBERS = 50
_LONGEST_NAME = 120
MIDNIGHT = time()
_DAYS = frozenset(day.lower() for day in day_name)


def dimensions_of(role: Roles) -> list[dict[str, Any]]:
    """Describe each column of a table that cuts; the one that names its rows is called after them."""
    return [
        _name(role, column) if naming.is_name(column.name, role.noun) else _dimension(role, column)
        for column in role.dimensions
    ]


def id_dimension(role: Roles) -> list[dict[str, Any]]:
    """Describe the key as a way to cut where it only tells rows apart, of which there are few enough to list."""
    key, noun = role.key, role.noun
    if key is None or key in role.dimensions or not 1 < key.distinct <= MAX_MEMBERS:
        return []
    return [{
        **_dimension(role, key), "name": naming.snake(f"{noun}_id"), "label": naming.label(f"{noun}_id"),
        "synonyms": [f"{noun} ids", f"{noun} number"], "driver": False,
    }]  # fmt: skip


def clock_dimensions(table: str, dated: ColumnProfile) -> list[dict[str, Any]]:
    """Cut a dated table by the day of the week and, where its times are more than days, by the hour."""
    column = quoted(dated.name)
    weekday = {
        "name": "weekday", "label": "Weekday", "table": table, "expr": f"strftime({column}, '%A')",
        "description": f"The day of the week of {dated.name}",
        "synonyms": ["day of the week", "day of week", "weekdays"],
        "order": list(day_name), "values": {day: [f"{day.lower()}s"] for day in day_name}, "driver": False,
    }  # fmt: skip
    if not any(isinstance(at, datetime) and at.time() != MIDNIGHT for at in (dated.low, dated.high)):
        return [weekday]
    hour = {
        "name": "hour", "label": "Hour of day", "table": table, "expr": f"strftime({column}, '%H:00')",
        "description": f"The hour of {dated.name}, on a 24-hour clock",
        "synonyms": ["hour of the day", "time of day", "time of the day", "hourly"], "driver": False,
    }  # fmt: skip
    return [weekday, hour]


def _name(role: Roles, column: ColumnProfile) -> dict[str, Any]:
    noun, many = role.noun, naming.plural(role.noun)
    phrases = (f"{noun} name", f"{noun} names", f"names of the {many}", f"names of {many}", f"name of the {noun}")
    spec = _dimension(role, column)
    return {**spec, "name": naming.snake(noun), "label": naming.label(noun), "synonyms": list(phrases)}


def _dimension(role: Roles, column: ColumnProfile) -> dict[str, Any]:
    name = naming.snake(column.name)
    spec: dict[str, Any] = {
        "name": name, "label": naming.label(column.name), "table": role.profile.name, "column": column.name,
        "type": {"boolean": "boolean", "number": "number"}.get(column.kind, "text"),
        "description": f"{column.distinct:,} values, such as {', '.join(column.members[:3])}",
    }  # fmt: skip
    none = next((m for m in column.members if m.strip().lower() in naming.NONE), None)
    if none is not None and column.kind == "text":
        spec["values"] = {none: [f"without {name.replace('_', ' ')}"]}
    if column.kind == "boolean":
        spec["values"] = _yes_and_no(column)
        if not isinstance(column.positive, bool):
            spec["type"] = "text" if isinstance(column.positive, str) else "number"
    if column.members and {m.lower() for m in column.members} <= _DAYS:
        spec["order"] = list(day_name)
        spec["synonyms"] = ["day of the week", "day of week", "weekday", "weekdays"]
    bare = naming.bare(name)
    others = (bare, column.name, *naming.people(name))
    synonyms = [s for s in dict.fromkeys(others) if s not in (name.replace("_", " "), name, spec["label"])]
    if synonyms:
        spec["synonyms"] = [*spec.get("synonyms", ()), *synonyms]
    if not 2 <= column.distinct <= MAX_DRIVER_MEMBERS:
        spec["driver"] = False
    return spec


def _yes_and_no(column: ColumnProfile) -> dict[str, list[str]]:
    """Say how people name the two members of a yes/no column."""
    words = naming.stem_of_flag(column.name).replace("_", " ")
    yes = str(column.positive).lower() if isinstance(column.positive, bool) else str(column.positive)
    no = next((m for m in column.members if m != yes), "")
    synonyms = {yes: ["yes", f"with {words}", f"has {words}"], no: ["no", f"without {words}", f"no {words}"]}
    return {member: [s for s in known if s != member.lower()] for member, known in synonyms.items() if member}


def naming_key(key: ColumnProfile | None) -> tuple[ColumnProfile, ...]:
    """Return a key that names its rows, a city or a code, as a way to cut; numbers and numbered ids only tell rows."""
    if key is None or key.kind != "text" or key.distinct > MAX_MEMBERS:
        return ()
    return () if all(re.fullmatch(r"\D*\d+|[0-9a-f-]{16,}", member) for member in key.members) else (key,)


def names_rows(column: ColumnProfile) -> bool:
    """Tell whether a column that is called a name holds names: short texts, not more than can be listed."""
    return column.kind == "text" and 0 < column.distinct <= MAX_MEMBERS and column.mean_length <= _LONGEST_NAME


def looks_like_id(column: ColumnProfile) -> bool:
    """Tell whether a column is called like an id."""
    name = naming.snake(column.name)
    return name.endswith(("_id", "_key", "_uuid")) or name in ("id", "key", "uuid", "number")


def is_year(column: ColumnProfile) -> bool:
    """Tell whether whole numbers are years."""
    return column.whole and column.low is not None and column.low >= 1900 and column.high <= 2100


def is_dimension(column: ColumnProfile) -> bool:
    """Tell whether a column has few enough values, short enough, to cut by."""
    if column.distinct < 1:
        return False
    if column.kind == "boolean":
        return True
    if column.kind == "number":
        return column.whole and not looks_like_id(column) and (column.distinct <= 12 or is_year(column))
    limit = min(MAX_MEMBERS, max(20, column.rows // 2))
    return column.kind == "text" and column.distinct <= limit and column.mean_words <= 8
