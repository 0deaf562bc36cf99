"""`because init`: a workspace from your own files."""

from pathlib import Path
from typing import Annotated

import typer

from ui.options import JsonOption
from ui.output import emit, out
from ui.progress import progress

DirArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The new workspace folder.")]
FromOption = Annotated[
    list[Path], typer.Option("--from", metavar="FILE", help="CSV, Parquet, DuckDB or transcripts; may repeat.")
]
MoreArgument = Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="Further files.")]


def init(directory: DirArgument, files: FromOption, more: MoreArgument = None, as_json: JsonOption = False) -> None:
    """Make a workspace from your own data: tables, dimensions and starter metrics are guessed."""
    from assistant.onboarding import init_workspace

    with progress() as report:
        made = init_workspace(directory, [*files, *(more or ())], progress=report)
    if as_json:
        emit(made)
        return
    from ui.card_terminal import pairs

    console = out()
    console.print(f"Made {made.workspace}", markup=False)
    facts = [
        ("Tables", ", ".join(made.tables)),
        ("Metrics", ", ".join(made.metrics)),
        ("Dimensions", ", ".join(made.dimensions)),
        ("Transcripts", ", ".join(made.transcripts)),
    ]
    console.print(pairs([(aspect, value) for aspect, value in facts if value]))
    for item in made.checks:
        console.print(f"Check: {item}", markup=False)
    steps = ["because check", *(["because index build"] if made.transcripts else []), 'because ask "…"']
    console.print("\nNext:", *(f"\n  {step} --workspace {made.workspace}" for step in steps), markup=False)
