"""Definitions against those last accepted: a formula never changes without an entry in its change log."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.errors import UserError
from semantic_layer.loader import Loaded
from semantic_layer.model import Catalogue, Formula, MetricSpec
from semantic_layer.validate.report import Report

FILE = "accepted.json"
Accepted = Mapping[str, Mapping[str, str]]


def read_accepted(folder: Path) -> Accepted:
    """Return the fingerprint of each accepted version of each metric; raise UserError (bad_accepted)."""
    file = folder / FILE
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): {str(v): str(p) for v, p in prints.items()} for name, prints in found.items()}
    except (ValueError, AttributeError) as error:
        raise UserError(
            f"{file}: not a list of accepted definitions",
            code="bad_accepted",
            hint="restore it from version control, or write it anew with `because check --accept`",
        ) from error


def accept(loaded: Loaded, folder: Path) -> int:
    """Write the fingerprints of the definitions in the YAML as they are now; return how many metrics there are."""
    written = [metric for metric in loaded.catalogue.metrics if f"metric:{metric.name}" in loaded.sources]
    prints = {metric.name: fingerprints(metric, loaded.catalogue) for metric in written}
    part = folder / f"{FILE}.part"
    part.write_text(json.dumps(prints, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(folder / FILE)
    return len(prints)


def accepted_problems(loaded: Loaded, accepted: Accepted, report: Report) -> None:
    """Note formulas that differ from the accepted ones of the same version, and metrics that are new or gone.

    While a file cannot be read, what it defines is not called gone.
    """
    catalogue = loaded.catalogue
    known = {metric.name: metric for metric in catalogue.metrics}
    whole = not any(problem.severity == "error" for problem in loaded.problems)
    for name, prints in accepted.items():
        if name not in known and not whole:
            continue
        if name not in known:
            report.warning(
                f"metric:{name}",
                "metric_gone",
                f"metric '{name}' was accepted and is no longer defined",
                "questions about it are refused; if that is meant, run `because check --accept`",
            )
        elif report.sound(f"metric:{name}"):
            _compare(known[name], prints, fingerprints(known[name], catalogue), report)
    for name in known if accepted else ():
        if name not in accepted and f"metric:{name}" in loaded.sources:
            _new(name, f"metric '{name}' is new", report)


def fingerprints(metric: MetricSpec, catalogue: Catalogue) -> dict[str, str]:
    """Return a fingerprint of what each version computes; layout and spelling of YAML do not count."""
    own = [v.version for v in metric.versions if v.version != metric.version and _says(v)]
    return {str(version): _fingerprint(metric.formula(version), catalogue) for version in (*own, metric.version)}


def _compare(metric: MetricSpec, before: Mapping[str, str], now: Mapping[str, str], report: Report) -> None:
    for version in sorted(before.keys() & now.keys()):
        if before[version] != now[version]:
            report.error(
                f"metric:{metric.name}",
                "unlogged_change",
                f"metric '{metric.name}': version {version} is computed otherwise than when it was accepted",
                "add an entry under `versions` with effective_on, author and reason, and keep the earlier formula in "
                "the earlier entry; where the figures are the same, `because check --accept` takes the new writing",
            )
    if str(metric.version) not in before:
        _new(metric.name, f"metric '{metric.name}': version {metric.version} is new", report)


def _new(name: str, said: str, report: Report) -> None:
    hint = "`because check --accept` makes it the one that later changes are held against"
    report.warning(f"metric:{name}", "not_accepted", said, hint)


def _says(formula: Formula) -> bool:
    return bool(formula.measures() or formula.expr)


def _fingerprint(formula: Formula, catalogue: Catalogue) -> str:
    said = formula.model_dump(mode="json", include=set(Formula.model_fields), exclude_defaults=True)
    used = {name: catalogue.parameters[name] for name in _names(formula.expr) if name in catalogue.parameters}
    text = json.dumps([_laid_out(said), used], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _names(text: str | None) -> Iterator[str]:
    if text:
        yield from sorted({node.name for node in ast.parsed(text).find_all(exp.Column)})


def _laid_out(value: object) -> object:
    """Return a dumped formula with the white space of its texts evened out."""
    if isinstance(value, dict):
        return {key: _laid_out(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_laid_out(item) for item in value]
    return " ".join(value.split()) if isinstance(value, str) else value
