"""`because redact`: what would be hidden in a file, before anything is stored."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from ui.output import emit, out

if TYPE_CHECKING:
    from assistant.redaction import Shown

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A transcript or any text file.")]
RevealOption = Annotated[bool, typer.Option("--reveal", help="Show what each placeholder stands for.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="How many conversations to show.")]


def redact(
    file: FileArgument,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    reveal: RevealOption = False,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """Show what would be hidden in a file; nothing is written."""
    from assistant.redaction import show

    shown, bad = show(file, workspace)
    kinds = Counter(span.kind for contact in shown for turn in contact.turns for span in turn.spans)
    if as_json:
        emit(
            {
                "contacts": len(shown),
                "turns": sum(len(contact.turns) for contact in shown),
                "hidden": dict(sorted(kinds.items())),
                "redacted": [_wire(contact, reveal=reveal) for contact in shown],
                "bad_lines": bad,
            }
        )
        return
    console = out()
    for contact in shown[:limit]:
        console.print(f"\n{contact.contact_id}", style="bold", markup=False)
        for turn in contact.turns:
            console.print(f"  {turn.speaker}: {turn.redacted}", markup=False)
            for span in turn.spans if reveal else ():
                console.print(f"      {span.kind}: {turn.text[span.start : span.end]}", style="dim", markup=False)
    if len(shown) > limit:
        console.print(f"\n… and {len(shown) - limit:,} more conversations (--limit)")
    counts = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common()) or "nothing"
    console.print(f"\n{len(shown):,} conversations; hidden: {counts}", markup=False)
    for line in bad[:20]:
        console.print(f"skipped {line.file}:{line.line}: {line.reason}", markup=False)


def _wire(contact: "Shown", *, reveal: bool) -> dict[str, Any]:
    """Offsets are into the turn's text in the file; the text itself is given only when asked for."""
    turns = []
    for turn in contact.turns:
        spans = [
            {"start": s.start, "end": s.end, "kind": s.kind} | ({"text": turn.text[s.start : s.end]} if reveal else {})
            for s in turn.spans
        ]
        turns.append({"turn": turn.number, "speaker": turn.speaker, "text": turn.redacted, "spans": spans})
    return {"contact_id": contact.contact_id, "turns": turns}
