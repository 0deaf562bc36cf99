"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", envvar="BECAUSE_WORKSPACE", help="The workspace folder.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
WhereOption = Annotated[
    list[str] | None,
    typer.Option("--where", help="A filter 'D=a,b' or 'D!=a'; repeat it to narrow further. Values quote as in CSV."),
]
RoleOption = Annotated[str | None, typer.Option("--role", help="Ask as this role of because.yml.")]
SizeOption = Annotated[str, typer.Option("--size", help="tiny, demo or large.")]
DEFAULT_WORKSPACE = Path("workspace")
