"""The reference of the YAML says what the classes say."""

from pathlib import Path

import pytest

from semantic_layer import reference

COMMITTED = Path(__file__).parents[2] / "docs" / "reference.md"


@pytest.mark.parametrize("spec", reference.SECTIONS, ids=lambda spec: spec.__name__)
def test_every_key_says_what_it_means(spec):
    texts = reference.field_texts()
    own = spec.model_fields.keys() - {name for base in spec.__bases__ for name in base.model_fields}
    assert [name for name in sorted(own) if not texts.get((spec.__name__, name))] == []


def test_the_committed_reference_is_current():
    made = reference.reference()
    assert COMMITTED.read_text(encoding="utf-8") == made, "run: python -m semantic_layer.reference > docs/reference.md"
