"""`because metrics` and `because check`: the dictionary and its validation."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semantic_layer.errors import BecauseError
from ui.dictionary_wire import wire
from ui.options import DEFAULT_WORKSPACE, JsonOption, RoleOption, WorkspaceOption
from ui.output import emit, err, out

if TYPE_CHECKING:
    from semantic_layer.model import MetricSpec, Version
    from semantic_layer.problems import Problem
    from ui.opened import Opened

NameArgument = Annotated[str | None, typer.Argument(metavar="[NAME]", help="One metric, in full.")]


def metrics(
    name: NameArgument = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    role: RoleOption = None,
    history: Annotated[bool, typer.Option("--history", help="Show the definitions' change log.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Write all of it as one page to browse or print.")] = False,
    to: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="With --html: where to write it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the metric dictionary with owners and change logs."""
    from ui.opened import open_here

    here = open_here(workspace).usable()
    if html or to:
        _write_page(here, role, to or workspace / "dictionary.html", as_json=as_json)
        return
    here, members = _as_seen(here, role, with_members=as_json)
    here.catalogue.permit((name,) if name else ())
    visible = tuple(m for m in here.catalogue.metrics if not m.hidden)
    chosen = (here.catalogue.metric(name),) if name else visible
    if as_json:
        emit(wire(chosen, here.catalogue, members, here.loaded.problems))
    elif name:
        _show_one(chosen[0], here, history=history)
    else:
        _show_all(chosen, history=history)
    _warn(here)


def _as_seen(here: "Opened", role: str | None, *, with_members: bool) -> "tuple[Opened, Mapping[str, Sequence[str]]]":
    """Return the workspace as a role sees it, with members; without a role, a lost warehouse costs only these."""
    limited = bool(role or here.workspace.config.default_role)
    if not limited and not with_members:
        return here, {}
    try:
        with here.access(role) as access:
            return here.with_access(access), access.values if with_members else {}
    except BecauseError:
        if limited:
            raise
        return here, {}


def _write_page(here: "Opened", role: str | None, file: Path, *, as_json: bool) -> None:
    from contextlib import nullcontext

    from assistant.files import replace_text
    from ui.dictionary_page import dictionary_page

    limited = role or here.workspace.config.default_role
    with here.access(role) if limited or here.workspace.warehouse.is_file() else nullcontext() as access:
        page, shown = dictionary_page(here, access), access.catalogue if access else here.catalogue
    replace_text(file, page)
    if as_json:
        emit({"file": file, "metrics": sum(not m.hidden for m in shown.metrics)})
    else:
        out().print(str(file), style="bold", markup=False, soft_wrap=True)
    _warn(here)


def check(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    accept: Annotated[bool, typer.Option("--accept", help="Take the definitions as they are as agreed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Validate the semantic layer and the roles against the warehouse."""
    from assistant.access import role_problems
    from semantic_layer.validate import accept as take
    from semantic_layer.validate import check as validate
    from semantic_layer.validate import read_accepted
    from ui.opened import open_here

    here = open_here(workspace)
    if accept:
        take(here.loaded, here.workspace.metrics)
    with here.engine() as engine:
        problems = validate(here.loaded, engine, accepted=read_accepted(here.workspace.metrics))
        problems = (*problems, *role_problems(here.workspace, here.catalogue, engine))
    ok = not any(p.severity == "error" for p in problems)
    if as_json:
        emit({"ok": ok, "problems": problems})
    else:
        _show_problems(problems, here)
    raise typer.Exit(0 if ok else 2)


def _show_all(chosen: "tuple[MetricSpec, ...]", *, history: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 1, 0), expand=True)
    table.add_column("Metric", no_wrap=True)
    table.add_column("Meaning", ratio=1)
    table.add_column("Owner", max_width=20)
    for metric in chosen:
        meaning = Text(metric.definition)
        for version in metric.versions if history else ():
            meaning.append(f"\nv{version.version}, {version.effective_on}: {version.reason}", style="dim")
        table.add_row(Text(metric.name, style="bold"), meaning, Text(metric.owner, style="dim"))
    out().print(table)


def _show_one(metric: "MetricSpec", here: "Opened", *, history: bool) -> None:
    from rich.text import Text

    from semantic_layer.compile import sliceable
    from ui.card_terminal import pairs

    console = out()
    console.print(Text(f"{metric.label} ({metric.name})", style="bold"))
    console.print(Text(f"{metric.definition}\n"))
    facts = [
        ("Type", metric.type.replace("_", "-")),
        ("Unit", metric.unit),
        ("Owner", metric.owner),
        ("Good is", metric.good),
        ("Also called", ", ".join(metric.synonyms)),
        ("Read with", metric.read_with or ""),
        ("Caveat", metric.caveat or ""),
        ("Can be cut by", ", ".join(sliceable(metric.name, here.catalogue))),
        *((f"Version {v.version}", _entry(v, history=history)) for v in metric.versions),
    ]
    console.print(pairs([(aspect, value) for aspect, value in facts if value]))


def _entry(version: "Version", *, history: bool) -> str:
    """Say what changed, and with the history what the metric meant since."""
    meaning = f"\n{version.definition}" if history and version.definition else ""
    return f"{version.effective_on}, {version.author}: {version.reason}{meaning}"


def _show_problems(problems: "tuple[Problem, ...]", here: "Opened") -> None:
    from rich.text import Text

    console = out()
    for p in problems:
        style = "bold red" if p.severity == "error" else "bold yellow"
        line = Text(f"{p.severity} ", style=style)
        line.append(f"{p.file}:{p.line} {p.message} [{p.code}]", style="not bold default")
        console.print(line)
        if p.hint:
            console.print(Text(f"  {p.hint}", style="dim"))
    metrics, dimensions = len(here.catalogue.metrics), len(here.catalogue.dimensions)
    errors = sum(p.severity == "error" for p in problems)
    warnings = len(problems) - errors
    console.print(Text(f"{metrics} metrics, {dimensions} dimensions: {errors} errors, {warnings} warnings"))


def _warn(here: "Opened") -> None:
    broken = [p for p in here.loaded.problems if p.severity == "error"]
    if broken:
        err().print(
            f"{len(broken)} problems in the YAML hide part of the dictionary; see: because check", style="yellow"
        )
