"""Themes keep their ids, are counted with the doubt of their classification, and are what an owner wants."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.build import build_index
from indexes.naming import load_reasons
from indexes.search import TranscriptIndex
from indexes.settings import RedactionSettings, ThemeSettings, TranscriptSettings
from indexes.shares import Trial, measured, wilson
from indexes.versions import current
from semantic_layer.errors import UserError
from tests.indexes.chats import write

SUBJECTS = (
    "invoice charged twice refund overcharged billing amount",
    "router blinking offline broadband cable modem restart",
    "parcel courier depot tracking delivery driver address",
    "password login locked reset username verification email",
)


def chats(count: int, *, first: int = 0) -> list[dict[str, object]]:
    """Conversations about four subjects in turn, each saying four of its subject's words."""
    rng = np.random.default_rng(3)
    records: list[dict[str, object]] = []
    for i in range(first, first + count):
        said = " ".join(rng.permutation(SUBJECTS[i % 4].split())[:4])
        turns = [{"turn": 1, "speaker": "customer", "text": f"Trouble with {said} number {i}."}]
        records.append({"contact_id": f"C{i:04d}", "language": "en", "turns": turns})
    return records


def built(folder: Path, records: list[dict[str, object]]) -> TranscriptIndex:
    file = write(folder / "chats.jsonl", records)
    build_index(folder / "index", [file], transcripts=TranscriptSettings(), redaction=RedactionSettings())
    return TranscriptIndex.open(folder / "index")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("themes")
    built(folder, chats(160))
    return folder


def opened(folder: Path, **wishes: object) -> TranscriptIndex:
    return TranscriptIndex.open(folder / "index", themes=ThemeSettings.model_validate(wishes))


def test_contacts_of_one_subject_share_a_theme(folder: Path) -> None:
    themes = opened(folder).themes
    for subject in range(4):
        of = themes.of[subject::4]
        assert np.bincount(of[of >= 0]).max() >= 0.5 * len(of)
        others = {int(t) for other in range(4) if other != subject for t in themes.of[other::4]}
        assert int(np.bincount(of[of >= 0]).argmax()) not in others


def test_most_contacts_carry_a_theme_with_some_certainty(folder: Path) -> None:
    themes = opened(folder).themes
    assert (themes.of >= 0).mean() > 0.95
    assert 0.5 < themes.probability[themes.of >= 0].mean() <= 1.0


def test_a_theme_is_n_of_n_contacts_with_what_it_was_before(folder: Path) -> None:
    now, before = {f"C{i:04d}" for i in range(80)}, {f"C{i:04d}" for i in range(80, 160)}
    told = opened(folder).leading(now, before, contacts_in_slice=500, limit=50)
    assert sum(t.theme.contacts for t in told) <= 80
    assert {(t.theme.of_contacts, t.theme.contacts_in_slice) for t in told} == {(80, 500)}
    assert [t.theme.contacts for t in told] == sorted((t.theme.contacts for t in told), reverse=True)
    for t in told:
        assert t.theme.ci[0] <= t.theme.share <= t.theme.ci[1]
        assert t.theme.share_before is not None
        assert {e.contact_id for e in t.evidence} <= now


def test_ids_and_names_outlive_a_rebuild(tmp_path: Path) -> None:
    built(tmp_path, chats(160))
    first = {r.id: r.name for r in load_reasons(current(tmp_path / "index"))}
    built(tmp_path, [*chats(160), *chats(24, first=160)])
    second = {r.id: r.name for r in load_reasons(current(tmp_path / "index"))}
    kept = first.keys() & second.keys()
    assert len(kept) >= len(first) / 2
    assert all(first[i] == second[i] for i in kept)


def test_a_renamed_theme_is_called_by_its_new_name(folder: Path) -> None:
    theme = opened(folder).listed_themes()[0]
    assert "Money matters" in opened(folder, rename={theme.ids[0]: "Money matters"}).themes.names


def test_merged_themes_count_together(folder: Path) -> None:
    one, other = opened(folder).listed_themes()[:2]
    merged = opened(folder, merge={"Both": [one.ids[0], other.ids[0]]}).listed_themes()
    assert next(t.contacts for t in merged if t.name == "Both") == one.contacts + other.contacts
    assert not {one.name, other.name} & {t.name for t in merged}


def test_a_split_theme_gives_away_the_contacts_that_say_the_words(folder: Path) -> None:
    theme = opened(folder).listed_themes()[0]
    said = theme.words[0]
    split = {t.name: t.contacts for t in opened(folder, split={theme.ids[0]: {"Part": [said]}}).listed_themes()}
    assert split["Part"] > 0
    assert split["Part"] + split.get(theme.name, 0) == theme.contacts


def test_a_hidden_theme_is_not_told(folder: Path) -> None:
    theme = opened(folder).listed_themes()[0]
    hidden = opened(folder, hide=[theme.ids[0]])
    assert theme.name not in hidden.themes.names
    everyone = hidden.contact_ids
    told = hidden.leading(everyone, contacts_in_slice=len(everyone), limit=50)
    assert theme.name not in {t.theme.theme for t in told}


def test_a_wish_for_a_theme_that_is_not_there_names_those_that_are(folder: Path) -> None:
    with pytest.raises(UserError, match="no theme 't999'") as caught:
        _ = opened(folder, hide=["t999"]).themes
    assert caught.value.code == "unknown_theme"
    assert "t1" in caught.value.hint


def test_a_classifier_without_error_leaves_the_interval_of_the_sample() -> None:
    sure = Trial(hits=100_000, positives=100_000, told=100_000, contacts=1_000_000)
    assert measured(20, 100, sure) == pytest.approx(wilson(20, 100), abs=0.02)


def test_an_erring_classifier_widens_the_interval_over_the_share_corrected_for_its_error() -> None:
    # Half of the positives are missed and none is added, so twice as many contacts are of the class.
    low, high = measured(20, 100, Trial(hits=500, positives=1_000, told=500, contacts=10_000))
    assert low == wilson(20, 100)[0]
    assert high > 0.4 > wilson(20, 100)[1]


def test_a_classifier_that_tells_nothing_leaves_every_share_possible() -> None:
    assert measured(20, 100, Trial(hits=10, positives=100, told=100, contacts=1_000)) == (0.0, 1.0)


@given(true=st.floats(0.1, 0.5), recall=st.floats(0.6, 0.95), false=st.floats(0.01, 0.1), seed=st.integers(0, 10**6))
@settings(max_examples=5, deadline=None)
def test_nineteen_of_twenty_intervals_hold_the_true_share(true: float, recall: float, false: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    held = 0
    for _ in range(200):
        hits, added = rng.binomial(600, recall), rng.binomial(3_000, false)
        tested = Trial(hits=int(hits), positives=600, told=int(hits + added), contacts=3_600)
        said = rng.binomial(1, true, 300).astype(bool)
        k = int(rng.binomial(said.sum(), recall) + rng.binomial((~said).sum(), false))
        low, high = measured(k, 300, tested)
        held += low <= true <= high
    assert held >= 180


def test_themes_say_how_well_they_are_told_on_contacts_they_were_not_found_on(folder: Path) -> None:
    for theme in opened(folder).listed_themes():
        assert theme.precision is not None
        assert theme.recall is not None
    told = opened(folder).leading(opened(folder).contact_ids, contacts_in_slice=160)
    assert {t.theme.counted_by for t in told} == {"classifier"}


def test_nobody_carries_no_theme(folder: Path) -> None:
    assert opened(folder).leading((), contacts_in_slice=0) == ()
