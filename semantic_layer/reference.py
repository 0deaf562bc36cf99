"""The reference of `metrics/*.yml`, made from the classes that read it: `python -m semantic_layer.reference`."""

import ast
import inspect
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from semantic_layer import model
from semantic_layer.spans import Span

SECTIONS: dict[type[BaseModel], tuple[str, str]] = {
    model.TableSpec: ("table", "`tables`"),
    model.Join: ("join", "`joins` of a table"),
    model.DimensionSpec: ("dimension", "`dimensions`"),
    model.MetricSpec: ("metric", "`metrics`"),
    model.Formula: ("formula", "a metric and each of its earlier versions"),
    model.MeasureSpec: ("measure", "`measure`, `numerator`, `denominator`, `base`"),
    model.FollowUp: ("event", "`conversion`, `followed_by`"),
    model.Input: ("input", "`inputs` of a derived metric"),
    model.Version: ("version", "`versions` of a metric"),
}
_NAMED = {str: "text", bool: "`true`, `false`", int: "number", float: "number", date: "day", Span: "length of time"}
_HEAD = """# Reference: `metrics/*.yml`

Made from the classes of `semantic_layer/model.py` by `python -m semantic_layer.reference > docs/reference.md`; what
it is for is in [semantic-layer.md](semantic-layer.md). A file holds any of the keys `tables`, `dimensions`, `metrics`
and `parameters`; the files of the folder are read as one. `parameters` maps names to numbers that derived metrics may
use. A key that is not listed here is an error.
"""


def reference() -> str:
    """Return the reference as Markdown."""
    texts = field_texts()
    return "\n".join([_HEAD, *(line for spec in SECTIONS for line in _section(spec, texts))])


def _section(spec: type[BaseModel], texts: dict[tuple[str, str], str]) -> Iterator[str]:
    name, place = SECTIONS[spec]
    yield f"## {name.capitalize()}"
    yield f"In {place}. {inspect.getdoc(spec)}\n"
    yield "| key | holds | default | meaning |"
    yield "|---|---|---|---|"
    shared = _inherited(spec)
    for name, field in spec.model_fields.items():
        if name not in shared:
            yield f"| `{name}` | {_words(field.annotation)} | {_default(field)} | {texts[spec.__name__, name]} |"
    yield "\nBeside these, it has the keys of its [formula](#formula).\n" if shared else ""


def _inherited(spec: type[BaseModel]) -> frozenset[str]:
    """Return the fields that a section of its own explains."""
    above = next((base for base in spec.__bases__ if base in SECTIONS), None)
    return frozenset(above.model_fields) if above else frozenset()


def field_texts() -> dict[tuple[str, str], str]:
    """Return the text under each field of a class, which Python does not keep; by class and field."""
    found = {}
    for cls in ast.parse(inspect.getsource(model)).body:
        if not isinstance(cls, ast.ClassDef):
            continue
        for field, text in pairwise(cls.body):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(field.target, ast.Name):
                found[cls.name, field.target.id] = " ".join(str(ast.literal_eval(text.value)).split())
    return found


def _words(annotation: Any) -> str:
    """Say a type in the words of someone who writes YAML."""
    parts = tuple(part for part in get_args(annotation) if part not in (NoneType, Ellipsis))
    origin = get_origin(annotation)
    if origin is Annotated:
        return _words(parts[0])
    if origin in (Union, UnionType):
        return ", ".join(_words(part) for part in parts)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in parts)
    if origin is tuple:
        return f"list of {_words(parts[0])}"
    if origin is dict:
        return f"for each name, {_words(parts[1])}"
    return _NAMED.get(annotation) or "[{0}](#{0})".format(SECTIONS[annotation][0])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.default
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`" if default not in (None, (), {}, "") and default else "–"


if __name__ == "__main__":
    print(reference(), end="")
