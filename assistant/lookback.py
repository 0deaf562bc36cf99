"""What a running total would read before the data begins."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from assistant.findings import Findings
from assistant.measuring import Bench
from assistant.phrases import spoken_date
from semantic_layer.calendar import period_end
from semantic_layer.compile.formulas import leaves
from semantic_layer.query import TimeWindow


def with_lookback(found: Findings, bench: Bench) -> Findings:
    """Add a caveat where a running total begins before the first day of data, and so is not whole."""
    compared = found.reading.baseline or (found.comparison.before if found.comparison else None)
    windows = [w for w in (found.reading.window, compared) if w]
    caveats = dict.fromkeys(c for m in found.reading.metrics for w in windows for c in _caveats(m, w, found, bench))
    return replace(found, caveats=(*found.caveats, *caveats))


def _caveats(metric: str, window: TimeWindow, found: Findings, bench: Bench) -> Iterator[str]:
    year_start, grain = bench.catalogue.fiscal_year_start, found.reading.grain
    end = min(window.end, period_end(window.start, grain, year_start)) if grain else window.end
    for leaf in leaves(metric, bench.catalogue, {}):
        first = leaf.frame.days(TimeWindow(start=window.start, end=end), year_start).start
        if leaf.frame.running and bench.first and date.min < first < bench.first:
            yield (
                f"{leaf.metric.label} up to {spoken_date(end)} would begin on {spoken_date(first)}, but the data "
                f"begins on {spoken_date(bench.first)}: it is not whole."
            )
