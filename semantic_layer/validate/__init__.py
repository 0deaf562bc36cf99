"""Check a semantic layer: its own references first, then against the warehouse."""

from semantic_layer.engine import SqlEngine
from semantic_layer.loader import Loaded
from semantic_layer.problems import Problem
from semantic_layer.validate.accepted import Accepted, accept, accepted_problems, read_accepted
from semantic_layer.validate.data import data_problems
from semantic_layer.validate.names import name_problems
from semantic_layer.validate.references import reference_problems
from semantic_layer.validate.report import Report
from semantic_layer.validate.schema import schema_problems

__all__ = ["accept", "check", "read_accepted"]


def check(loaded: Loaded, engine: SqlEngine, *, accepted: Accepted | None = None) -> tuple[Problem, ...]:
    """Return what is wrong with a semantic layer, errors first.

    `accepted` holds the fingerprints of the definitions last accepted (`accepted.json`).

    The loader's problems come along. What rests on something broken is not checked further, so
    that one fault is told once.
    """
    report = Report(loaded)
    name_problems(loaded.catalogue, report)
    reference_problems(loaded.catalogue, report)
    schema_problems(loaded.catalogue, engine, report)
    data_problems(loaded.catalogue, engine, report)
    accepted_problems(loaded, accepted or {}, report)
    found = dict.fromkeys((*loaded.problems, *report.problems))
    return tuple(sorted(found, key=lambda p: (p.severity, p.file, p.line)))
