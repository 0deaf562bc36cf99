"""Progress of long work on stderr: a bar on a terminal, a line a second elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from ui.output import err

Report = Callable[[str, int, int], None]
QUIET_SECONDS = 1.0


@contextmanager
def progress() -> Iterator[Report]:
    """Yield a function `report(stage, done, total)` that shows what is being waited for."""
    console = err()
    if not console.is_terminal:
        yield _lines()
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description:<36}"), BarColumn(bar_width=28), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def report(stage: str, done: int, total: int) -> None:
            bar.update(task, description=stage, completed=done, total=total or None)

        yield report


def _lines() -> Report:
    console = err()
    stage_shown, shown_at = "", -QUIET_SECONDS

    def report(stage: str, done: int, total: int) -> None:
        nonlocal stage_shown, shown_at
        if stage != stage_shown and monotonic() - shown_at >= QUIET_SECONDS:
            stage_shown, shown_at = stage, monotonic()
            amount = f" ({done:,} of {total:,})" if total > 1 else ""
            console.print(f"{stage}{amount} …", markup=False)

    return report
