"""Which days a measure reads for a period: those of the period, of an earlier one, or a run of days up to its end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from semantic_layer.calendar import period_end, period_start, shift
from semantic_layer.errors import UserError
from semantic_layer.query import Grain, TimeWindow
from semantic_layer.spans import DAY, NO_SPAN, Span

_MONTHS: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}


@dataclass(frozen=True, slots=True)
class Frame:
    """Shifts a period back by `offset`; a `running` one reads its last `window`, or `to_date`, or all until then."""

    offset: Span = NO_SPAN
    running: bool = False
    window: Span | None = None
    to_date: Grain | None = None

    def __bool__(self) -> bool:
        return self.running or bool(self.offset)

    def days(self, window: TimeWindow, year_start: int) -> TimeWindow:
        """Return the days that are read for a window."""
        end = self.offset.before_end(window.end)
        if not self.running:
            return TimeWindow(start=self.offset.before(window.start), end=end)
        if self.window is not None:
            return TimeWindow(start=self.window.before_end(end) + DAY, end=end)
        return TimeWindow(start=period_start(end, self.to_date, year_start) if self.to_date else date.min, end=end)

    def suffix(self) -> str:
        """Name what is read, for the name of a scan."""
        parts = []
        if self.running:
            length = f"last_{self.window}" if self.window else f"{self.to_date}_to_date" if self.to_date else "so_far"
            parts.append(length)
        if self.offset:
            parts.append(f"{self.offset}_earlier")
        return "_".join(parts).replace(" ", "_")

    def text(self) -> str:
        """Say what is read, after a metric's name."""
        length = ""
        if self.running and self.window:
            length = f"the {self.window} up to the end of each period"
        elif self.running and self.to_date:
            length = f"the {self.to_date.replace('_', ' ')} to the end of each period"
        elif self.running:
            length = "everything up to the end of each period"
        if not self.offset:
            return length
        return f"{length}, {self.offset} earlier" if length else f"the same period {self.offset} earlier"


def require_frame(frame: Frame, name: str, window: TimeWindow | None, grain: Grain | None, *, monthly: bool) -> None:
    """Raise UserError (needs_window, bad_offset, grain_too_fine) for a frame that a query cannot fill."""
    if not frame:
        return
    bounded = bool(frame.offset or frame.window or frame.to_date)
    if window is None and (bounded or grain):
        raise UserError(
            f"metric '{name}' reads {frame.text()}, and no period is named",
            code="needs_window",
            hint="name the first and last day",
        )
    if monthly and (frame.offset.days or (frame.window and frame.window.days)):
        raise UserError(
            f"metric '{name}' reads {frame.text()}, but its table holds one row a month",
            code="grain_too_fine",
            hint="write the length in months or years",
        )
    if grain and frame.offset and not _divides(grain, frame.offset):
        raise UserError(
            f"metric '{name}' looks {frame.offset} back, which is no whole number of {grain.replace('_', ' ')}s",
            code="bad_offset",
            hint="use a shorter grain" if frame.offset.months else "use the grain day, or week for whole weeks",
        )


def periods(frame: Frame, window: TimeWindow, grain: Grain, year_start: int) -> Iterator[tuple[date, TimeWindow]]:
    """Yield the start of each period of a window with the days read for it."""
    start = period_start(window.start, grain, year_start)
    while start <= window.end:
        end = min(period_end(start, grain, year_start), window.end)
        yield start, frame.days(TimeWindow(start=start, end=end), year_start)
        start = shift(start, grain, 1)


def _divides(grain: Grain, offset: Span) -> bool:
    if grain in _MONTHS:
        return not offset.days and offset.months % _MONTHS[grain] == 0
    return not offset.months and (grain == "day" or offset.days % 7 == 0)
