"""New terms are found where they were planted, and chance makes hardly any: one null simulation in twenty at most."""

import numpy as np
import pytest

from indexes.build import build_index
from indexes.search import TranscriptIndex
from indexes.settings import RedactionSettings, TranscriptSettings
from tests.indexes.chats import write
from tests.indexes.test_themes import SUBJECTS

_CONTACTS = 360
_WEEK = 40
_RUNS = 60
# Of 60 runs with a chance of .05 each, more than 8 have something in fewer than one case in two hundred.
_MOST = 8


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TranscriptIndex:
    """Nine weeks in which nothing is new: every contact draws its subject and its words alike."""
    folder = tmp_path_factory.mktemp("emerging")
    rng = np.random.default_rng(5)
    filler = [f"{a}{b}" for a in ("bal", "cor", "den", "fim", "gos", "hul") for b in ("ta", "mer", "nix", "pol", "rud")]
    records = []
    for i in range(_CONTACTS):
        said = [*rng.permutation(SUBJECTS[int(rng.integers(4))].split())[:4], *rng.permutation(filler)[:5]]
        turns = [{"turn": 1, "speaker": "customer", "text": f"About {' '.join(said)}."}]
        records.append({"contact_id": f"C{i:04d}", "language": "en", "turns": turns})
    for i in range(12):
        turns = [
            {"turn": 1, "speaker": "customer", "text": f"The zeppelin hovers over {filler[i]} and {filler[i + 9]}."}
        ]
        records.append({"contact_id": f"Z{i:04d}", "language": "en", "turns": turns})
    file = write(folder / "chats.jsonl", records)
    build_index(folder / "index", [file], transcripts=TranscriptSettings(), redaction=RedactionSettings())
    return TranscriptIndex.open(folder / "index")


def test_where_nothing_is_new_hardly_anything_is_found(index: TranscriptIndex) -> None:
    rng = np.random.default_rng(7)
    everyone = [f"C{i:04d}" for i in range(_CONTACTS)]
    found = 0
    for _ in range(_RUNS):
        drawn = rng.permutation(everyone).tolist()
        found += bool(index.contrast(set(drawn[:_WEEK]), set(drawn[_WEEK:]), contacts_in_slice=_WEEK))
    assert found <= _MOST


def test_a_word_that_came_up_in_the_week_is_found(index: TranscriptIndex) -> None:
    everyone = [f"C{i:04d}" for i in range(_CONTACTS)]
    week = {*everyone[:_WEEK], *(f"Z{i:04d}" for i in range(12))}
    told = index.contrast(week, set(everyone[_WEEK:]), contacts_in_slice=len(week))
    assert any("zeppelin" in theme.theme.theme for theme in told), told
