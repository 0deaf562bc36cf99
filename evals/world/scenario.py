"""Reads a scenario file; what is wrong in it is named with its line and what is allowed."""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from evals.world import talk
from evals.world.effect import Effect, Expect, Intervention, Scenario
from evals.world.located import Spot, read_located
from evals.world.metrics import LATE, METRICS, VOLUME
from evals.world.reldate import FORMS, resolve
from semantic_layer.errors import UserError, did_you_mean

_EFFECT_KEYS = ("id", "metric", "multiply", "add", "filters", "from", "to", "topics", "phrasings", "expect")
_INTERVENTION_KEYS = ("kind", "started_on", "name", "owner", "description", "target_metric", "scope")
_ID = re.compile(r"[A-Za-z0-9][\w.-]*")


def load_scenario(file: Path, *, members: Mapping[str, tuple[str, ...]], as_of: date) -> Scenario:
    """Read a list of effects, or a mapping of `effects` and `interventions`.

    `members` are the values of each dimension. Raises UserError (bad_scenario) with file and line.
    """
    value, lines = read_located(file)
    reader = _Reader(file=file, lines=lines, members=members, as_of=as_of)
    effects, spot, interventions = reader.parts(value)
    planted = tuple(reader.effect(raw, (*spot, i)) for i, raw in enumerate(effects))
    reader.refuse_twice(planted, spot)
    records = tuple(reader.intervention(raw, ("interventions", i)) for i, raw in enumerate(interventions))
    return Scenario(effects=planted, interventions=records, digest=_digest(planted, records))


def _digest(effects: tuple[Effect, ...], interventions: tuple[Intervention, ...]) -> str:
    plain = json.dumps([[asdict(e) for e in effects], [asdict(i) for i in interventions]], sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    file: Path
    lines: Mapping[Spot, int]
    members: Mapping[str, tuple[str, ...]]
    as_of: date

    def fail(self, spot: Spot, message: str, hint: str) -> NoReturn:
        while spot and spot not in self.lines:
            spot = spot[:-1]
        raise UserError(f"{self.file}:{self.lines.get(spot, 1)}: {message}", code="bad_scenario", hint=hint)

    def parts(self, value: Any) -> tuple[list[Any], Spot, list[Any]]:
        if isinstance(value, list):
            return value, (), []
        if not isinstance(value, dict):
            self.fail((), "a scenario is a list of effects", "write [] for a quiet world, or `- id: …` for each effect")
        self.known_keys(value, (), ("effects", "interventions"), "the scenario")
        for key in value:
            if not isinstance(value[key], list):
                self.fail((key,), f"'{key}' must be a list", "write [] for none")
        return value.get("effects", []), ("effects",), value.get("interventions", [])

    def known_keys(self, raw: Mapping[Any, Any], spot: Spot, known: Iterable[str], what: str) -> None:
        for key in raw:
            if key not in known:
                self.fail(
                    (*spot, str(key)),
                    f"{what}: unknown key '{key}'",
                    f"{did_you_mean(str(key), known)} (keys: {', '.join(known)})",
                )

    def effect(self, raw: Any, spot: Spot) -> Effect:
        if not isinstance(raw, dict):
            self.fail(spot, "an effect is a mapping", f"keys: {', '.join(_EFFECT_KEYS)}")
        name = raw.get("id")
        if not isinstance(name, str) or not _ID.fullmatch(name):
            self.fail((*spot, "id"), "an effect needs an `id`", "letters, digits, '_', '-' and '.', such as price_rise")
        what = f"effect '{name}'"
        self.known_keys(raw, spot, _EFFECT_KEYS, what)
        metric = self.metric(raw, spot, what)
        multiply, add = self.sizes(raw, spot, what)
        start, end = self.window(raw, spot, what)
        filters = self.slice(raw.get("filters"), (*spot, "filters"), what, METRICS[metric].dimensions, metric)
        effect = Effect(
            id=name, metric=metric, multiply=multiply, add=add, filters=filters, start=start, end=end,
            topics=self.topics(raw.get("topics"), (*spot, "topics"), what),
            phrasings=self.phrasings(raw, name, (*spot, "phrasings"), what),
        )  # fmt: skip
        late = [d for d in filters if d in LATE]
        if metric in VOLUME and add is not None and late:
            self.fail((*spot, "add"), f"{what}: '{metric}' takes no `add` by '{late[0]}'", "use `multiply` there")
        return self.with_expectation(effect, raw, spot, what)

    def metric(self, raw: Mapping[str, Any], spot: Spot, what: str) -> str:
        metric = raw.get("metric")
        if metric is None:
            self.fail(spot, f"{what}: `metric` is missing", f"metrics: {', '.join(METRICS)}")
        if metric not in METRICS:
            self.fail(
                (*spot, "metric"), f"{what}: unknown metric '{metric}'",
                f"{did_you_mean(str(metric), METRICS)} (metrics: {', '.join(METRICS)})",
            )  # fmt: skip
        return str(metric)

    def sizes(self, raw: Mapping[str, Any], spot: Spot, what: str) -> tuple[float | None, float | None]:
        given = [key for key in ("multiply", "add") if raw.get(key) is not None]
        if len(given) != 1:
            problem = "both `multiply` and `add`" if given else "neither `multiply` nor `add`"
            self.fail((*spot, given[-1]) if given else spot, f"{what}: has {problem}", "give exactly one of them")
        key = given[0]
        size = self.number(raw[key], (*spot, key), f"{what}: `{key}`")
        if key == "multiply" and size < 0:
            self.fail((*spot, key), f"{what}: `multiply` is negative", "0 or more; 1.2 means 20 % up")
        return (size, None) if key == "multiply" else (None, size)

    def number(self, value: Any, spot: Spot, what: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.fail(spot, f"{what} is not a number: {value!r}", "such as 1.2 or 0.05")
        return float(value)

    def window(self, raw: Mapping[str, Any], spot: Spot, what: str) -> tuple[date, date | None]:
        if raw.get("from") is None:
            self.fail(spot, f"{what}: `from` is missing", f"a date: {FORMS}")
        start = self.day(raw["from"], (*spot, "from"), f"{what}: `from`")
        end = None if raw.get("to") is None else self.day(raw["to"], (*spot, "to"), f"{what}: `to`", last=True)
        if end is not None and end < start:
            self.fail((*spot, "to"), f"{what}: ends {end} before it starts {start}", "let `to` be on or after `from`")
        if start > self.as_of:
            self.fail(
                (*spot, "from"), f"{what}: starts {start}, after the data end on {self.as_of}",
                "start it earlier, or relative to the end: as_of-3mo",
            )  # fmt: skip
        return start, end

    def day(self, value: Any, spot: Spot, what: str, *, last: bool = False) -> date:
        try:
            return resolve(value, self.as_of, last=last)
        except ValueError:
            self.fail(spot, f"{what} is not a date: {value!r}", f"dates: {FORMS}")

    def slice(
        self, raw: Any, spot: Spot, what: str, dimensions: tuple[str, ...], metric: str | None
    ) -> dict[str, tuple[str, ...]]:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.fail(spot, f"{what}: filters are a mapping", "such as {region: [DACH], plan: [Plus]}")
        return {
            self.dimension(name, spot, what, dimensions, metric): self.values(name, raw, spot, what) for name in raw
        }

    def dimension(self, name: Any, spot: Spot, what: str, dimensions: tuple[str, ...], metric: str | None) -> str:
        if name not in self.members:
            self.fail(
                (*spot, str(name)), f"{what}: unknown dimension '{name}'",
                f"{did_you_mean(str(name), dimensions)} (dimensions: {', '.join(dimensions)})",
            )  # fmt: skip
        if name not in dimensions:
            self.fail(
                (*spot, str(name)), f"{what}: '{metric}' cannot be filtered by '{name}'",
                f"its dimensions: {', '.join(dimensions)}",
            )  # fmt: skip
        return str(name)

    def values(self, name: str, raw: Mapping[str, Any], spot: Spot, what: str) -> tuple[str, ...]:
        given = raw[name] if isinstance(raw[name], list) else [raw[name]]
        if not given or given == [None]:
            self.fail((*spot, name), f"{what}: '{name}' has no values", "leave the dimension out to mean all of them")
        known = self.members[name]
        for number, value in enumerate(given):
            if value not in known:
                self.fail(
                    (*spot, name, number) if isinstance(raw[name], list) else (*spot, name),
                    f"{what}: '{name}' has no member '{value}'",
                    f"{did_you_mean(str(value), known)} ({name}: {', '.join(known[:40])})",
                )
        return tuple(dict.fromkeys(str(v) for v in given))

    def topics(self, raw: Any, spot: Spot, what: str) -> dict[str, float]:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.fail(spot, f"{what}: topics map a contact reason to a multiplier", "such as {Price increase: 3}")
        found = {}
        for topic, size in raw.items():
            self.values("topic", {"topic": topic}, (*spot, str(topic)), what)
            found[str(topic)] = self.number(size, (*spot, str(topic)), f"{what}: multiplier of '{topic}'")
            if found[str(topic)] < 0:
                self.fail((*spot, str(topic)), f"{what}: multiplier of '{topic}' is negative", "0 or more")
        return found

    def phrasings(self, raw: Mapping[str, Any], name: str, spot: Spot, what: str) -> tuple[str, ...]:
        """Return the effect's own wordings; without the key, those shipped for its id, if any."""
        if "phrasings" not in raw:
            return talk.wordings(name) if name in talk.effects() else ()
        given = raw["phrasings"] or []
        if not isinstance(given, list) or not all(isinstance(p, str) and p.strip() for p in given):
            self.fail(spot, f"{what}: phrasings are a list of sentences", 'such as ["They raised my price again."]')
        for number, wording in enumerate(given):
            for slot in talk.unknown_slots(wording):
                self.fail(
                    (*spot, number),
                    f"{what}: no text for '#{slot}#' in a phrasing",
                    "write it out, or see talk/README.md",
                )
        return tuple(given)

    def with_expectation(self, effect: Effect, raw: Mapping[str, Any], spot: Spot, what: str) -> Effect:
        """Add what to expect: as given, none when null, else the effect's own segment and direction."""
        values = {f: getattr(effect, f) for f in Effect.__dataclass_fields__}
        if "expect" not in raw:
            values["expect"] = Expect(segment=effect.filters, direction=effect.direction)
        elif raw["expect"] is not None:
            values["expect"] = self.expectation(raw["expect"], effect, (*spot, "expect"), what)
        return Effect(**values)

    def expectation(self, raw: Any, effect: Effect, spot: Spot, what: str) -> Expect:
        if not isinstance(raw, dict):
            self.fail(spot, f"{what}: `expect` is a mapping", "such as {segment: {region: [DACH]}, direction: up}")
        self.known_keys(raw, spot, ("segment", "direction"), f"{what}: expect")
        direction = raw.get("direction", effect.direction)
        if direction not in ("up", "down"):
            self.fail((*spot, "direction"), f"{what}: unknown direction '{direction}'", "up or down")
        if raw.get("segment") is None:
            return Expect(segment=effect.filters, direction=direction)
        allowed = METRICS[effect.metric].dimensions
        segment = self.slice(raw["segment"], (*spot, "segment"), what, allowed, effect.metric)
        return Expect(segment=segment, direction=direction)

    def intervention(self, raw: Any, spot: Spot) -> Intervention:
        if not isinstance(raw, dict) or not raw.get("name"):
            self.fail(spot, "an intervention is a mapping with a `name`", f"keys: {', '.join(_INTERVENTION_KEYS)}")
        what = f"intervention '{raw['name']}'"
        self.known_keys(raw, spot, _INTERVENTION_KEYS, what)
        kind = raw.get("kind", "intervention")
        if kind not in ("intervention", "event"):
            self.fail((*spot, "kind"), f"{what}: unknown kind '{kind}'", "intervention or event")
        if raw.get("started_on") is None:
            self.fail(spot, f"{what}: `started_on` is missing", f"a date: {FORMS}")
        target = raw.get("target_metric")
        if target is not None and target not in METRICS:
            self.fail(
                (*spot, "target_metric"), f"{what}: unknown metric '{target}'", did_you_mean(str(target), METRICS)
            )
        return Intervention(
            kind=kind, name=str(raw["name"]), owner=str(raw.get("owner") or ""), target_metric=target,
            description=str(raw.get("description") or ""),
            started_on=self.day(raw["started_on"], (*spot, "started_on"), f"{what}: `started_on`"),
            scope=self.slice(raw.get("scope"), (*spot, "scope"), what, tuple(self.members), None),
        )  # fmt: skip

    def refuse_twice(self, effects: tuple[Effect, ...], spot: Spot) -> None:
        seen: set[str] = set()
        for number, effect in enumerate(effects):
            if effect.id in seen:
                self.fail((*spot, number, "id"), f"effect '{effect.id}' stands twice", "give each effect its own id")
            seen.add(effect.id)
