"""One definition that cannot be used is left out with its reason; what does not rest on it keeps working."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from semantic_layer.compile import compile_query, sliceable
from semantic_layer.engine import DuckDbEngine
from semantic_layer.errors import UserError
from semantic_layer.loader import Loaded, load_catalogue
from semantic_layer.quarantine import usable
from semantic_layer.query import MetricQuery
from semantic_layer.validate import check

SMALL = Path(__file__).parent / "small.yml"


@dataclass
class Layer:
    """A copy of the small layer to break."""

    file: Path
    engine: DuckDbEngine

    def broken(self, old: str, new: str) -> Loaded:
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return usable(load_catalogue(self.file.parent), self.engine)


@pytest.fixture
def layer(tmp_path: Path, engine: DuckDbEngine) -> Layer:
    folder = tmp_path / "metrics"
    folder.mkdir()
    return Layer(Path(shutil.copy(SMALL, folder)), engine)


def refused(loaded: Loaded, metric: str, by: tuple[str, ...] = ()) -> UserError:
    with pytest.raises(UserError) as caught:
        compile_query(MetricQuery(metrics=(metric,), by=by), loaded.catalogue)
    return caught.value


def volume(loaded: Loaded, engine: DuckDbEngine) -> object:
    return engine.run(compile_query(MetricQuery(metrics=("volume",)), loaded.catalogue)).rows()[0][0]


def test_a_sound_layer_is_left_as_it_is(small, engine):
    assert usable(small, engine) is small


def test_a_metric_with_a_lost_column_is_refused_with_its_line_and_the_column_that_is_meant(layer, engine):
    loaded = layer.broken("expr: seconds, where: channel = 'Voice'}}", "expr: second, where: channel = 'Voice'}}")
    error = refused(loaded, "voice_seconds")
    assert error.code == "missing_column"
    assert "metrics/small.yml:" in error.message
    assert error.hint == "did you mean 'seconds'?; see `because check`"
    assert volume(loaded, engine) == 10


def test_what_rests_on_a_metric_left_out_is_left_out_with_that_reason(layer):
    loaded = layer.broken("agg: count, where: csat <= 2", "agg: count, where: cast <= 2")
    assert "'bad_share' cannot be used" in refused(loaded, "bad_share").message
    assert "metric 'bad_share' cannot be used" in refused(loaded, "net").message
    assert {"net", "fair_share", "bad_share"}.isdisjoint(m.name for m in loaded.catalogue.metrics)


def test_a_lost_join_costs_its_dimensions_and_not_the_fact(layer, engine):
    loaded = layer.broken("- {to: customers, on: customer_id}", "- {to: custmers, on: customer_id}")
    assert volume(loaded, engine) == 10
    assert "segment" not in sliceable("volume", loaded.catalogue)
    assert "segment" in sliceable("leavers", loaded.catalogue)


def test_a_table_that_is_gone_takes_its_own_metrics_and_dimensions_along(layer, engine):
    loaded = layer.broken("- name: surveys", "- name: survey")
    assert refused(loaded, "mean_csat").code == "unknown_table"
    assert volume(loaded, engine) == 10


def test_a_dimension_with_a_lost_column_stops_only_itself(layer, engine):
    loaded = layer.broken("{name: segment, label: Segment,", "{name: segment, column: sgment, label: Segment,")
    assert refused(loaded, "volume", ("segment",)).hint.startswith("did you mean 'segment'?")
    assert volume(loaded, engine) == 10


def test_a_companion_that_is_left_out_is_not_shown_beside(layer):
    loaded = layer.broken("read_with: active\n", "read_with: activ\n")
    assert "churn" not in {m.name for m in loaded.catalogue.metrics}
    loaded = layer.broken("read_with: activ\n", "read_with: mean_csat\n")
    assert loaded.catalogue.metric("churn").read_with == "mean_csat"
    loaded = layer.broken("agg: average, expr: csat}}", "agg: average, expr: cast}}")
    assert loaded.catalogue.metric("churn").read_with is None


def test_where_nothing_is_left_the_first_fault_is_told(layer):
    with pytest.raises(UserError, match=r"nothing is left to measure: metrics/small\.yml:\d+") as caught:
        layer.broken("tables:\n", "tables: [\n")
    assert caught.value.code == "bad_yaml"


def test_names_of_a_file_that_cannot_be_read_are_told_once(layer, engine):
    text = layer.file.read_text(encoding="utf-8")
    head, metrics = text.split("\nparameters:")
    (layer.file.parent / "more.yml").write_text(f"parameters:{metrics}", encoding="utf-8")
    layer.file.write_text(head + "\n  - [", encoding="utf-8")
    found = check(load_catalogue(layer.file.parent), engine)
    errors = [p.code for p in found if p.severity == "error"]
    assert errors == ["bad_yaml", "rests_on_unread"]
    assert found[0].file == "metrics/small.yml"
