"""Guess tables, dimensions and starter metrics from profiles; every guess can be read and edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from semantic_layer.starter import naming
from semantic_layer.starter.ends import DatedTable, last_day
from semantic_layer.starter.profile import ColumnProfile, TableProfile, day, quoted

MAX_MEMBERS = 2_000
MAX_DRIVER_MEMBERS = 50
SMALL_MONTH = 100
OWNER = "unassigned"
_ENDINGS = ("closed", "resolved", "completed", "solved", "finished", "ended", "done")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextColumn:
    """A column of free text that can be searched, and the key of its row where the table has one."""

    table: str
    key: str | None
    column: str
    time: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A starter semantic layer as plain YAML values; `checks` say what a person should look at.

    `as_of` is the last complete day, where the tables' own dates do not say it.
    """

    tables: tuple[dict[str, Any], ...]
    dimensions: tuple[dict[str, Any], ...]
    metrics: tuple[dict[str, Any], ...]
    text: TextColumn | None
    as_of: date | None
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Roles:
    """What each column of a table is taken for."""

    profile: TableProfile
    key: ColumnProfile | None
    time: ColumnProfile | None
    flags: tuple[ColumnProfile, ...]
    measures: tuple[ColumnProfile, ...]
    dimensions: tuple[ColumnProfile, ...]
    texts: tuple[ColumnProfile, ...]
    durations: tuple[str, ...]
    noun: str
    other_nouns: tuple[str, ...]


def guess(profiles: Sequence[TableProfile]) -> Guess:
    """Guess a starter semantic layer for the profiled tables."""
    roles = [_roles(profile) for profile in profiles if profile.columns]
    metrics = _without_clashes(_unique([metric for role in roles for metric in _metrics(role)]))
    dimensions = _unique([dimension for role in roles for dimension in _dimensions(role)])
    as_of = last_day([t for role in roles if (t := _dated(role))])
    ends = (f"tables end on different days: the data are taken to end on {as_of} (`as_of` in because.yml)",)
    return Guess(
        tables=tuple(_table(role) for role in roles),
        dimensions=tuple(dimensions),
        metrics=tuple(metrics),
        text=next((text for role in roles if (text := _text(role))), None),
        as_of=as_of,
        checks=(*(check for role in roles for check in _checks(role)), *(ends if as_of else ())),
    )


def _dated(role: _Roles) -> DatedTable | None:
    if role.time is None:
        return None
    return DatedTable(profile=role.profile, time=role.time.name, monthly=role.time.name in role.profile.month_starts)


def _roles(profile: TableProfile) -> _Roles:
    key = _key(profile)
    time = _main_time(profile)
    references = {column for column, _, _ in profile.contained}
    free = [c for c in profile.columns if c is not key and c.name not in references]
    flags = tuple(c for c in free if c.kind == "boolean" and c.distinct == 2)
    texts = tuple(c for c in free if _is_text(c))
    numbers = [c for c in free if c.kind == "number" and not _looks_like_id(c)]
    durations = _durations(profile, time)
    noun, others = naming.entity(
        profile.name, key.name if key else None, key.members if key else (), is_work_item=bool(durations)
    )
    return _Roles(
        profile=profile, key=key, time=time, flags=flags, texts=texts, noun=noun, other_nouns=others,
        measures=tuple(c for c in numbers if c.distinct > 2 and not _is_year(c)),
        dimensions=tuple(c for c in free if c not in texts and _is_dimension(c)),
        durations=durations,
    )  # fmt: skip


def _key(profile: TableProfile) -> ColumnProfile | None:
    unique = [c for c in profile.columns if c.unique and (c.kind == "text" or c.whole) and c.mean_words <= 1.5]
    return min(unique, key=lambda c: (not _looks_like_id(c), profile.columns.index(c)), default=None)


def _looks_like_id(column: ColumnProfile) -> bool:
    name = naming.snake(column.name)
    return name.endswith(("_id", "_key", "_uuid")) or name in ("id", "key", "uuid", "number")


def _is_year(column: ColumnProfile) -> bool:
    return column.whole and column.low is not None and column.low >= 1900 and column.high <= 2100


def _is_text(column: ColumnProfile) -> bool:
    return column.kind == "text" and column.mean_words >= 3 and column.distinct > 0.3 * max(1, column.rows)


def _is_dimension(column: ColumnProfile) -> bool:
    if column.distinct < 1:
        return False
    if column.kind == "boolean":
        return True
    if column.kind == "number":
        return column.whole and (column.distinct <= 12 or _is_year(column))
    limit = min(MAX_MEMBERS, max(20, column.rows // 2))
    return column.kind == "text" and column.distinct <= limit and column.mean_words <= 8


def _main_time(profile: TableProfile) -> ColumnProfile | None:
    """Take the time column that comes before the others, then the one named like a beginning, with the fewest gaps."""
    times = [c for c in profile.columns if c.kind == "time"]
    earlier = {c.name: sum(pair.first == c.name for pair in profile.ordered) for c in times}
    return min(
        times,
        key=lambda c: (c.nulls > 0.05 * c.rows, -earlier[c.name], not naming.is_beginning(c.name), c.nulls),
        default=None,
    )


def _durations(profile: TableProfile, time: ColumnProfile | None) -> tuple[str, ...]:
    return tuple(pair.second for pair in profile.ordered if time and pair.first == time.name)


def _table(role: _Roles) -> dict[str, Any]:
    profile = role.profile
    spec: dict[str, Any] = {"name": profile.name, "description": f"one {role.noun} a row ({profile.rows:,} rows)"}
    if role.key:
        spec["key"] = role.key.name
    if role.time:
        spec["time"] = role.time.name
        spec["time_grain"] = "month" if role.time.name in profile.month_starts else "day"
    joins = {other: column for column, other, key in reversed(profile.contained)}
    if joins:
        spec["joins"] = [{"to": other, "on": column} for other, column in joins.items()]
    return spec


def _dimensions(role: _Roles) -> list[dict[str, Any]]:
    return [_dimension(role, column) for column in role.dimensions]


def _dimension(role: _Roles, column: ColumnProfile) -> dict[str, Any]:
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
    bare = naming.bare(name)
    others = (bare, column.name, *naming.people(name))
    synonyms = [s for s in dict.fromkeys(others) if s not in (name.replace("_", " "), name, spec["label"])]
    if synonyms:
        spec["synonyms"] = synonyms
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


def _metrics(role: _Roles) -> list[dict[str, Any]]:
    metrics = [_count(role)]
    for flag in role.flags:
        metrics += [_rate(role, flag), _flagged(role, flag)]
    for measure in role.measures:
        metrics += [_average(role, measure), _total(role, measure)]
    metrics += [_duration(role, end) for end in role.durations]
    return metrics


def _metric(role: _Roles, name: str, label: str, kind: str, definition: str, unit: str, **keys: Any) -> dict[str, Any]:
    spec = {"name": name, "label": label, "type": kind, "definition": definition, "unit": unit, "owner": OWNER}
    spec |= {key: value for key, value in keys.items() if value}
    if _is_thin(role):
        spec["default_grain"] = "all"
    return spec


def _is_thin(role: _Roles) -> bool:
    """Whether a month holds too few rows to be answered for by default."""
    if role.time is None or role.profile.rows == 0:
        return False
    first, last = day(role.time.low), day(role.time.high)
    months = ((last - first).days / 30.4 + 1) if first and last else 1
    return role.profile.rows / months < SMALL_MONTH


def _count(role: _Roles) -> dict[str, Any]:
    many = naming.plural(role.noun)
    others = [naming.plural(noun) for noun in role.other_nouns]
    synonyms = [f"number of {many}", f"{role.noun} count", "rows", "records", "volume", *others]
    done = naming.what_was_done(role.time.name) if role.time else None
    if done:
        synonyms += [f"{many} {done}", f"{done} {many}", f"{many} were {done}"]
    return _metric(
        role, naming.snake(f"{role.noun}_count"), naming.label(many), "simple",
        f"number of rows of {role.profile.name}", "count",
        measure={"table": role.profile.name, "agg": "count"}, synonyms=synonyms,
    )  # fmt: skip


def _condition(flag: ColumnProfile) -> str:
    name = quoted(flag.name)
    if isinstance(flag.positive, bool):
        return name
    return f"{name} = {flag.positive}" if isinstance(flag.positive, int) else f"{name} = '{flag.positive}'"


def _rate(role: _Roles, flag: ColumnProfile) -> dict[str, Any]:
    about = naming.stem_of_flag(flag.name)
    words, many, name = about.replace("_", " "), naming.plural(role.noun), f"{about.removesuffix('_rate')}_rate"
    return _metric(
        role, name, naming.label(name), "ratio", f"{many} whose {flag.name} is yes / {many} whose {flag.name} is known",
        "ratio", synonyms=[words, f"share of {words}", f"percentage of {words}", f"{words} share"],
        numerator={"table": role.profile.name, "agg": "count", "where": _condition(flag)},
        denominator={"table": role.profile.name, "agg": "count", "expr": quoted(flag.name)},
    )  # fmt: skip


def _flagged(role: _Roles, flag: ColumnProfile) -> dict[str, Any]:
    about, many = naming.stem_of_flag(flag.name), naming.plural(role.noun)
    words = about.replace("_", " ")
    return _metric(
        role, f"{about}_{naming.snake(many)}", f"{naming.label(many)} with {words}", "simple",
        f"number of {many} whose {flag.name} is yes", "count",
        synonyms=[f"{words} {many}", f"number of {words}", f"{words} count"],
        measure={"table": role.profile.name, "agg": "count", "where": _condition(flag)},
    )  # fmt: skip


def _average(role: _Roles, column: ColumnProfile) -> dict[str, Any]:
    words = naming.label(column.name).lower()
    duration = naming.stem_of_seconds(column.name)
    synonyms = [words, f"mean {words}", f"avg {words}"]
    if duration:
        synonyms += [f"{duration} time", f"average {duration} time", f"{duration} duration"]
    return _metric(
        role, f"average_{naming.snake(column.name)}", f"Average {words}", "average",
        f"mean of {column.name} over {naming.plural(role.noun)} that have one", "seconds" if duration else "score",
        synonyms=synonyms,
        measure={"table": role.profile.name, "agg": "average", "expr": quoted(column.name)},
    )  # fmt: skip


def _total(role: _Roles, column: ColumnProfile) -> dict[str, Any]:
    words = naming.label(column.name).lower()
    synonyms = [f"sum of {words}", f"{words} in total"]
    name = f"total_{naming.snake(column.name).removeprefix('total_')}"
    return _metric(
        role, name, f"Total {words.removeprefix('total ')}", "simple", f"sum of {column.name}",
        "seconds" if naming.stem_of_seconds(column.name) else "count",
        synonyms=synonyms, measure={"table": role.profile.name, "agg": "sum", "expr": quoted(column.name)},
    )  # fmt: skip


def _duration(role: _Roles, end: str) -> dict[str, Any]:
    start = role.time.name if role.time else ""
    first, last = naming.stem_of_time(start), naming.stem_of_time(end)
    synonyms = [f"time to {last}", f"average time to {last}", f"days to {last}", f"duration until {last}"]
    if last in _ENDINGS:
        synonyms += ["resolution time", "time to resolution", "time to resolve", "time to close", "handling time"]
    return _metric(
        role, naming.snake(f"time_from_{first}_to_{last}"), f"Time from {first} to {last}", "average",
        f"mean time from {start} to {end} over {naming.plural(role.noun)} that have both", "seconds",
        synonyms=synonyms,
        measure={
            "table": role.profile.name, "agg": "average",
            "expr": f"date_diff('second', {quoted(start)}, {quoted(end)})",
        },
    )  # fmt: skip


def _text(role: _Roles) -> TextColumn | None:
    if not role.texts:
        return None
    longest = max(role.texts, key=lambda c: c.mean_length)
    time = role.time.name if role.time else None
    key = role.key.name if role.key else None
    return TextColumn(table=role.profile.name, key=key, column=longest.name, time=time)


def _checks(role: _Roles) -> list[str]:
    name = role.profile.name
    grain = f"one row of {name} is taken for one {role.noun}"
    checks = [f"{grain} (key {role.key.name})" if role.key else f"{grain}; no column is unique, so it has no key"]
    checks.append(f"rows of {name} are dated by {role.time.name}" if role.time else f"{name} has no dates")
    if role.flags:
        checks.append(f"yes/no columns of {name}, each made a rate: {', '.join(c.name for c in role.flags)}")
    if role.measures:
        checks.append(
            f"numbers of {name} without a known unit (set `unit`): {', '.join(c.name for c in role.measures)}"
        )
    checks += [
        f"{pair.against:,} rows of {name} have {pair.second} before {pair.first}; they count in the time between"
        for pair in role.profile.ordered
        if pair.against and pair.second in role.durations and role.time and pair.first == role.time.name
    ]
    empty = [c.name for c in role.profile.columns if c.rows and c.nulls == c.rows]
    return checks + ([f"columns of {name} without a value: {', '.join(empty)}"] if empty else [])


def _without_clashes(metrics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave a phrase to one metric: to the one whose label it is, else to the first that has it."""
    labels = {metric["label"].lower() for metric in metrics}
    taken: set[str] = set()
    result = []
    for metric in metrics:
        free = [s for s in metric.get("synonyms", []) if s.lower() not in labels | taken]
        taken |= {s.lower() for s in free}
        result.append({**metric, "synonyms": free})
    return result


def _unique(specs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make names unique by the table's name; a name that is taken is never lost."""
    taken: set[str] = set()
    result = []
    for spec in specs:
        name = spec["name"]
        if name in taken:
            table = spec.get("table") or (spec.get("measure") or spec["denominator"])["table"]
            name = f"{table}_{name}"
            spec = {**spec, "name": name, "label": f"{spec['label']} ({naming.label(table).lower()})"}
        while name in taken:
            name += "_2"
        taken.add(name)
        result.append({**spec, "name": name})
    return result
