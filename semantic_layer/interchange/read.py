"""Tells which tool wrote the definitions, and reads them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from semantic_layer.errors import UserError
from semantic_layer.interchange.carried import Carried
from semantic_layer.interchange.documents import read_documents

Tool = Literal["dbt", "ossie"]


def import_definitions(sources: Sequence[Path]) -> Carried:
    """Read definitions of another tool from files and folders.

    Raises UserError: file_not_found, bad_file, no_definitions.
    """
    from semantic_layer.interchange.from_dbt import from_dbt
    from semantic_layer.interchange.from_ossie import from_ossie

    documents = read_documents(sources)
    if any("semantic_model" in d and isinstance(d["semantic_model"], list) for d in documents):
        return from_ossie([d for d in documents if isinstance(d.get("semantic_model"), list)])
    if any(d.keys() & {"semantic_models", "models", "metrics"} for d in documents):
        return from_dbt(documents)
    raise UserError(
        "no definitions that are known here",
        code="no_definitions",
        hint="dbt writes `semantic_models:`, `models:`, `metrics:` a semantic_manifest.json; Ossie `semantic_model:`",
    )
