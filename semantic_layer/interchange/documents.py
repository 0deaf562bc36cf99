"""Foreign files as mappings that remember their lines."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from semantic_layer.errors import UserError
from semantic_layer.interchange.carried import Entry

LARGEST = 32 * 1024 * 1024
MOST_NODES = 2_000_000
_NAMED = (
    "semantic_models", "models", "entities", "dimensions", "columns", "fields", "datasets", "relationships",
)  # fmt: skip
_LISTS = ("metrics", "measures", "input_metrics", "primary_key", "from_columns", "to_columns", "custom_extensions")
_MAPPINGS = (
    "defaults", "type_params", "config", "node_relation", "derived_semantics", "agg_params", "cumulative_type_params",
    "conversion_type_params",
)  # fmt: skip
_FREE = ("meta", "metadata", "ai_context")
_SUFFIXES = (".yml", ".yaml", ".json")


class _Lined(yaml.SafeLoader):
    """Safe YAML whose mappings are entries."""

    name_of_file = ""

    def entry(self, node: yaml.MappingNode) -> Entry:
        """Build a mapping with its place."""
        self.flatten_mapping(node)
        found = Entry({str(key): value for key, value in self.construct_mapping(node, deep=True).items()})
        found.file, found.line = self.name_of_file, node.start_mark.line + 1
        return found


_Lined.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _Lined.entry)


def read_documents(sources: Sequence[Path]) -> list[Entry]:
    """Read every YAML and JSON document of files and folders; raise UserError (file_not_found, bad_file)."""
    documents = [d for file in _files(sources) for d in _read(file) if isinstance(d, Entry)]
    for document in documents:
        _check(document)
    return documents


def _files(sources: Sequence[Path]) -> Iterator[Path]:
    for source in sources:
        if source.is_dir():
            yield from sorted(f for f in source.rglob("*") if f.suffix.lower() in _SUFFIXES and f.is_file())
        elif source.is_file():
            yield source
        else:
            raise UserError(f"no such file or folder: {source}", code="file_not_found", hint="give a YAML or JSON file")


def _read(file: Path) -> list[Any]:
    if file.stat().st_size > LARGEST:
        raise UserError(f"{file.name} is larger than 32 MB", code="bad_file", hint="name the definitions only")
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix.lower() == ".json":
            return [json.loads(text, object_hook=_json_entry)]
        loader = _Lined(text)
        loader.name_of_file = file.name
        found = []
        while loader.check_node():
            node = loader.get_node()
            if _size(node, {}) > MOST_NODES:
                raise ValueError(f"it stands for more than {MOST_NODES:,} values")
            found.append(loader.construct_document(node))
        return found
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{file.name}:{mark.line + 1}" if mark else file.name
        what = getattr(error, "problem", None) or str(error)
        raise UserError(f"{place} cannot be read: {what}", code="bad_file", hint="is it YAML or JSON?") from error


def _json_entry(found: dict[str, Any]) -> Entry:
    """Take a manifest's own note of where an element was written."""
    entry = Entry(found)
    place = (found.get("metadata") or {}).get("file_slice") if isinstance(found.get("metadata"), dict) else None
    if isinstance(place, dict):
        entry.file, entry.line = str(place.get("filename", "")), int(place.get("start_line_number") or 0)
    return entry


def _size(node: Any, known: dict[int, int]) -> int:
    """Count the values that a document stands for, its aliases written out."""
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = MOST_NODES
    pairs = node.value if isinstance(node, yaml.CollectionNode) else ()
    parts = [part for item in pairs for part in (item if isinstance(item, tuple) else (item,))]
    known[id(node)] = 1 + sum(_size(part, known) for part in parts)
    return known[id(node)]


def _check(entry: Entry) -> None:
    """Raise UserError (bad_file) where lists, mappings or names do not stand where both tools write them."""
    for key, value in entry.items():
        if value is None or key in _FREE:
            continue
        if key in (*_NAMED, *_LISTS) and not isinstance(value, list):
            raise _misshapen(entry, f"'{key}' must be a list")
        if key in _MAPPINGS and not isinstance(value, Entry):
            raise _misshapen(entry, f"'{key}' must be a mapping")
        named = key in _NAMED or (key == "semantic_model" and isinstance(value, list))
        if named and not all(isinstance(v, Entry) and isinstance(v.get("name"), str) for v in value):
            raise _misshapen(entry, f"each of '{key}' must be a mapping with a name")
        if key in ("metrics", "measures") and not all(_is_named(v) for v in value):
            raise _misshapen(entry, f"each of '{key}' must have a name")
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Entry):
                _check(item)


def _is_named(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, Entry) and isinstance(value.get("name"), str))


def _misshapen(entry: Entry, what: str) -> UserError:
    place = f"{entry.file}:{entry.line}" if entry.file else "the file"
    return UserError(f"{place}: {what}", code="bad_file", hint="see docs/interchange.md for what is read")
