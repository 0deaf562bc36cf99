"""Embeddings add reach, cost nothing where they know nothing, and are done without where they fail."""

import os
from pathlib import Path

import numpy as np
import pytest

from indexes.build import build_index
from indexes.dense import DENSE, AbsentEmbedder, Embedder
from indexes.fusion import Probe, choose_weights
from indexes.minilm import MiniLm
from indexes.search import TranscriptIndex
from indexes.settings import RedactionSettings, TranscriptSettings
from indexes.types import IndexReport
from semantic_layer.errors import UserError
from tests.indexes.chats import contact, corpus, write
from tests.indexes.embedders import Broken, Ignorant, Knowing


def build(root: Path, embedder: Embedder | None, records: list[dict[str, object]] | None = None) -> IndexReport:
    file = write(root / "chats.jsonl", records or corpus())
    return build_index(
        root / "index", [file], transcripts=TranscriptSettings(), redaction=RedactionSettings(), embedder=embedder
    )


def test_a_text_in_words_nobody_used_is_found_by_its_meaning(tmp_path: Path) -> None:
    build(tmp_path, Knowing())
    assert not TranscriptIndex.open(tmp_path / "index").search("expensive bill")
    found = TranscriptIndex.open(tmp_path / "index", embedder=Knowing()).search("expensive bill")
    assert found
    assert "price" in found[0].quote


def test_a_filter_holds_for_what_an_embedder_finds(tmp_path: Path) -> None:
    build(tmp_path, Knowing())
    index = TranscriptIndex.open(tmp_path / "index", embedder=Knowing())
    found = index.search("expensive bill", contact_ids={"P1", "P7", "D3"})
    assert {item.contact_id for item in found[:2]} == {"P1", "P7"}
    assert {item.contact_id for item in found} <= {"P1", "P7", "D3"}


def test_only_redacted_text_is_embedded(tmp_path: Path) -> None:
    embedder = Knowing()
    build(tmp_path, embedder, [contact("S", "my card is 4111 1111 1111 1111", "the price is too high")])
    assert any("[CARD]" in text for text in embedder.asked)
    assert not any("4111" in text for text in embedder.asked)


def test_an_embedder_that_knows_nothing_is_left_out_by_the_weights() -> None:
    rng = np.random.default_rng(3)
    probes = [Probe(text=str(row), relevant=frozenset({row}), hidden=frozenset()) for row in range(60)]

    def good(text: str) -> np.ndarray:
        return (np.arange(60) == int(text)).astype(np.float32) + 0.1

    def chance(_: str) -> np.ndarray:
        return rng.random(60).astype(np.float32)

    assert choose_weights(probes, [good, good, chance])[2] == 0.0
    assert choose_weights(probes, [chance, chance, good])[2] == 4.0


def test_with_an_ignorant_embedder_the_same_is_found_as_without(tmp_path: Path) -> None:
    build(tmp_path, Ignorant("ignorant"))
    plain = TranscriptIndex.open(tmp_path / "index").search("price on my invoice", k=3)
    index = TranscriptIndex.open(tmp_path / "index", embedder=Ignorant("ignorant"))
    assert index.search("price on my invoice", k=3) == plain


def test_an_embedder_that_fails_at_a_build_is_done_without_and_named(tmp_path: Path) -> None:
    report = build(tmp_path, Broken())
    assert report.contacts == 100
    assert "the embedder is out" in report.notes[0]
    assert TranscriptIndex.open(tmp_path / "index").search("price on my invoice")
    assert build(tmp_path, Knowing()).notes == ()
    assert TranscriptIndex.open(tmp_path / "index", embedder=Knowing()).search("expensive bill")


def test_an_embedder_that_fails_at_a_search_is_done_without_and_named(tmp_path: Path) -> None:
    build(tmp_path, Knowing())
    plain = TranscriptIndex.open(tmp_path / "index").search("price on my invoice")
    index = TranscriptIndex.open(tmp_path / "index", embedder=Broken())
    assert index.search("price on my invoice") == plain
    assert "searched by words alone: the embedder is out" in index.notes[0]


def test_another_embedder_gets_a_version_of_its_own(tmp_path: Path) -> None:
    build(tmp_path, Knowing())
    first = version(tmp_path)
    other = Knowing("another")
    index = TranscriptIndex.open(tmp_path / "index", embedder=other)
    assert index.search("price on my invoice")
    assert "built with knowing" in index.notes[0]
    assert build(tmp_path, other).added == 0
    assert version(tmp_path) != first
    assert not TranscriptIndex.open(tmp_path / "index", embedder=other).notes


def test_only_what_changed_is_embedded_again(tmp_path: Path) -> None:
    build(tmp_path, Knowing())
    again, records = Knowing(), corpus()
    records[3] = contact("P3", "My kitten chewed through the shipment.")
    build(tmp_path, again, records)
    passages = [text for text in again.asked if "kitten" in text]
    assert passages
    assert not [text for text in again.asked if "Reference letter 4." in text and text in _passages(tmp_path)]
    held = np.load(tmp_path / "index" / version(tmp_path) / DENSE)
    assert np.linalg.norm(held, axis=1) == pytest.approx(np.ones(len(held)), abs=1e-5)


def test_without_an_embedder_no_embedding_is_kept(tmp_path: Path) -> None:
    build(tmp_path, Knowing())
    build(tmp_path, None)
    assert not (tmp_path / "index" / version(tmp_path) / DENSE).exists()


def test_a_folder_without_the_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        MiniLm(tmp_path)
    assert error.value.code == "no_embedding_model"
    assert "model.onnx" in error.value.message


def test_a_model_that_is_not_there_leaves_words_and_a_note(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        MiniLm(tmp_path)
    absent = AbsentEmbedder(error.value)
    report = build(tmp_path, absent)
    assert "built without embeddings" in report.notes[0]
    index = TranscriptIndex.open(tmp_path / "index", embedder=absent)
    assert index.search("the price went up")
    assert "model.onnx" in index.notes[0]


def test_minilm_finds_a_paraphrase(tmp_path: Path) -> None:
    folder = os.environ.get("BECAUSE_MINILM")
    if not folder:
        pytest.skip("set BECAUSE_MINILM to a folder with the ONNX files of all-MiniLM-L6-v2 to try the real model")
    model = MiniLm(Path(folder))
    build(tmp_path, model)
    found = TranscriptIndex.open(tmp_path / "index", embedder=model).search("far too expensive these days")
    assert "price" in found[0].quote


def version(root: Path) -> str:
    return (root / "index" / "CURRENT").read_text()


def _passages(root: Path) -> set[str]:
    from indexes.corpus import CORPUS, Corpus
    from indexes.windows import texts

    corpus = Corpus.open(root / "index" / version(root) / CORPUS)
    return {text for stored in corpus.all() for text in texts(stored.contact.turns)}
