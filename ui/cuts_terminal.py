"""Every dimension's split in a terminal: small bars of all members on one scale."""

from rich.table import Table
from rich.text import Text

from assistant.types import Answer
from ui import format as write
from ui.multiples import Panel, Row, multiples
from ui.view import Labels, driver_unit, slice_text

WIDTH = 16


def cuts(answer: Answer, labels: Labels) -> Table | None:
    """Lay out the largest contributions of each dimension's members; None where the change was not split."""
    panels = multiples(answer)
    if not panels:
        return None
    table = Table.grid(padding=(0, 1))
    table.add_column(overflow="ellipsis", no_wrap=True, ratio=1)
    table.add_column(width=WIDTH, no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True, style="dim")
    unit = driver_unit(answer)
    for panel in panels:
        _add(table, panel, labels, unit)
    return table


def _add(table: Table, panel: Panel, labels: Labels, unit: str | None) -> None:
    """Add a dimension's name and its rows; the bar stands left or right of the common zero."""
    hidden = f" (and {panel.hidden:,} more)" if panel.hidden else ""
    table.add_row(Text(f"{labels[panel.dimension]}{hidden}", style="bold"), "", "", "")
    for row in panel.rows:
        one = row.segment
        known = one.value_before is not None or one.value_now is not None
        moved = f"{write.number(one.value_before, unit)} → {write.number(one.value_now, unit)}" if known else ""
        table.add_row(f"  {slice_text(one.filters)}", _bar(row), write.change(one.contribution, unit), moved)


def _bar(row: Row) -> Text:
    left, long = round(row.left / 100 * WIDTH), max(1, round(row.width / 100 * WIDTH))
    grows = row.segment.contribution > 0
    cells = " " * min(left, WIDTH - long) + ("█" if grows else "░") * long
    return Text(cells, style="dark_orange3" if grows else "dodger_blue2")
