"""The small corpus, indexed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from indexes.build import build_index
from indexes.search import TranscriptIndex
from indexes.settings import RedactionSettings, TranscriptSettings
from indexes.types import IndexReport
from tests.indexes.chats import Build, corpus, write


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build or update the index at `tmp_path / "index"` from records."""

    def run(records: Sequence[dict[str, object]]) -> IndexReport:
        file = write(tmp_path / "chats.jsonl", records)
        return build_index(tmp_path / "index", [file], transcripts=TranscriptSettings(), redaction=RedactionSettings())

    return run


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> TranscriptIndex:
    """The small corpus, indexed once."""
    folder = tmp_path_factory.mktemp("corpus")
    file = write(folder / "chats.jsonl", corpus())
    build_index(folder / "index", [file], transcripts=TranscriptSettings(), redaction=RedactionSettings())
    return TranscriptIndex.open(folder / "index")
