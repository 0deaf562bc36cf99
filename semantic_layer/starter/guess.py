"""Guess tables, dimensions and starter metrics from profiles; every guess can be read and edited."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from semantic_layer.starter import naming
from semantic_layer.starter.clashes import unique, without_clashes
from semantic_layer.starter.dimensions import (
    clock_dimensions,
    dimensions_of,
    id_dimension,
    is_dimension,
    is_year,
    looks_like_id,
    names_rows,
    naming_key,
)
from semantic_layer.starter.ends import DatedTable, last_day
from semantic_layer.starter.profile import ColumnProfile, TableProfile, day, quoted
from semantic_layer.starter.roles import Roles

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


def guess(profiles: Sequence[TableProfile]) -> Guess:
    """Guess a starter semantic layer for the profiled tables."""
    referred = Counter((other, key) for profile in profiles for _, other, key in profile.contained)
    roles = _apart([_roles(profile, referred) for profile in profiles if profile.columns])
    keys = {role.profile.name: role.key.name for role in roles if role.key}
    nouns = {role.profile.name: role.noun for role in roles}
    metrics = without_clashes(unique([metric for role in roles for metric in _metrics(role)], nouns))
    held = {role.profile.name for role in roles if role.key and referred[role.profile.name, role.key.name]}
    ids = {role.profile.name: id_dimension(role) for role in roles if role.profile.name in held}
    dimensions = unique(
        [d for role in roles for d in (*dimensions_of(role), *ids.get(role.profile.name, ()), *_calendar(role))], nouns
    )
    as_of = last_day([t for role in roles if (t := _dated(role))])
    ends = (f"tables end on different days: the data are taken to end on {as_of} (`as_of` in because.yml)",)
    return Guess(
        tables=tuple(_table(role, keys) for role in roles),
        dimensions=tuple(dimensions),
        metrics=tuple(metrics),
        text=next((text for role in roles if (text := _text(role))), None),
        as_of=as_of,
        checks=(*(check for role in roles for check in _checks(role)), *(ends if as_of else ())),
    )


def _apart(roles: Sequence[Roles]) -> list[Roles]:
    """Leave what a row is called to the table of that name; others that would be called so go by their own."""
    own = {role.profile.name: naming.noun_of_table(role.profile.name) for role in roles}
    claims = Counter(role.noun for role in roles)
    return [
        role
        if claims[role.noun] == 1 or own[role.profile.name] == role.noun
        else replace(role, noun=own[role.profile.name] or naming.words(role.profile.name))
        for role in roles
    ]


def _calendar(role: Roles) -> list[dict[str, Any]]:
    if role.time is None or role.time.name in role.profile.month_starts:
        return []
    return clock_dimensions(role.profile.name, role.time)


def _dated(role: Roles) -> DatedTable | None:
    if role.time is None:
        return None
    return DatedTable(profile=role.profile, time=role.time.name, monthly=role.time.name in role.profile.month_starts)


def _roles(profile: TableProfile, referred: Mapping[tuple[str, str], int]) -> Roles:
    key = _key(profile, referred)
    time = _main_time(profile)
    references = {column for column, _, _ in profile.contained}
    free = [c for c in profile.columns if c is not key and c.name not in references]
    flags = tuple(c for c in free if c.kind == "boolean" and c.distinct == 2)
    numbers = [c for c in free if c.kind == "number" and not looks_like_id(c)]
    durations = _durations(profile, time)
    noun, others = naming.entity(
        profile.name, key.name if key else None, key.members if key else (), is_work_item=bool(durations)
    )
    names = tuple(c for c in free if naming.is_name(c.name, noun) and names_rows(c))
    texts = tuple(c for c in free if c not in names and _is_text(c))
    return Roles(
        profile=profile, key=key, time=time, flags=flags, texts=texts, noun=noun, other_nouns=others,
        measures=tuple(c for c in numbers if c.distinct > 2 and not is_year(c)),
        dimensions=(*naming_key(key), *names, *(c for c in free if c not in (*texts, *names) and is_dimension(c))),
        durations=durations,
    )  # fmt: skip


def _key(profile: TableProfile, referred: Mapping[tuple[str, str], int]) -> ColumnProfile | None:
    """Take the unique column that most other tables hold, else the one named like an id, else the first.

    A table of nothing but other tables' ids only ties these together, however few rows make one of them unique.
    """
    if len({column for column, _, _ in profile.contained}) == len(profile.columns) > 1:
        return None
    held = {c.name: referred.get((profile.name, c.name), 0) for c in profile.columns}
    unique = [
        c
        for c in profile.columns
        if c.unique
        and not naming.is_count(c.name)
        and (c.kind == "text" or c.whole)
        and (c.mean_words <= 1.5 or held[c.name])
    ]
    return min(unique, key=lambda c: (-held[c.name], not looks_like_id(c), profile.columns.index(c)), default=None)


def _is_text(column: ColumnProfile) -> bool:
    return column.kind == "text" and column.mean_words >= 3 and column.distinct > 0.3 * max(1, column.rows)


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


def _table(role: Roles, keys: Mapping[str, str]) -> dict[str, Any]:
    profile = role.profile
    spec: dict[str, Any] = {"name": profile.name, "description": f"one {role.noun} a row ({profile.rows:,} rows)"}
    if role.key:
        spec["key"] = role.key.name
    if role.time:
        spec["time"] = role.time.name
        spec["time_grain"] = "month" if role.time.name in profile.month_starts else "day"
    joins = {other: column for column, other, key in reversed(profile.contained) if keys.get(other) == key}
    if joins:
        spec["joins"] = [{"to": other, "on": column} for other, column in joins.items()]
    return spec


def _metrics(role: Roles) -> list[dict[str, Any]]:
    metrics = [_count(role)]
    for flag in role.flags:
        metrics += [_rate(role, flag), _flagged(role, flag)]
    for measure in (c for c in role.measures if not naming.is_count(c.name)):
        metrics += [_average(role, measure), _total(role, measure)]
    metrics += [_duration(role, end) for end in role.durations]
    return metrics


def _metric(role: Roles, name: str, label: str, kind: str, definition: str, unit: str, **keys: Any) -> dict[str, Any]:
    spec = {"name": name, "label": label, "type": kind, "definition": definition, "unit": unit, "owner": OWNER}
    spec |= {key: value for key, value in keys.items() if value}
    if _is_thin(role):
        spec["default_grain"] = "all"
    return spec


def _is_thin(role: Roles) -> bool:
    """Whether a month holds too few rows to be answered for by default."""
    if role.time is None or role.profile.rows == 0:
        return False
    first, last = day(role.time.low), day(role.time.high)
    months = ((last - first).days / 30.4 + 1) if first and last else 1
    return role.profile.rows / months < SMALL_MONTH


def _count(role: Roles) -> dict[str, Any]:
    many = naming.plural(role.noun)
    others = [naming.plural(noun) for noun in role.other_nouns]
    synonyms = [
        f"number of {many}",
        f"total number of {many}",
        f"total count of {many}",
        f"{role.noun} count",
        "rows",
        "records",
        "volume",
        *others,
    ]
    done = naming.what_was_done(role.time.name) if role.time else None
    if done:
        synonyms += [f"{many} {done}", f"{done} {many}", f"{many} were {done}"]
    measure, definition = {"table": role.profile.name, "agg": "count"}, f"number of rows of {role.profile.name}"
    if held := next((c for c in role.measures if naming.is_count(c.name)), None):
        measure |= {"agg": "sum", "expr": quoted(held.name)}
        definition = f"sum of {held.name}: a row of {role.profile.name} stands for that many {many}"
    return _metric(
        role, naming.snake(f"{role.noun}_count"), naming.label(many), "simple", definition, "count",
        measure=measure, synonyms=synonyms,
    )  # fmt: skip


def _condition(flag: ColumnProfile) -> str:
    name = quoted(flag.name)
    if isinstance(flag.positive, bool):
        return name
    return f"{name} = {flag.positive}" if isinstance(flag.positive, int) else f"{name} = '{flag.positive}'"


def _rate(role: Roles, flag: ColumnProfile) -> dict[str, Any]:
    about = naming.stem_of_flag(flag.name)
    words, many, name = about.replace("_", " "), naming.plural(role.noun), f"{about.removesuffix('_rate')}_rate"
    return _metric(
        role, name, naming.label(name), "ratio", f"{many} whose {flag.name} is yes / {many} whose {flag.name} is known",
        "ratio", synonyms=[words, f"share of {words}", f"percentage of {words}", f"{words} share"],
        numerator={"table": role.profile.name, "agg": "count", "where": _condition(flag)},
        denominator={"table": role.profile.name, "agg": "count", "expr": quoted(flag.name)},
    )  # fmt: skip


def _flagged(role: Roles, flag: ColumnProfile) -> dict[str, Any]:
    about, many = naming.stem_of_flag(flag.name), naming.plural(role.noun)
    words = about.replace("_", " ")
    return _metric(
        role, f"{about}_{naming.snake(many)}", f"{naming.label(many)} with {words}", "simple",
        f"number of {many} whose {flag.name} is yes", "count",
        synonyms=[f"{words} {many}", f"number of {words}", f"{words} count"],
        measure={"table": role.profile.name, "agg": "count", "where": _condition(flag)},
    )  # fmt: skip


def _average(role: Roles, column: ColumnProfile) -> dict[str, Any]:
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


def _total(role: Roles, column: ColumnProfile) -> dict[str, Any]:
    words = naming.label(column.name).lower()
    counted = naming.what_is_counted(column.name)
    synonyms = [f"sum of {words}", f"{words} in total"]
    synonyms += [f"number of {counted}", f"total number of {counted}", counted] if counted else []
    name = f"total_{naming.snake(column.name).removeprefix('total_')}"
    return _metric(
        role, name, f"Total {words.removeprefix('total ')}", "simple", f"sum of {column.name}",
        "seconds" if naming.stem_of_seconds(column.name) else "count",
        synonyms=synonyms, measure={"table": role.profile.name, "agg": "sum", "expr": quoted(column.name)},
    )  # fmt: skip


def _duration(role: Roles, end: str) -> dict[str, Any]:
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


def _text(role: Roles) -> TextColumn | None:
    if not role.texts:
        return None
    longest = max(role.texts, key=lambda c: c.mean_length)
    time = role.time.name if role.time else None
    key = role.key.name if role.key else None
    return TextColumn(table=role.profile.name, key=key, column=longest.name, time=time)


def _checks(role: Roles) -> list[str]:
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
