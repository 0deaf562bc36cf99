"""A definition never changes without an entry in its change log."""

import shutil
from pathlib import Path

import pytest

from semantic_layer.engine import DuckDbEngine
from semantic_layer.errors import UserError
from semantic_layer.loader import load_catalogue
from semantic_layer.problems import Problem
from semantic_layer.validate import accept, check, read_accepted

HERE = Path(__file__).parent
CHURN = "numerator: {table: months, agg: count, where: churned and mrr > 10}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    metrics = tmp_path / "metrics"
    metrics.mkdir()
    shutil.copy(HERE / "small.yml", metrics)
    accept(load_catalogue(metrics), metrics)
    return metrics


def edited(folder: Path, old: str, new: str, engine: DuckDbEngine) -> list[Problem]:
    file = folder / "small.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return problems(folder, engine)


def problems(folder: Path, engine: DuckDbEngine) -> list[Problem]:
    codes = ("unlogged_change", "not_accepted", "metric_gone")
    found = check(load_catalogue(folder), engine, accepted=read_accepted(folder))
    return [p for p in found if p.code in codes]


def test_accepted_definitions_are_in_order(folder, engine):
    assert problems(folder, engine) == []


def test_a_changed_formula_without_an_entry_is_an_error_at_its_line(folder, engine):
    (problem,) = edited(folder, CHURN, CHURN.replace("> 10", "> 20"), engine)
    assert (problem.severity, problem.code, problem.file) == ("error", "unlogged_change", "metrics/small.yml")
    assert problem.message == "metric 'churn': version 2 is computed otherwise than when it was accepted"
    assert problem.line > 1


def test_a_rewritten_past_is_an_error_too(folder, engine):
    old = "reason: First.,\n         numerator: {table: months, agg: count, where: churned}"
    (problem,) = edited(folder, old, old.replace("where: churned", "where: not churned"), engine)
    assert "version 1 is computed otherwise" in problem.message


def test_a_parameter_is_part_of_the_formulas_that_use_it(folder, engine):
    (problem,) = edited(folder, "margin: 0.5", "margin: 0.6", engine)
    assert problem.message.startswith("metric 'earned'")


@pytest.mark.parametrize(
    ("old", "new"),
    [(CHURN, CHURN.replace("churned and", "churned   and")), ("label: Churn\n", "label: Churn of customers\n")],
)
def test_layout_and_labels_are_no_change_of_a_definition(folder, engine, old, new):
    assert edited(folder, old, new, engine) == []


def test_a_new_version_is_taken_by_accepting_it(folder, engine):
    entry = "- {version: 2, effective_on: 2026-01-01, author: Retention, reason: Small ones do not count.}"
    kept = (
        entry[:-1]
        + ",\n         numerator: {table: months, agg: count, where: churned and mrr > 10},"
        + " denominator: {table: months, agg: count}}"
    )
    new = f"{kept}\n      - {{version: 3, effective_on: 2026-03-01, author: Retention, reason: Larger ones only.}}"
    edited(folder, CHURN, CHURN.replace("> 10", "> 20"), engine)
    (problem,) = edited(folder, entry, new, engine)
    assert (problem.severity, problem.code) == ("warning", "not_accepted")
    accept(load_catalogue(folder), folder)
    assert problems(folder, engine) == []


def test_a_metric_that_is_gone_and_one_that_is_new_are_told(folder, engine):
    found = edited(folder, "- {name: odd, label", "- {name: odder, label", engine)
    assert {(p.severity, p.code) for p in found} == {("warning", "metric_gone"), ("warning", "not_accepted")}


def test_a_damaged_list_is_a_typed_error(folder):
    (folder / "accepted.json").write_text("[1]")
    with pytest.raises(UserError, match=r"accepted\.json") as caught:
        read_accepted(folder)
    assert caught.value.code == "bad_accepted"


def test_the_demo_dictionary_is_as_it_was_accepted():
    shipped = Path(__file__).parents[2] / "evals" / "world" / "workspace" / "metrics"
    copy = load_catalogue(shipped, fiscal_year_start=2)
    from semantic_layer.validate.accepted import fingerprints

    assert read_accepted(shipped) == {m.name: fingerprints(m, copy.catalogue) for m in copy.catalogue.metrics}
