"""Progress of long work on stderr: a bar on a terminal, a line a second elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from ui.output import err

Report = Callable[[str, int, int], None]
QUIET_SECONDS = 1.0
LONG_SECONDS = 10.0


class Pace:
    """How fast a stage goes and how long it will take."""

    def __init__(self) -> None:
        self._stage, self._began, self._first = "", 0.0, 0

    def __call__(self, stage: str, done: int, total: int) -> str:
        """Give "1,200/s, 14 s left", or nothing while it is too early to say."""
        if stage != self._stage or done < self._first:
            self._stage, self._began, self._first = stage, monotonic(), done
        seconds = monotonic() - self._began
        if seconds < QUIET_SECONDS or done <= self._first:
            return ""
        rate = (done - self._first) / seconds
        return f"{rate:,.0f}/s, {max(total - done, 0) / rate:,.0f} s left"


@contextmanager
def progress() -> Iterator[Report]:
    """Yield a function `report(stage, done, total)` that shows what is being waited for."""
    console = err()
    if not console.is_terminal:
        yield _lines()
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    text = (TextColumn("{task.description:<36}"), TextColumn("{task.fields[pace]}"))
    columns = (SpinnerColumn(), text[0], BarColumn(bar_width=28), TimeElapsedColumn(), text[1])
    with Progress(*columns, console=console, transient=True) as bar:
        task, pace = bar.add_task("Starting", total=None, pace=""), Pace()

        def report(stage: str, done: int, total: int) -> None:
            bar.update(task, description=stage, completed=done, total=total or None, pace=pace(stage, done, total))

        yield report


def _lines() -> Report:
    console = err()
    stage_shown, shown_at, pace = "", -QUIET_SECONDS, Pace()

    def report(stage: str, done: int, total: int) -> None:
        nonlocal stage_shown, shown_at
        told, waited = pace(stage, done, total), monotonic() - shown_at
        if (stage != stage_shown and waited >= QUIET_SECONDS) or waited >= LONG_SECONDS:
            stage_shown, shown_at = stage, monotonic()
            amount = f" ({', '.join(filter(None, (f'{done:,} of {total:,}', told)))})" if total > 1 else ""
            console.print(f"{stage}{amount} …", markup=False)

    return report
