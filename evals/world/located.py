"""YAML that remembers the line of every value."""

from pathlib import Path
from typing import Any, TypeAlias

import yaml

from semantic_layer.errors import UserError

Spot: TypeAlias = tuple[str | int, ...]


def read_located(file: Path) -> tuple[Any, dict[Spot, int]]:
    """Return a file's value and the line of each place in it.

    Raises UserError (bad_scenario) when the file is missing or is not YAML.
    """
    try:
        text = file.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except OSError as error:
        raise UserError(
            f"cannot read the scenario {file}: {error.strerror}", code="bad_scenario", hint="name an existing YAML file"
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{file}: not UTF-8 text", code="bad_scenario", hint="save it as UTF-8") from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        problem = getattr(error, "problem", None) or str(error)
        raise UserError(f"{where}: not valid YAML: {problem}", code="bad_scenario", hint="see docs/world.md") from error
    lines: dict[Spot, int] = {}
    if node is not None:
        _walk(node, (), lines)
    return value, lines


def _walk(node: yaml.Node, spot: Spot, lines: dict[Spot, int]) -> None:
    lines[spot] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _walk(item, (*spot, number), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, item in node.value:
            _walk(item, (*spot, key.value), lines)
            lines[(*spot, key.value)] = key.start_mark.line + 1
