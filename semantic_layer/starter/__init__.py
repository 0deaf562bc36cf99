"""A starter semantic layer for tables nobody described: load, profile, guess."""

from semantic_layer.starter.guess import Guess, TextColumn, guess
from semantic_layer.starter.load import LoadedTable, load_tables, read_text
from semantic_layer.starter.people import name_columns
from semantic_layer.starter.profile import TableProfile, find_holder, profile_warehouse

__all__ = [
    "Guess", "LoadedTable", "TableProfile", "TextColumn",
    "find_holder", "guess", "load_tables", "name_columns", "profile_warehouse", "read_text",
]  # fmt: skip
