"""`because index` and `because search`: what customers said."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from semantic_layer.errors import UserError
from ui.options import DEFAULT_WORKSPACE, JsonOption, RoleOption, WhereOption, WorkspaceOption
from ui.output import emit, out
from ui.progress import progress

if TYPE_CHECKING:
    from assistant.access import Access
    from assistant.protocols import EvidenceSearch
    from assistant.workspace import Workspace
    from semantic_layer.query import Filter
    from ui.opened import Opened

app = typer.Typer(help="Build the transcript index or look at it.", no_args_is_help=True)
TextArgument = Annotated[str, typer.Argument(metavar="TEXT", help="What to look for, in your own words.")]
CountOption = Annotated[int, typer.Option("--k", min=1, max=200, help="How many passages.")]


@app.command("build")
def build(workspace: WorkspaceOption = DEFAULT_WORKSPACE, as_json: JsonOption = False) -> None:
    """Redact and index the transcripts; only what changed is read again."""
    from assistant.corpus import build_corpus
    from ui.opened import open_here

    here = open_here(workspace)
    with progress() as report:
        built = build_corpus(here.workspace, progress=report)
    if as_json:
        emit(built)
        return
    console = out()
    console.print(
        f"{built.contacts:,} contacts, {built.passages:,} passages: {built.added:,} added, {built.updated:,} updated, "
        f"{built.removed:,} removed; {built.redactions:,} personal details hidden"
    )
    for note in built.notes:
        console.print(note, markup=False)
    for line in built.bad_lines[:20]:
        console.print(f"skipped {line.file}:{line.line}: {line.reason}", markup=False)


@app.command("status")
def status(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE, role: RoleOption = None, as_json: JsonOption = False
) -> None:
    """Say what the index holds and whether it is stale."""
    from assistant.corpus import strangers
    from ui.opened import open_here

    here = open_here(workspace)
    with _listening(here, role) as (access, index):
        found = access.evidence(here.workspace, index).status() if access else index.status()
        # Contacts that the warehouse does not know are nobody's, so a role is told of none.
        told = access is None and here.workspace.warehouse.is_file()
        unknown = strangers(here.workspace, here.catalogue, index.contact_ids) if told else 0
    if as_json:
        emit(
            {
                "contacts": found.contacts,
                "passages": found.passages,
                "stale": found.stale,
                "bad_lines": len(found.bad_lines),
                "problems": found.bad_lines,
                "not_in_warehouse": unknown,
            }
        )
        return
    state = "stale: run `because index build`" if found.stale else "up to date"
    out().print(f"{found.contacts:,} contacts, {found.passages:,} passages, {state}", markup=False)
    if unknown:
        out().print(f"{unknown:,} of them are not in the warehouse: no filter or period reaches what they say")
    for line in found.bad_lines[:20]:
        out().print(f"skipped {line.file}:{line.line}: {line.reason}", markup=False)


@app.command("themes")
def themes(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE, role: RoleOption = None, as_json: JsonOption = False
) -> None:
    """List the themes found, with the ids that `transcripts: themes` of because.yml speaks of."""
    from assistant.corpus import open_index
    from ui.opened import open_here

    here = open_here(workspace)
    index = open_index(here.workspace)
    with here.access(role) as access:
        found = access.themes(here.workspace, index)
        agreed = access.agreement(here.workspace, index)
    if as_json:
        emit({"themes": found, "agreement": agreed})
        return
    for theme in found:
        told = "" if theme.precision is None else f"  told right {theme.precision:4.0%}, found {theme.recall or 0:4.0%}"
        out().print(f"{', '.join(theme.ids):8} {theme.contacts:7,}{told}  {theme.name}", markup=False)
    if agreed:
        out().print(
            f"Agreement with the recorded {agreed.dimension} of {agreed.contacts:,} contacts: NMI {agreed.nmi:.2f}; "
            f"{agreed.share:.0%} have the {agreed.dimension} that leads in their theme "
            f"({agreed.most_frequent:.0%} would with one theme for all)",
            markup=False,
        )


@contextmanager
def _listening(
    here: "Opened", role: str | None, *, narrowed: bool = False
) -> "Iterator[tuple[Access | None, EvidenceSearch]]":
    """Open the index, and the warehouse where a role or filters narrow what may be heard."""
    from assistant.corpus import open_index

    index = open_index(here.workspace)
    if narrowed or role or here.workspace.config.default_role:
        with here.access(role) as access:
            yield access, index
    else:
        yield None, index


@app.command("scores")
def scores(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE, role: RoleOption = None, as_json: JsonOption = False
) -> None:
    """Say how well each score learned from transcripts tells what it was taught."""
    from assistant.scoring import score_cards
    from ui.opened import open_here

    here = open_here(workspace)
    if role or here.workspace.config.default_role:
        with here.access(role) as access:
            cards = access.cards(here.workspace)
    else:
        cards = score_cards(here.workspace)
    if as_json:
        emit({"scores": cards})
        return
    for card in cards:
        told = (
            card.refused
            or f"AUC {card.auc:.2f} on later contacts, Brier {card.brier:.3f} against {card.brier_base:.3f}; "
            f"{f'drifts: {card.drift}' if card.drift else 'no drift found'}"
        )
        out().print(f"{card.name}: taught by {card.contacts:,} contacts; {told}", markup=False)
    if not cards:
        out().print("No scores: name metrics or members in because.yml under transcripts: scores, and build the index")


def search(
    text: TextArgument,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    where: WhereOption = None,
    role: RoleOption = None,
    k: CountOption = 8,
    as_json: JsonOption = False,
) -> None:
    """Find passages that say something, with citations."""
    from ui.conditions import parse_where
    from ui.opened import open_here

    if not text.strip():
        raise UserError(
            "nothing to look for", code="empty_text", hint='write some words: because search "late delivery"'
        )
    filters = parse_where(where)
    here = open_here(workspace)
    with _listening(here, role, narrowed=bool(filters)) as (access, index):
        own = access.evidence(here.workspace, index) if access else index
        contacts = _contacts(here.workspace, access, filters) if access and filters else None
        passages, notes = own.search(text, contact_ids=contacts, k=k), own.notes
    if as_json:
        emit({"passages": passages, "notes": notes})
        return
    from ui.card_terminal import quotes

    console = out()
    for note in notes:
        console.print(note, markup=False)
    console.print(quotes(passages) if passages else "No passage says that. Try other words or fewer filters.")


def _contacts(workspace: "Workspace", access: "Access", filters: "tuple[Filter, ...]") -> frozenset[str]:
    """Return the ids of the contacts in a slice, chosen by the warehouse."""
    from semantic_layer.compile import compile_keys
    from ui.opened import check_members

    settings = workspace.config.transcripts
    if settings is None or settings.table is None:
        raise UserError(
            "these transcripts are tied to no table, so they cannot be filtered",
            code="no_contact_table",
            hint="name it in because.yml under transcripts: table and key",
        )
    check_members(filters, access)
    keys = compile_keys(access.catalogue, table=settings.table, key=settings.key, filters=filters, window=None)
    return frozenset(str(value) for value in access.engine.run(keys, max_rows=50_000_000).data[0])
