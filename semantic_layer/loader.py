"""Read the YAML of a semantic layer; a bad file is named and left out, the others keep working."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from semantic_layer.errors import did_you_mean
from semantic_layer.model import Catalogue, DimensionSpec, MetricSpec, TableSpec
from semantic_layer.problems import Problem

_SPECS: dict[str, type[BaseModel]] = {"tables": TableSpec, "dimensions": DimensionSpec, "metrics": MetricSpec}
_SECTIONS = (*_SPECS, "parameters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A catalogue, what was wrong, and where each name stands.

    `sources` maps `table:NAME`, `dimension:NAME`, `metric:NAME`, `parameter:NAME` to (file, line).
    """

    catalogue: Catalogue
    problems: tuple[Problem, ...] = ()
    sources: dict[str, tuple[str, int]] = field(default_factory=dict)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML whose booleans are `true` and `false` only, so that `on:` and `no` stay words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_catalogue(folder: Path, *, fiscal_year_start: int = 1, timezone: str = "UTC") -> Loaded:
    """Read every `*.yml` and `*.yaml` under a folder, in the order of their names."""
    files = sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")])
    parts: dict[str, list[Any]] = {section: [] for section in _SECTIONS}
    problems: list[Problem] = []
    sources: dict[str, tuple[str, int]] = {}
    unread: dict[str, Problem] = {}
    for file in files:
        reader = _File(f"{folder.name}/{file.relative_to(folder).as_posix()}", sources)
        found = reader.read(file)
        problems += reader.problems
        if reader.broken:
            unread[f"file:{reader.name}"] = reader.problems[0]
        if not reader.broken:
            sources.update(reader.lines)
            for section, specs in found.items():
                parts[section] += specs
    if not files:
        problems.append(_nothing(folder))
    catalogue = Catalogue(
        tables=tuple(parts["tables"]),
        dimensions=tuple(parts["dimensions"]),
        metrics=tuple(parts["metrics"]),
        parameters=dict(parts["parameters"]),
        fiscal_year_start=fiscal_year_start,
        timezone=timezone,
        left_out=unread,
    )
    return Loaded(catalogue=catalogue, problems=tuple(problems), sources=sources)


def _nothing(folder: Path) -> Problem:
    return Problem(
        severity="error",
        file=folder.name,
        line=0,
        code="no_definitions",
        message=f"no *.yml file under {folder}",
        hint="write tables, dimensions and metrics there, or start with `because init`",
    )


class _File:
    """One file being read: its problems and the lines of its names."""

    def __init__(self, name: str, taken: dict[str, tuple[str, int]]) -> None:
        self.name = name
        self.taken = taken
        self.problems: list[Problem] = []
        self.lines: dict[str, tuple[str, int]] = {}

    @property
    def broken(self) -> bool:
        return any(p.severity == "error" for p in self.problems)

    def read(self, file: Path) -> dict[str, list[Any]]:
        try:
            loader = _Loader(file.read_text(encoding="utf-8"))
            root = loader.get_single_node()
            if root is None:
                return {}
            self._repeated_keys(root)
            data = loader.construct_document(root)
        except (yaml.YAMLError, UnicodeDecodeError, OSError, ValueError) as error:
            mark = getattr(error, "problem_mark", None)
            what = getattr(error, "problem", None) or str(error)
            self._error(mark.line + 1 if mark else 0, "bad_yaml", f"cannot be read: {what}")
            return {}
        if not isinstance(data, dict):
            self._error(1, "bad_yaml", "holds no mapping", f"top-level keys: {', '.join(_SECTIONS)}")
            return {}
        return {str(key): self._section(str(key), value, root) for key, value in data.items()}

    def _section(self, section: str, value: Any, root: yaml.Node) -> list[Any]:
        node = _child(root, section)
        line = _line(node)
        if section not in _SECTIONS:
            self._error(line, "unknown_key", f"unknown key '{section}'", did_you_mean(section, _SECTIONS))
            return []
        if section == "parameters":
            return list(self._parameters(value, node))
        if not isinstance(value, list):
            self._error(line, "wrong_type", f"'{section}' must be a list", "start each entry with '- name: …'")
            return []
        return [spec for i, item in enumerate(value) if (spec := self._spec(section, item, _child(node, i)))]

    def _parameters(self, value: Any, node: yaml.Node) -> Iterator[tuple[str, float]]:
        if not isinstance(value, dict):
            self._error(_line(node), "wrong_type", "'parameters' must map names to numbers", "gross_margin: 0.62")
            return
        for name, number in value.items():
            line = _line(_child(node, name))
            if isinstance(number, bool) or not isinstance(number, int | float):
                self._error(line, "wrong_type", f"parameter '{name}' must be a number, not {number!r}")
            elif self._named("parameter", str(name), line):
                yield str(name), float(number)

    def _spec(self, section: str, item: Any, node: yaml.Node) -> BaseModel | None:
        kind = section[:-1]
        try:
            spec = _SPECS[section].model_validate(item)
        except ValidationError as error:
            name = item.get("name", "?") if isinstance(item, dict) else "?"
            for fault in error.errors():
                self._fault(f"{kind} '{name}'", dict(fault), node, _SPECS[section])
            return None
        return spec if self._named(kind, str(spec.name), _line(node)) else None  # type: ignore[attr-defined]

    def _named(self, kind: str, name: str, line: int) -> bool:
        key = f"{kind}:{name}"
        first = self.lines.get(key) or self.taken.get(key)
        if first:
            self._error(line, "duplicate_name", f"{kind} '{name}' is defined twice", f"first at {first[0]}:{first[1]}")
            return False
        self.lines[key] = (self.name, line)
        return True

    def _fault(self, subject: str, fault: dict[str, Any], node: yaml.Node, model: type[BaseModel]) -> None:
        path: Sequence[str | int] = fault["loc"]
        place = ".".join(str(part) for part in path)
        line = _line(_deepest(node, path))
        if fault["type"] == "extra_forbidden":
            known = _model_at(model, path[:-1]).model_fields
            self._error(line, "unknown_key", f"{subject}: unknown key '{place}'", did_you_mean(str(path[-1]), known))
        elif fault["type"] == "missing":
            self._error(line, "missing_key", f"{subject}: key '{place}' is missing")
        else:
            self._error(line, "wrong_value", f"{subject}: {place}: {fault['msg']}", f"it says {fault['input']!r}")

    def _repeated_keys(self, node: yaml.Node) -> None:
        children: list[yaml.Node] = list(node.value) if isinstance(node, yaml.SequenceNode) else []
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    self._error(_line(key), "repeated_key", f"key '{key.value}' stands twice in one mapping")
                seen.add(key.value)
                children.append(value)
        for child in children:
            self._repeated_keys(child)

    def _error(self, line: int, code: str, message: str, hint: str = "") -> None:
        self.problems.append(
            Problem(severity="error", file=self.name, line=line, code=code, message=message, hint=hint)
        )


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _child(node: yaml.Node, step: str | int) -> yaml.Node:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), node)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]  # type: ignore[no-any-return]
    return node


def _deepest(node: yaml.Node, path: Sequence[str | int]) -> yaml.Node:
    for step in path:
        if isinstance(node, yaml.MappingNode):
            key: yaml.Node | None = next((k for k, _ in node.value if k.value == str(step)), None)
            if key is not None and step == path[-1]:
                return key
        node = _child(node, step)
    return node


def _model_at(model: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel]:
    for step in path:
        if isinstance(step, int):
            continue
        annotation = model.model_fields[step].annotation
        model = next((t for t in _inside(annotation) if isinstance(t, type) and issubclass(t, BaseModel)), model)
    return model


def _inside(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _inside(part)
