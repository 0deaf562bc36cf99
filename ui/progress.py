"""Progress of long work on stderr: bars on a terminal, one line a stage elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ui.output import err

Report = Callable[[str, int, int], None]


@contextmanager
def progress() -> Iterator[Report]:
    """Yield a function `report(stage, done, total)` that draws what is being waited for."""
    console = err()
    if not console.is_terminal:
        yield _lines()
        return
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<28}"), BarColumn(bar_width=30), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield report


def _lines() -> Report:
    console, seen = err(), set[str]()

    def report(stage: str, done: int, total: int) -> None:  # noqa: ARG001 - the shape of every progress report
        if stage not in seen:
            seen.add(stage)
            console.print(f"{stage} …", markup=False)

    return report
