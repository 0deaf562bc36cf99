"""YAML that remembers the line of every value."""

from pathlib import Path
from typing import Any, TypeAlias

import yaml

from semantic_layer.errors import UserError

Spot: TypeAlias = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """Leaves dates as text, so that a wrong one can be named."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        sign: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_located(file: Path) -> tuple[Any, dict[Spot, int]]:
    """Return a file's value and the line of each place in it; dates stay text.

    Raises UserError (bad_scenario) when the file is missing or is not YAML.
    """
    loader = None
    try:
        loader = _Loader(file.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        value = None if node is None else loader.construct_document(node)
    except OSError as error:
        raise _bad(f"cannot read the scenario {file}: {error.strerror}", "name an existing YAML file") from error
    except UnicodeDecodeError as error:
        raise _bad(f"{file}: not UTF-8 text", "save it as UTF-8") from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        raise _bad(
            f"{where}: not valid YAML: {getattr(error, 'problem', None) or error}", "check quotes and indents"
        ) from error
    finally:
        if loader is not None:
            loader.dispose()
    lines: dict[Spot, int] = {}
    if node is not None:
        _walk(file, node, (), lines)
    return value, lines


def _bad(message: str, hint: str) -> UserError:
    return UserError(message, code="bad_scenario", hint=hint)


def _walk(file: Path, node: yaml.Node, spot: Spot, lines: dict[Spot, int]) -> None:
    lines[spot] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _walk(file, item, (*spot, number), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, item in node.value:
            place = (*spot, key.value)
            line = key.start_mark.line + 1
            if place in lines:
                raise _bad(f"{file}:{line}: the key '{key.value}' stands twice", "keep one of them")
            _walk(file, item, place, lines)
            lines[place] = line
