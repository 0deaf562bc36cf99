"""Definitions from and for other semantic layers: dbt (both YAML forms, `semantic_manifest.json`) and Apache Ossie.

What cannot be carried over is listed with its place and the reason; nothing is guessed.
"""

from semantic_layer.interchange.carried import Carried, Lost
from semantic_layer.interchange.read import import_definitions
from semantic_layer.interchange.settle import settled
from semantic_layer.interchange.to_dbt import to_dbt
from semantic_layer.interchange.to_ossie import to_ossie

__all__ = ["Carried", "Lost", "import_definitions", "settled", "to_dbt", "to_ossie"]
