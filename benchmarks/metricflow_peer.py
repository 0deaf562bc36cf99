"""MetricFlow beside this layer: the same dbt definitions, compiled by the engine that they were made for.

Needs the extra `metricflow`.
"""

import logging
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

SPINE = "days_of_metricflow"
_REF = re.compile(r"ref\(\s*['\"]([^'\"]+)['\"]\s*\)")


def spine(first: date, last: date) -> str:
    """Return the statement that makes the table of days MetricFlow joins offsets and running totals to."""
    return (
        f"CREATE TABLE {SPINE} AS SELECT CAST(unnest(generate_series(DATE '{first}', DATE '{last}', "
        "INTERVAL 1 DAY)) AS DATE) AS ds"
    )


class Peer:
    """MetricFlow's compiler on a dbt document; a warehouse that runs its SQL has the `spine`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        logging.getLogger("metricflow").setLevel(logging.ERROR)
        self._engine = MetricFlowEngine(SemanticManifestLookup(_manifest(document)), sql_client=_Dialect())  # type: ignore[arg-type]

    def sql(
        self, metrics: Iterable[str], *, by: Iterable[str] = (), window: tuple[date, date], where: Iterable[str] = ()
    ) -> str:
        """Compile; `by` names are MetricFlow's, such as `metric_time__month` or `customer__country`."""
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        start, end = (datetime(day.year, day.month, day.day) for day in window)
        request = MetricFlowQueryRequest.create(
            metric_names=list(metrics),
            group_by_names=list(by),
            time_constraint_start=start,
            time_constraint_end=end + timedelta(days=1) - timedelta(seconds=1),
            where_constraints=list(where) or None,
        )
        return str(self._engine.explain(request).sql_statement.sql)


class _Dialect:
    """What MetricFlow asks of a warehouse in order to compile: its dialect. It is given none to run on."""

    def __init__(self) -> None:
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

        self.sql_engine_type = SqlEngine.DUCKDB
        self.sql_plan_renderer = DuckDbSqlPlanRenderer()


def _manifest(document: Mapping[str, Any]) -> Any:
    from metricflow_semantic_interfaces.implementations.metric import PydanticMetric
    from metricflow_semantic_interfaces.implementations.project_configuration import PydanticProjectConfiguration
    from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
    from metricflow_semantic_interfaces.implementations.semantic_model import PydanticSemanticModel
    from metricflow_semantic_interfaces.transformations.semantic_manifest_transformer import (
        PydanticSemanticManifestTransformer,
    )

    days = {
        "node_relation": {"schema_name": "main", "alias": SPINE},
        "primary_column": {"name": "ds", "time_granularity": "day"},
    }
    manifest = PydanticSemanticManifest(
        semantic_models=[PydanticSemanticModel.parse_obj(_located(m)) for m in document["semantic_models"]],
        metrics=[PydanticMetric.parse_obj(_written_out(m)) for m in document["metrics"]],
        project_configuration=PydanticProjectConfiguration.parse_obj({"time_spines": [days]}),
    )
    return PydanticSemanticManifestTransformer.transform(manifest)


def _located(model: Mapping[str, Any]) -> dict[str, Any]:
    """Put the table's name where dbt itself would put it when it resolves `ref`."""
    named = _REF.search(model["model"])
    assert named, model["model"]
    rest = {key: value for key, value in model.items() if key != "model"}
    return {**rest, "node_relation": {"schema_name": "main", "alias": named[1]}}


def _written_out(metric: Mapping[str, Any]) -> dict[str, Any]:
    """Write out what dbt lets an author abbreviate: an input metric by its name alone."""
    params = dict(metric["type_params"])
    for key in params.keys() & {"numerator", "denominator", "metrics"}:
        params[key] = [_named(m) for m in params[key]] if key == "metrics" else _named(params[key])
    return {**metric, "type_params": params}


def _named(item: Any) -> Any:
    return {"name": item} if isinstance(item, str) else item
