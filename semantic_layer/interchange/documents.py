"""Foreign files as mappings that remember their lines."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from semantic_layer.errors import UserError
from semantic_layer.interchange.carried import Entry

LARGEST = 32 * 1024 * 1024
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
    documents = [d for file in _files(sources) for d in _read(file) if isinstance(d, dict)]
    return [d if isinstance(d, Entry) else Entry(d) for d in documents]


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
            found.append(loader.construct_document(loader.get_node()))
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
