"""A change over too many cells for one cube is explained as if there had been one."""

import math

import pytest

import assistant
from assistant.types import Answer
from semantic_layer import cube_plan

QUESTION = "Why did churn rate change in August 2026 compared with June 2026?"


def answered(workspace) -> Answer:
    answer = assistant.build(workspace).ask(QUESTION)
    assert isinstance(answer, Answer)
    assert answer.drivers is not None
    return answer


def contributions(answer: Answer) -> dict[tuple, float]:
    assert answer.drivers is not None
    return {
        (split.dimension, row.filters): row.contribution for split in answer.drivers.by_dimension for row in split.rows
    }


def test_every_cut_and_the_cause_are_the_same_and_what_was_combined_is_said(tiny_workspace, monkeypatch):
    whole = answered(tiny_workspace)
    monkeypatch.setattr(cube_plan, "FEW_ROWS", 0)
    monkeypatch.setattr(cube_plan, "FEW_CELLS", 400)
    monkeypatch.setattr(cube_plan, "CELL", 1e5)
    parts = answered(tiny_workspace)
    said = [note for note in parts.notes if note.startswith("causes were sought in combinations of")]
    assert len(said) == 1
    expected = contributions(whole)
    found = contributions(parts)
    assert found.keys() == expected.keys()
    assert all(math.isclose(found[key], expected[key], rel_tol=1e-9, abs_tol=1e-12) for key in expected)
    assert whole.drivers.segments[0].filters == parts.drivers.segments[0].filters
    assert parts.drivers.total_change == pytest.approx(whole.drivers.total_change)
    assert not any("GROUPING SETS" in query.sql for query in parts.queries)
    assert len(parts.queries) > len(whole.queries)
