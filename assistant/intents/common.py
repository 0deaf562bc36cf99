"""What every intent needs: empty findings, companions, the size of what a figure rests on."""

from collections.abc import Sequence

from assistant.findings import Findings
from assistant.measuring import Bench, Measured, measure
from assistant.phrases import spoken_members
from assistant.types import Decline, Plan, Reading
from assistant.windows import when
from semantic_layer.errors import UserError


def first_findings(plan: Plan, reading: Reading, bench: Bench) -> Findings:
    """Begin findings with the reading that is run."""
    return Findings(plan=plan, reading=reading, catalogue=bench.catalogue)


def beside(bench: Bench, metrics: Sequence[str], reading: Reading) -> tuple[list[Measured], list[str]]:
    """Measure companion metrics; one that this slice does not reach is named in a note."""
    measured, notes = [], []
    for name in metrics:
        try:
            measured.append(measure(bench, name, reading.filters, reading.window, reading.baseline))
        except UserError as error:
            notes.append(f"{bench.catalogue.metric(name).label} belongs beside this figure, but: {error.message}")
    return measured, notes


def rows_behind(measured: Sequence[Measured]) -> int | None:
    """Return the smallest number of rows that a figure of the current window rests on."""
    return min((m.change.n_now for m in measured if m.change), default=None)


def empty(plan: Plan, reading: Reading, bench: Bench) -> Findings:
    """Say that nothing matches, and what was looked for."""
    labels = {d.name: d.label for d in bench.catalogue.dimensions}
    spec = bench.catalogue.metric(reading.metrics[0])
    where = f" for {spoken_members(reading.filters, labels)}" if reading.filters else ""
    time = f" {when(reading.window)}" if reading.window else ""
    nearest = (f"{spec.label}", f"{spec.label} by month") if bench.as_of else (spec.label,)
    message = f"No rows were found for {spec.label}{where}{time}, so there is nothing to answer from."
    least = bench.catalogue.small_cells
    if least:
        message = f"{spec.label}{where}{time} has no rows, or rows of fewer than {least} customers: no figure is shown."
    return Findings(
        plan=plan,
        reading=reading,
        catalogue=bench.catalogue,
        decline=Decline(reason="no_data", message=message, nearest=nearest),
    )
