"""The answer card in a terminal: readable at 80 columns, and without colour."""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from assistant.types import Answer, Clarification, Drivers, Outcome, Refusal, ResultTable
from indexes.types import Evidence, Theme
from ui import format as write
from ui.cuts_terminal import cuts
from ui.view import (
    REASONS,
    STATUS,
    Labels,
    change_text,
    confidence_text,
    driver_unit,
    figure_scope,
    paradoxes,
    readable,
    reading_rows,
    sentences,
    slice_text,
)

BAR = 10
MAX_ROWS = 25


def render(outcome: Outcome, labels: Labels, *, show_sql: bool = False, every_cut: bool = False) -> RenderableType:
    """Draw an outcome; `show_sql` adds the statements that were run, `every_cut` how each dimension splits a change."""
    if isinstance(outcome, Clarification):
        return _clarification(outcome)
    if isinstance(outcome, Refusal):
        return _refusal(outcome)
    parts = [_part(part, labels, show_sql=show_sql) for part in outcome.parts]
    cut = cuts(outcome, labels) if every_cut else None
    extra = list(_section("Split by each dimension", [cut] if cut else []))
    return Group(*_answer(outcome, labels, show_sql=show_sql, after_drivers=extra), *parts)


def _part(outcome: Outcome, labels: Labels, *, show_sql: bool) -> RenderableType:
    """Draw what else was asked under its own words."""
    return Group(Text(f"\n{outcome.question}", style="bold"), render(outcome, labels, show_sql=show_sql))


def _answer(
    answer: Answer, labels: Labels, *, show_sql: bool, after_drivers: Iterable[RenderableType]
) -> Iterable[RenderableType]:
    yield Panel(Text(answer.headline, style="bold"), border_style="blue", padding=(0, 1))
    yield _badges(answer)
    yield from _section("", [Text(claim.text) for claim in sentences(answer)])
    yield from _section("Figures", _figures(answer) if len(answer.figures) > 1 else [])
    yield from _section("What drove it", _drivers(answer, labels))
    yield from after_drivers
    yield from _section("What customers said", _said(answer))
    yield from _section(
        "In numbers",
        [result_table(readable(answer.table, answer.reading.grain, labels), labels)] if answer.table else [],
    )
    yield from _section("Keep in mind", [Text(f"• {text}") for text in (*answer.caveats, *answer.notes)])
    yield from _section("How I read it", [pairs(reading_rows(answer.reading, labels)), *_assumptions(answer)])
    yield from _section("Definition", _definitions(answer))
    yield from _section("Ask next", [Text(f"› {text}") for text in answer.follow_ups])
    yield from _section("SQL", _sql(answer) if show_sql else [])
    yield Text(f"\nAnswer {answer.id} · data to {write.day(answer.as_of)}", style="dim")


def _section(title: str, parts: list[RenderableType]) -> Iterable[RenderableType]:
    if not parts:
        return
    yield Text(f"\n{title}" if title else "", style="bold blue")
    yield Padding(Group(*parts), (0, 0, 0, 2))


def _badges(answer: Answer) -> Text:
    return Text(f" {STATUS[answer.status]}  ·  {confidence_text(answer.confidence)}", style="dim")


def pairs(rows: list[tuple[str, str]]) -> Table:
    """Lay out (aspect, value) rows."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for aspect, value in rows:
        table.add_row(Text(aspect), Text(value))
    return table


def _assumptions(answer: Answer) -> list[RenderableType]:
    return [Text(f"• {text}", style="dim") for text in answer.reading.assumptions]


def _figures(answer: Answer) -> list[RenderableType]:
    table = Table.grid(padding=(0, 2))
    for figure in answer.figures:
        where = ", ".join(figure_scope(figure))
        table.add_row(
            Text(figure.label), Text(where, style="dim"), Text(figure.text, style="bold"), change_text(figure)
        )
    return [table]


def _drivers(answer: Answer, labels: Labels) -> list[RenderableType]:
    if answer.drivers is None or not (answer.drivers.segments or answer.drivers.definitional_change):
        return []
    unit = driver_unit(answer)
    parts: list[RenderableType] = [_driver_table(answer.drivers, unit)]
    parts += [Text(f"• {labels[p.dimension]}: {p.text}") for p in paradoxes(answer)]
    return parts


def _driver_table(drivers: Drivers, unit: str | None) -> Table:
    rest = {
        "Everything else": drivers.other,
        "Change of definition": drivers.definitional_change,
        "Unexplained": drivers.unexplained,
    }
    largest = max((abs(s.contribution) for s in drivers.segments), default=0.0)
    largest = max(largest, *(abs(v) for v in rest.values()), 1e-300)
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", ratio=1)
    table.add_column(width=BAR, no_wrap=True)
    for _ in range(2):
        table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True, style="dim")
    for s in drivers.segments:
        moved = f"{write.number(s.value_before, unit)} → {write.number(s.value_now, unit)}"
        table.add_row(
            Text(slice_text(s.filters)),
            *_amount(s.contribution, unit, largest),
            write.percent(s.share_of_change),
            moved,
        )
    for label, amount in rest.items():
        if abs(amount) > 1e-12:
            table.add_row(Text(label, style="dim"), *_amount(amount, unit, largest), "", "")
    table.add_row(
        Text("Total change", style="bold"), "", Text(write.change(drivers.total_change, unit), style="bold"), "", ""
    )
    return table


def _amount(amount: float, unit: str | None, largest: float) -> tuple[Text, Text]:
    cells = max(1, round(abs(amount) / largest * BAR))
    style = "dark_orange3" if amount > 0 else "dodger_blue2"
    glyph = "█" if amount > 0 else "░"
    return Text(glyph * cells, style=style), Text(write.change(amount, unit))


def _said(answer: Answer) -> list[RenderableType]:
    said: list[RenderableType] = [_theme(theme) for theme in answer.themes]
    return [*said, quotes(answer.evidence)] if answer.evidence else said


def quotes(passages: Sequence[Evidence]) -> RenderableType:
    """Lay out passages with their citations."""
    return Group(*(_quote(item) for item in passages))


def _theme(theme: Theme) -> Text:
    text = Text("• ")
    text.append(theme.theme, style="bold")
    text.append(f": {theme.contacts} of {theme.of_contacts} contacts ({write.percent(theme.share)}")
    text.append(f", {write.percent(theme.ci[0])} to {write.percent(theme.ci[1])})", style="dim")
    for share, against in ((theme.share_before, "before"), (theme.share_elsewhere, "elsewhere")):
        if share is not None:
            text.append(f", {write.percent(share)} {against}", style="dim")
    return text


def _quote(item: Evidence) -> RenderableType:
    text = Text(f"“{write.clean(item.quote)}”", style="italic")
    when = f", {write.moment(item.occurred_at)}" if item.occurred_at else ""
    against = ", on the other hand" if item.stance == "counters" else ""
    text.append(f"\n— {item.speaker} [{item.citation}]{when}{against}", style="not italic dim")
    return Padding(text, (1, 0, 0, 2))


def result_table(result: ResultTable, labels: Labels) -> RenderableType:
    """Lay out a result, cut to what a screen holds; a single measure gets bars."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    shown = result.rows[:MAX_ROWS]
    for column in result.columns:
        table.add_column(labels[column.name], justify="right" if column.unit else "left", overflow="fold")
    bars = _bars(result, shown)
    if bars:
        table.add_column("", width=BAR, no_wrap=True, style="dodger_blue2")
    for row, bar in zip(shown, bars or [()] * len(shown), strict=True):
        cells = (Text(write.clean(write.cell(v, c.unit))) for v, c in zip(row, result.columns, strict=True))
        table.add_row(*cells, *bar)
    hidden = len(result.rows) - MAX_ROWS
    return Group(table, Text(f"… and {hidden:,} more rows (--json has them all)", style="dim")) if hidden > 0 else table


def _bars(result: ResultTable, rows: Sequence[tuple[object, ...]]) -> list[tuple[str, ...]]:
    measures = [place for place, column in enumerate(result.columns) if column.unit]
    if len(measures) != 1 or len(rows) < 2:
        return []
    values = [row[measures[0]] for row in rows]
    numbers = [float(v) if isinstance(v, int | float) else 0.0 for v in values]
    if min(numbers) < 0 or not max(numbers):
        return []
    return [("█" * max(1, round(n / max(numbers) * BAR)) if n else "",) for n in numbers]


def _definitions(answer: Answer) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for d in answer.definitions:
        changed = f", changed {write.day(d.changed_on)}" if d.changed_on else ""
        text = Text(d.label, style="bold")
        text.append(f": {d.definition}", style="not bold")
        text.append(f"\nOwner: {d.owner} · version {d.version}{changed}", style="not bold dim")
        if d.caveat:
            text.append(f"\nCaveat: {d.caveat}", style="not bold dim")
        parts.append(text)
    return parts


def _sql(answer: Answer) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for query in answer.queries:
        parts.append(Text(f"-- {query.purpose} ({query.rows:,} rows, {query.ms:.0f} ms)", style="dim"))
        parts.append(Text(query.sql + "\n"))
    return parts


def _clarification(outcome: Clarification) -> RenderableType:
    options = [Text(f"{n}. {o.label}\n   because ask {o.question!r}") for n, o in enumerate(outcome.options, 1)]
    return Panel(
        Group(Text(outcome.why, style="bold"), Text(""), *options), title="Which do you mean?", border_style="yellow"
    )


def _refusal(outcome: Refusal) -> RenderableType:
    nearest = [Text(f"› {text}") for text in outcome.nearest]
    lead = [Text("\nThis workspace can answer:", style="dim")] if nearest else []
    return Panel(
        Group(Text(outcome.message, style="bold"), *lead, *nearest),
        title=REASONS[outcome.reason],
        border_style="yellow",
    )
