"""A median or another percentile in two windows, as a cube that splits like that of a mean."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import isfinite

from assistant.analysis.drivers.swap import Score, closed, far_score, is_far, near_score, share_error, way
from assistant.recorder import Recorder, number
from semantic_layer.compile.formulas import measures
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, MeasureSpec, MetricSpec
from semantic_layer.query import Clusters, Cube, CubeQuery, MetricQuery

MOST_REACH = 0.5
MADE = "swap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """The cube of a percentile's change, whose rows they are, and the percentile itself in both windows."""

    cube: Cube
    clusters: Clusters | None
    before: float
    now: float


def swapped(recorder: Recorder, query: CubeQuery, error: UserError) -> Swapped:
    """Return the cube of a percentile; raise `error`, why there is no other, for any other metric.

    The cube's value is a score whose mean changed by as much as the percentile did.
    """
    spec = recorder.catalogue.metric(query.metric)
    measure = _percentile(spec, query.definition)
    if error.code != "not_decomposable" or measure is None:
        raise error
    found = _Swap(recorder=recorder, query=query, spec=spec, measure=measure)
    return found.run(error)


def _percentile(spec: MetricSpec, version: int | None) -> MeasureSpec | None:
    """Return a metric's only measure if it is a percentile, as such."""
    if spec.type not in ("simple", "semi_additive"):
        return None
    found = measures(spec, spec.formula(version))[0].measure
    fraction = 0.5 if found.agg == "median" else found.percentile if found.agg == "percentile" else None
    return found.model_copy(update={"agg": "percentile", "percentile": fraction}) if fraction else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Swap:
    recorder: Recorder
    query: CubeQuery
    spec: MetricSpec
    measure: MeasureSpec

    def run(self, error: UserError) -> Swapped:
        fraction = self.measure.percentile or 0.5
        rows, values = self._measured([self._metric(self._counted()), self._metric(self.measure)])
        if None in rows or None in values:
            raise error
        before, now = (float(v) for v in values if v is not None)
        noise = share_error(fraction, (rows[0] or 0.0, rows[1] or 0.0))
        score = self._score(fraction, (before, now), noise)
        if not all(map(isfinite, (*score.thresholds, *score.weights, now - before))):
            raise UserError(
                f"'{self.spec.name}' lies among infinite values, so its change cannot be explained", code="not_finite"
            )
        cube, clusters = self._cube(score)
        return Swapped(cube=closed(cube, now - before), clusters=clusters, before=before, now=now)

    def _score(self, fraction: float, values: tuple[float, float], noise: float) -> Score:
        if values[0] != values[1]:
            steps = way(*values)
            above = self._measured([self._share(x) for x in steps])
            shift = [float((now or 0.0) - (before or 0.0)) for before, now in above]
            if is_far(shift, noise):
                return far_score(steps, shift)
        reach = min(4 * noise, MOST_REACH * min(fraction, 1 - fraction))
        low, high = self._measured(
            [self._metric(self.measure.model_copy(update={"percentile": fraction + side * reach})) for side in (-1, 1)]
        )
        spans = [float((high[i] or 0.0) - (low[i] or 0.0)) for i in (0, 1)]
        return near_score(sum(values) / 2, reach, spans)

    def _cube(self, score: Score) -> tuple[Cube, Clusters | None]:
        metric = self._metric(self._scored(score), self._counted())
        named = metric.model_copy(update={"name": f"{MADE}_{self.spec.name}", "label": self.spec.label})
        query = replace(self.query, metric=named.name, definition=None)
        recorder = self._with([named])
        cube = recorder.cube(query, f"{self.spec.label}, what rows of each part count for")
        clusters = recorder.clusters(query, cube, f"{self.spec.label}, whose rows they are, in part")
        return replace(cube, metric=self.spec.name), clusters

    def _measured(self, made: list[MetricSpec]) -> list[tuple[float | None, float | None]]:
        """Measure metrics before and now."""
        named = [m.model_copy(update={"name": f"{MADE}_{i}_{self.spec.name}"}) for i, m in enumerate(made)]
        recorder = self._with(named)
        columns = []
        for window in (self.query.before, self.query.now):
            names = tuple(m.name for m in named)
            query = MetricQuery(metrics=names, filters=self.query.filters, window=window)
            table = recorder.measure(query, f"{self.spec.label}, where its values lie").table
            columns.append([number(table.column(name)[0]) if len(table) else None for name in names])
        return list(zip(*columns, strict=True))

    def _with(self, made: Iterable[MetricSpec]) -> Recorder:
        """Return a recorder that knows some metrics more and keeps its runs with the others."""
        catalogue: Catalogue = self.recorder.catalogue
        wider = catalogue.model_copy(update={"metrics": (*catalogue.metrics, *made)}).indexed()
        return replace(self.recorder, catalogue=wider)

    def _metric(self, above: MeasureSpec, below: MeasureSpec | None = None) -> MetricSpec:
        formula = {"measure": above} if below is None else {"measure": None, "numerator": above, "denominator": below}
        kind = "simple" if below is None else "ratio"
        return self.spec.model_copy(update={"type": kind, "versions": (), **formula})

    def _share(self, threshold: float) -> MetricSpec:
        return self._metric(self._scored(Score(thresholds=(threshold,), weights=(1.0,))), self._counted())

    def _counted(self) -> MeasureSpec:
        return self.measure.model_copy(update={"agg": "count", "percentile": None})

    def _scored(self, score: Score) -> MeasureSpec:
        terms = (
            f"CASE WHEN ({self.measure.expr}) > {x!r} THEN {w!r} ELSE 0 END"
            for x, w in zip(score.thresholds, score.weights, strict=True)
        )
        return self.measure.model_copy(update={"agg": "sum", "percentile": None, "expr": " + ".join(terms)})
