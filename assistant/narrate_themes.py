"""Sentences about what customers contact us about."""

from collections.abc import Iterator

from assistant.findings import Findings
from assistant.narrate_words import about_themes, labels_of
from assistant.phrases import sentence_case, show, show_share, spoken_members
from assistant.types import Claim, ResultTable
from assistant.windows import when
from semantic_layer.query import UNKNOWN

NAMED = 3


def tell_themes(found: Findings) -> tuple[Claim, ...]:
    """Tell the leading recorded reasons, how much of it was heard, and what the conversations say."""
    table = found.table
    head = _recorded(found, table) if table and table.rows else _heard(found)
    return (head, *_rising(found), *about_themes(found))


def _recorded(found: Findings, table: ResultTable) -> Claim:
    """Name the reasons that most contacts were recorded with."""
    label = sentence_case(labels_of(found)[table.columns[0].name])
    shown = [(i, row) for i, row in enumerate(table.rows) if row[0] != UNKNOWN][:NAMED]
    named = ", ".join(f"{row[0]} ({show_share(row[2])})" for _, row in shown[1:])
    (first, row), *_ = shown or [(0, table.rows[0])]
    then = f", followed by {named}" if named else ""
    text = (
        f"{row[0]} is the most frequent {label}{_where(found)}: "
        f"{show(row[1], 'count')} contacts, {show_share(row[2])}{then}."
    )
    at = tuple(f"/table/rows/{i}/{k}" for i, _ in ((first, row), *shown[1:]) for k in (0, 1, 2))
    return Claim(text=text, figures=(*at, "/reading/window", "/reading/filters"))


def _where(found: Findings) -> str:
    members = spoken_members(found.reading.filters, labels_of(found))
    time = f" {when(found.reading.window)}" if found.reading.window else ""
    return f"{f' among {members}' if members else ''}{time}"


def _rising(found: Findings) -> Iterator[Claim]:
    """Name the reason whose share grew beyond chance the most."""
    table = found.table
    rows = [(row[2] - row[3], i) for i, row in enumerate(table.rows) if row[0] in found.grown] if table else []
    if table is None or not rows:
        return
    _, i = max(rows)
    row = table.rows[i]
    yield Claim(
        text=f"{row[0]} grew most: {show_share(row[2])} of contacts, against {show_share(row[3])} before.",
        figures=tuple(f"/table/rows/{i}/{k}" for k in (0, 2, 3)),
    )


def _heard(found: Findings) -> Claim:
    """Name the theme that most conversations carry, where no reasons are recorded."""
    theme = found.themes[0]
    text = (
        f"The most frequent theme{_where(found)} is “{theme.theme}”: "
        f"{theme.contacts:,} of {theme.of_contacts:,} conversations ({show_share(theme.share)})."
    )
    at = "/themes/0"
    pointers = (f"{at}/theme", f"{at}/contacts", f"{at}/of_contacts", f"{at}/share")
    return Claim(text=text, figures=(*pointers, "/reading/window", "/reading/filters"))
