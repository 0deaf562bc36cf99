"""`because index forget`: erase a person from the index and from the answers that were kept."""

from typing import Annotated

import typer

from semantic_layer.errors import UserError
from ui.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from ui.output import emit, out
from ui.progress import progress

CustomerOption = Annotated[str | None, typer.Option("--customer", help="The customer's id in the warehouse.")]
ContactOption = Annotated[list[str] | None, typer.Option("--contact", help="A contact's id; repeat for several.")]


def forget(
    customer: CustomerOption = None,
    contact: ContactOption = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Erase a customer's conversations, and what answers quoted of them."""
    from assistant.erasure import contacts_of, erase
    from ui.opened import open_here

    if not customer and not contact:
        raise UserError("nobody to forget", code="usage", hint="because index forget --customer ID, or --contact ID")
    here = open_here(workspace)
    theirs = contacts_of(here.workspace, here.catalogue, customer) if customer else ()
    with progress() as report:
        done = erase(here.workspace, {*theirs, *(contact or ())}, customer=customer, progress=report)
    if as_json:
        emit(done)
        return
    console = out()
    console.print(
        f"{done.contacts:,} contacts are forgotten: {done.indexed:,} conversations left the index, "
        f"{done.answers:,} kept answers were rewritten. Later builds leave these contacts out."
    )
    for file in done.still_in:
        console.print(f"Still in the source, which is yours to change: {file}", markup=False)
