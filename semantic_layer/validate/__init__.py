"""Check a semantic layer: its own references first, then against the warehouse."""

from semantic_layer.engine import SqlEngine
from semantic_layer.loader import Loaded
from semantic_layer.problems import Problem
from semantic_layer.validate.accepted import Accepted, accept, accepted_problems, read_accepted
from semantic_layer.validate.data import data_problems
from semantic_layer.validate.names import name_problems
from semantic_layer.validate.references import reference_problems
from semantic_layer.validate.report import Report
from semantic_layer.validate.sanity import value_problems
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
    filled = data_problems(loaded.catalogue, engine, report)
    value_problems(loaded.catalogue, engine, report, filled=filled)
    accepted_problems(loaded, accepted or {}, report)
    rest = _told_once(report.problems, [p for key, p in loaded.catalogue.left_out.items() if key.startswith("file:")])
    found = dict.fromkeys((*loaded.problems, *rest))
    return tuple(sorted(found, key=lambda p: (p.severity, p not in loaded.problems, p.file, p.line)))


def _told_once(problems: list[Problem], unread: list[Problem]) -> list[Problem]:
    """Put names that are not found into one problem where a file that may define them cannot be read."""
    strange = [p for p in problems if p.severity == "error" and p.code.startswith("unknown_")] if unread else []
    if len(strange) < 2:
        return problems
    first = unread[0]
    one = Problem(
        severity="error",
        file=first.file,
        line=first.line,
        code="rests_on_unread",
        message=f"{len({(p.file, p.line) for p in strange})} definitions rest on names that are not read, such as "
        f"{strange[0].message} ({strange[0].file}:{strange[0].line})",
        hint=f"put {' and '.join(p.file for p in unread)} right and check again",
    )
    return [*(p for p in problems if p not in strange), one]
