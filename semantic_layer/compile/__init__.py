"""From a query over names to one SQL statement, built as a tree and never as text."""

from semantic_layer.compile.cubes import compile_cube
from semantic_layer.compile.dialects import render
from semantic_layer.compile.keys import compile_keys
from semantic_layer.compile.quantiles import compile_quantiles, row_value
from semantic_layer.compile.queries import compile_query
from semantic_layer.compile.reach import can_cut, crosses, reaches, recorded_reason, restating, sliceable
from semantic_layer.compile.records import compile_records

__all__ = [
    "can_cut",
    "compile_cube",
    "compile_keys",
    "compile_quantiles",
    "compile_query",
    "compile_records",
    "crosses",
    "reaches",
    "recorded_reason",
    "render",
    "restating",
    "row_value",
    "sliceable",
]  # fmt: skip
