"""`because doctor`: what is there, what is missing, and how to fix it."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from semantic_layer.errors import BecauseError
from ui.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from ui.output import emit, out

if TYPE_CHECKING:
    from ui.opened import Opened

PACKAGES = ("assistant", "indexes", "semantic_layer", "evals", "ui")
LIBRARIES = ("duckdb", "sqlglot", "llama-index-core", "chromadb", "bm25s", "presidio-analyzer", "gradio", "plotly")
DISTRIBUTION = "because-ai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: fine, worth knowing, or broken, and what to do."""

    name: str
    state: Literal["ok", "note", "broken"]
    message: str
    hint: str = ""


def doctor(workspace: WorkspaceOption = DEFAULT_WORKSPACE, as_json: JsonOption = False) -> None:
    """Check the installation, the warehouse, the index and the model endpoint."""
    findings = [*_installation(), *_workspace(workspace)]
    ok = not any(f.state == "broken" for f in findings)
    if as_json:
        emit({"ok": ok, "checks": findings})
    else:
        _show(findings)
    raise typer.Exit(0 if ok else 2)


def _installation() -> Iterable[Finding]:
    from importlib.metadata import packages_distributions

    yield Finding(name="python", state="ok", message=f"Python {sys.version.split()[0]}")
    owners = packages_distributions()
    for package in PACKAGES:
        yield from _owner(package, owners.get(package, []))
    missing = [library for library in LIBRARIES if _version(library) is None]
    found = ", ".join(f"{library} {_version(library)}" for library in LIBRARIES if library not in missing)
    yield Finding(
        name="libraries",
        state="broken" if missing else "ok",
        message=f"missing: {', '.join(missing)}" if missing else found,
        hint="run `make install`, or `pip install -c constraints.txt because-ai`" if missing else "",
    )


def _owner(package: str, distributions: list[str]) -> Iterable[Finding]:
    """Another distribution may bring a package of the same name (PyPI has an `evals`)."""
    others = sorted({d for d in distributions if d != DISTRIBUTION})
    if others:
        yield Finding(
            name=f"package {package}",
            state="broken",
            message=f"'{package}' also comes from {', '.join(others)}",
            hint=f"install Because in an environment of its own, or `pip uninstall {' '.join(others)}`",
        )


def _version(library: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _workspace(root: Path) -> Iterable[Finding]:
    from ui.opened import open_here

    try:
        here = open_here(root)
    except BecauseError as error:
        yield Finding(name="workspace", state="broken", message=error.message, hint=error.hint)
        return
    yield Finding(name="workspace", state="ok", message=f"{here.workspace.config.name} at {root}")
    checks: tuple[tuple[str, Callable[[Opened], Finding]], ...] = (
        ("warehouse", _warehouse),
        ("dictionary", _dictionary),
        ("index", _index),
        ("model", _model),
    )
    for name, check in checks:
        try:
            yield check(here)
        except BecauseError as error:
            yield Finding(name=name, state="broken", message=error.message, hint=error.hint)


def _warehouse(here: "Opened") -> Finding:
    with here.engine() as engine:
        dates = here.dates(engine)
    span = f", data from {dates.first} to {dates.as_of}" if dates else ", no dated data"
    size = here.workspace.warehouse.stat().st_size / 1e6
    return Finding(name="warehouse", state="ok", message=f"{here.workspace.warehouse.name}, {size:,.0f} MB{span}")


def _dictionary(here: "Opened") -> Finding:
    from semantic_layer.validate import check

    with here.engine() as engine:
        problems = check(here.loaded, engine)
    errors = [p for p in problems if p.severity == "error"]
    if errors:
        first = errors[0]
        message = f"{len(errors)} errors; the first: {first.file}:{first.line} {first.message}"
        return Finding(name="dictionary", state="broken", message=message, hint="see all with `because check`")
    count = len(here.catalogue.metrics)
    return Finding(name="dictionary", state="ok", message=f"{count} metrics, {len(problems)} warnings")


def _index(here: "Opened") -> Finding:
    from assistant.corpus import open_index, strangers

    if here.workspace.config.transcripts is None:
        return Finding(name="index", state="note", message="no transcripts configured: answers come without quotes")
    index = open_index(here.workspace)
    status = index.status()
    message = f"{status.contacts:,} contacts, {status.passages:,} passages, {len(status.bad_lines)} bad lines"
    if status.stale:
        return Finding(name="index", state="note", message=f"{message}; stale", hint="run `because index build`")
    if without := index.without():
        hint = "searches go on by words; put it there, or remove it from because.yml"
        return Finding(name="index", state="note", message=f"{message}; {'; '.join(without)}", hint=hint)
    unknown = strangers(here.workspace, here.catalogue, index.contact_ids)
    if unknown:
        hint = "no filter or period reaches them: load their rows, or check transcripts.key in because.yml"
        return Finding(name="index", state="note", message=f"{message}; {unknown:,} not in the warehouse", hint=hint)
    return Finding(name="index", state="ok", message=message)


def _model(here: "Opened") -> Finding:
    settings = here.workspace.config.llm
    if settings is None:
        return Finding(name="model", state="ok", message="no LLM endpoint is configured: Because runs fully offline")
    from assistant.llm_probe import probe

    found = probe(settings, here.workspace.root)
    if found.failure is not None:
        hint = f"{found.failure.hint}; until then answers come without it".lstrip("; ")
        return Finding(name="model", state="note", message=found.failure.message, hint=hint)
    ways = ", ".join(found.supported)
    return Finding(name="model", state="ok", message=f"{settings.place} answers in {found.seconds:.1f} s by {ways}")


def _show(findings: list[Finding]) -> None:
    from rich.text import Text

    signs = {"ok": ("✓", "green"), "note": ("•", "yellow"), "broken": ("✗", "bold red")}
    console = out()
    for finding in findings:
        sign, style = signs[finding.state]
        line = Text(f"{sign} ", style=style)
        line.append(f"{finding.name}: {finding.message}", style="not bold default")
        console.print(line)
        if finding.hint:
            console.print(Text(f"  {finding.hint}", style="dim"))
