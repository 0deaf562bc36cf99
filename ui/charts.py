"""Charts of a card: drivers as a waterfall, trends as lines, breakdowns as bars."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.types import Answer, ResultTable
from ui import format as write
from ui.view import Labels, driver_unit, slice_text, waterfall

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

INK, MUTED, RULE = "#1f2933", "#616e7c", "#e4e7eb"
UP, DOWN, TOTAL = "#c8693a", "#2f6f9f", "#52606d"
LINES = ("#2f6f9f", "#c8693a", "#4f8a6b", "#8a5fa8", "#b08a2e", "#52606d")
BAND = "rgba(47, 111, 159, 0.18)"
FONT = "Liberation Sans, Arial, sans-serif"
MAX_BARS = 15


def chart(answer: Answer, labels: Labels) -> "Figure | None":
    """Return the chart that suits an answer, or nothing where a number says it all."""
    if answer.drivers is not None and answer.drivers.segments:
        return drivers_chart(answer)
    if answer.table is None or len(answer.table.rows) < 2:
        return None
    names = [column.name for column in answer.table.columns]
    measures = [i for i, column in enumerate(answer.table.columns) if column.unit]
    dimensions = [i for i, name in enumerate(names) if name != "period" and i not in measures]
    if not measures or len(dimensions) > 1:
        return None
    if "period" in names:
        return _trend(answer.table, names.index("period"), dimensions, measures[0], labels)
    return _bars(answer.table, dimensions[0], measures[0], labels) if dimensions else None


def drivers_chart(answer: Answer) -> "Figure":
    """Draw the change as a waterfall from the baseline to the value."""
    import plotly.graph_objects as go

    unit = driver_unit(answer)
    steps = waterfall(answer)
    start = next((s.amount for s in steps if s.role == "start"), 0.0)
    parts = [s for s in steps if s.role in ("part", "rest")]
    total = sum(s.amount for s in parts)
    end = next((f"{s.label}<br>{write.number(s.amount, unit)}" for s in steps if s.role == "end"), "Total change")
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            base=start,
            measure=["relative"] * len(parts) + ["total"],
            y=[_wrap(s.label) for s in parts] + [end],
            x=[s.amount for s in parts] + [total],
            text=[_short(s.amount, unit) for s in parts] + [_short(total, unit)],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="y+text",
            increasing={"marker": {"color": UP}},
            decreasing={"marker": {"color": DOWN}},
            totals={"marker": {"color": TOTAL}},
            connector={"line": {"color": RULE, "width": 1}},
        )
    )
    before = next((f"{s.label}: {write.number(s.amount, unit)}" for s in steps if s.role == "start"), "")
    figure.add_vline(
        x=start,
        line={"color": MUTED, "width": 1, "dash": "dot"},
        annotation={"text": before, "font": {"size": 12, "color": MUTED}, "yshift": 4},
        annotation_position="top",
    )
    _style(figure, rows=len(parts) + 1)
    figure.update_layout(margin={"t": 28})
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(range=_span(start, [s.amount for s in parts]), **_axis(unit))
    return figure


def _short(amount: float, unit: str | None) -> str:
    return write.change(amount, unit).replace(" points", " pp")


def _span(start: float, amounts: Sequence[float]) -> list[float]:
    """Leave room beside the outermost bars for their labels."""
    level, levels = start, [start]
    for amount in amounts:
        level += amount
        levels.append(level)
    low, high = min(levels), max(levels)
    room = (high - low or abs(start) or 1.0) * 0.5
    return [low - room * (0.9 if min(amounts, default=0) < 0 else 0.2), high + room]


def _trend(table: ResultTable, period: int, dimensions: list[int], measure: int, labels: Labels) -> "Figure":
    import plotly.graph_objects as go

    unit = table.columns[measure].unit
    series: dict[str, list[tuple[Any, float]]] = {}
    for row in table.rows:
        name = str(row[dimensions[0]]) if dimensions else labels[table.columns[measure].name]
        if row[measure] is not None:
            series.setdefault(name, []).append((row[period], float(row[measure])))
    largest = sorted(series, key=lambda name: -abs(series[name][-1][1]))[: len(LINES)]
    figure = go.Figure()
    for name, colour in zip(largest, LINES, strict=False):
        points = sorted(series[name], key=lambda point: str(point[0]))
        figure.add_scatter(
            x=[p for p, _ in points],
            y=[v for _, v in points],
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            text=[write.number(v, unit) for _, v in points],
            hovertemplate="%{x}<br>%{text}<extra>%{fullData.name}</extra>",
        )
    if not dimensions:
        _band(figure, table, period)
    _style(figure, height=300)
    figure.update_layout(showlegend=len(largest) > 1, legend={"orientation": "h", "y": 1.12, "x": 0})
    figure.update_xaxes(showgrid=False, type="date" if _dated(table, period) else "category")
    figure.update_yaxes(rangemode="tozero", **_axis(unit))
    return figure


def _band(figure: "Figure", table: ResultTable, period: int) -> None:
    """Shade what a forecast leaves open, between the columns `low` and `high`."""
    names = [column.name for column in table.columns]
    if not {"low", "high"} <= set(names):
        return
    low, high = names.index("low"), names.index("high")
    rows = sorted((row for row in table.rows if row[low] is not None), key=lambda row: str(row[period]))
    days = [row[period] for row in rows]
    bare: dict[str, Any] = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=days, y=[row[high] for row in rows], **bare)
    figure.add_scatter(x=days, y=[row[low] for row in rows], fill="tonexty", fillcolor=BAND, **bare)
    if days:
        figure.add_vline(x=days[0], line={"color": MUTED, "width": 1, "dash": "dot"})


def _dated(table: ResultTable, period: int) -> bool:
    first = table.rows[0][period]
    if isinstance(first, date):
        return True
    try:
        date.fromisoformat(str(first)[:10])
    except ValueError:
        return False
    return True


def _bars(table: ResultTable, dimension: int, measure: int, labels: Labels) -> "Figure":
    import plotly.graph_objects as go

    unit = table.columns[measure].unit
    rows = [row for row in table.rows if row[measure] is not None][:MAX_BARS]
    values = [float(row[measure]) for row in rows]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=[_wrap(str(row[dimension])) for row in rows],
            x=values,
            text=[write.number(value, unit) for value in values],
            textposition="outside",
            cliponaxis=False,
            marker={"color": LINES[0]},
            hovertemplate="%{y}: %{text}<extra></extra>",
            name=labels[table.columns[measure].name],
        )
    )
    _style(figure, rows=len(rows))
    figure.update_yaxes(autorange="reversed", type="category")
    high, low = max([*values, 0.0]), min([*values, 0.0])
    room = (high - low or 1.0) * 0.3
    figure.update_xaxes(range=[low - room if low < 0 else 0, high + room], **_axis(unit))
    return figure


def _style(figure: "Figure", *, rows: int = 0, height: int = 0) -> None:
    figure.update_layout(
        height=height or 62 + 40 * rows,
        margin={"l": 8, "r": 12, "t": 10, "b": 8},
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        bargap=0.35,
        dragmode=False,
        hoverlabel={"font": {"family": FONT}},
    )
    figure.update_xaxes(
        fixedrange=True, gridcolor=RULE, zeroline=False, automargin=True, tickfont={"color": MUTED, "size": 12}
    )
    figure.update_yaxes(fixedrange=True, gridcolor=RULE, zeroline=False, automargin=True, showgrid=not rows)
    figure.update_yaxes(ticks="", ticklabelstandoff=8)


def _axis(unit: str | None) -> dict[str, Any]:
    if unit == "ratio":
        return {"tickformat": ".3~%", "nticks": 6}
    if unit and len(unit) == 3 and unit.isupper():
        return {"tickformat": ",.3~s", "nticks": 6, "ticksuffix": f" {unit}"}
    return {
        "tickformat": ",.4~g" if unit != "count" else ",",
        "nticks": 6,
        "ticksuffix": " s" if unit == "seconds" else "",
    }


def _wrap(label: str, width: int = 18) -> str:
    lines = [""]
    for word in label.replace("<", "&lt;").split(" "):
        if lines[-1] and len(lines[-1]) + len(word) + 1 > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def caption(answer: Answer, labels: Labels) -> str:
    """Say in a sentence what the chart shows, for those who cannot see it."""
    if answer.drivers is not None and answer.drivers.segments:
        unit = driver_unit(answer)
        lead = max(answer.drivers.segments, key=lambda s: abs(s.contribution))
        return (
            f"Waterfall of the change of {write.change(answer.drivers.total_change, unit)}; the largest part is "
            f"{slice_text(lead.filters)} with {write.change(lead.contribution, unit)}."
        )
    names = ", ".join(labels[m] for m in answer.reading.metrics)
    return f"Chart of {names}; the same numbers are below, under Rows."
