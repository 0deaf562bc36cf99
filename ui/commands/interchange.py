"""`because import` and `because export`: definitions from and for dbt and Apache Ossie."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semantic_layer.errors import UserError
from ui.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from ui.output import emit, out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantic_layer.interchange import Carried, Lost
    from ui.opened import Opened

SourcesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE…", help="YAML of dbt or Ossie, a semantic_manifest.json, or a folder.")
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Put them in the place of the dictionary there is; the old one is kept aside.")
]
ToArgument = Annotated[str, typer.Option("--to", help="dbt or ossie.")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it.")]
TOOLS = ("dbt", "ossie")


def import_(
    sources: SourcesArgument,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    replace: ReplaceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Bring metrics of dbt or Apache Ossie into this dictionary; what cannot be carried over is listed."""
    from semantic_layer.interchange import import_definitions
    from ui.opened import open_here

    here = open_here(workspace)
    carried = _settled(import_definitions(sources), here, replace=replace)
    file = _write(carried, here, sources[0], replace=replace)
    names = {kind: [s["name"] for s in getattr(carried, kind)] for kind in ("tables", "dimensions", "metrics")}
    if as_json:
        emit({"file": file, **names, "lost": carried.lost})
        return
    console = out()
    console.print(f"Wrote {file}: {_counted(carried)}.", markup=False, soft_wrap=True)
    _show_lost(carried.lost)
    console.print("\nNext:\n  because check", markup=False)


def export(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    to: ToArgument = "ossie",
    file: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write this dictionary for dbt or Apache Ossie; what they have no word for is listed."""
    import yaml

    from assistant.files import replace_text
    from semantic_layer.interchange import to_dbt, to_ossie
    from ui.opened import open_here

    if to not in TOOLS:
        raise UserError(f"'{to}' is not known", code="unknown_format", hint=f"known: {', '.join(TOOLS)}")
    here = open_here(workspace).usable()
    name = here.workspace.config.name
    document, lost = to_dbt(here.catalogue) if to == "dbt" else to_ossie(here.catalogue, name=name)
    target = file or workspace / f"{to}.yml"
    replace_text(target, yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110))
    if as_json:
        emit({"file": target, "format": to, "lost": lost})
        return
    out().print(f"Wrote {target}", markup=False, soft_wrap=True)
    _show_lost(lost)


def _settled(carried: "Carried", here: "Opened", *, replace: bool) -> "Carried":
    """Hold what was carried over against the warehouse and the names that are taken."""
    from semantic_layer.interchange import settled
    from semantic_layer.validate import check
    from semantic_layer.validate.schema import schema_of

    taken = {f"{k}:{s['name']}" for k in ("table", "dimension", "metric") for s in getattr(carried, f"{k}s")}
    clash = sorted(taken & here.loaded.sources.keys())
    if clash and not replace:
        named = ", ".join(c.replace(":", " ") for c in clash[:5])
        raise UserError(
            f"the dictionary has these already: {named}", code="name_taken", hint="rename them or --replace"
        )
    with here.engine() as engine:
        return settled(carried, schema_of(engine), lambda loaded: check(loaded, engine))


def _write(carried: "Carried", here: "Opened", source: Path, *, replace: bool) -> Path:
    """Write the file; a dictionary it replaces is moved aside whole."""
    from assistant.files import replace_text
    from semantic_layer.interchange.settle import text_of

    folder = here.workspace.metrics
    file = folder / f"{source.stem}.yml"
    if not replace and file.exists():
        raise UserError(f"{file} exists", code="file_exists", hint="rename the file that is imported, or --replace")
    if replace and folder.is_dir():
        aside = folder.with_name(f"{folder.name}.before-import")
        if aside.exists():
            raise UserError(
                f"{aside} exists", code="file_exists", hint="it holds a dictionary replaced before: move it"
            )
        folder.rename(aside)
    replace_text(file, text_of(carried))
    return file


def _counted(carried: "Carried") -> str:
    kinds = ("tables", "dimensions", "metrics")
    return ", ".join(f"{len(getattr(carried, kind))} {kind}" for kind in kinds)


def _show_lost(lost: "Iterable[Lost]") -> None:
    console = out()
    for item in lost:
        place = f"{item.file}:{item.line} " if item.file else ""
        head = "Differs" if item.partly else "Not carried over"
        console.print(f"{head}: {place}{item.name}: {item.reason}", markup=False, soft_wrap=True)
