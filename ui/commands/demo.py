"""`because demo`: the simulated contact centre, built once and opened."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semantic_layer.errors import UserError, did_you_mean
from ui.options import DEFAULT_WORKSPACE, JsonOption, SizeOption, WorkspaceOption
from ui.output import emit, err
from ui.progress import Report, progress

if TYPE_CHECKING:
    from assistant.workspace import Workspace

SIZES = ("tiny", "demo", "large")
AS_OF = "2026-10-31"
ScenarioOption = Annotated[Path | None, typer.Option("--scenario", metavar="FILE", help="A scenario of your own.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Another seed, another company.")]
AsOfOption = Annotated[str, typer.Option("--as-of", metavar="DAY", help="The last day of the data.")]
PortOption = Annotated[int | None, typer.Option("--port", help="Port of the page; default: the first free from 7860.")]


def demo(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    size: SizeOption = "demo",
    scenario: ScenarioOption = None,
    seed: SeedOption = 7,
    as_of: AsOfOption = AS_OF,
    port: PortOption = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Build, but do not open the page.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make the demo workspace (what is built is kept), then open the app."""
    from assistant.workspace import open_workspace
    from evals.world.demo import make_demo
    from ui.conditions import parse_day

    if size not in SIZES:
        raise UserError(f"unknown size '{size}'", code="unknown_size", hint=did_you_mean(size, SIZES))
    with progress() as report:
        built = make_demo(
            workspace, size=size, seed=seed, scenario=scenario, as_of=parse_day(as_of, "--as-of"), progress=report
        )
        place = open_workspace(workspace)
        indexed = _index(place, report)
    if as_json:
        emit({"workspace": workspace, "built": built, "indexed": indexed, "size": size, "seed": seed})
    else:
        err().print(f"{'Built' if built else 'Already built:'} {workspace}", markup=False)
    if not no_serve:
        from ui.commands.serve import open_page

        open_page(workspace, host="127.0.0.1", port=port)


def _index(place: "Workspace", report: Report) -> bool:
    """Index the transcripts unless that is done; tell whether there was work."""
    from assistant.corpus import build_corpus, transcript_files
    from indexes.search import TranscriptIndex

    if not transcript_files(place):
        return False
    try:
        if not TranscriptIndex.open(place.index).status().stale:
            return False
    except UserError:
        pass
    build_corpus(place, progress=report)
    return True
