"""An index is built aside, incrementally, and never half."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import indexes.words
from indexes import aside
from indexes.build import build_index
from indexes.redact import Redactor
from indexes.search import TranscriptIndex
from indexes.settings import RedactionSettings, TranscriptSettings
from indexes.types import Contact, Turn
from indexes.versions import one_builder
from semantic_layer.errors import UserError
from tests.indexes.chats import Build, contact, corpus, write


def test_a_first_build_reports_what_it_read(build: Build) -> None:
    report = build([contact("A", "my card is 4111 1111 1111 1111"), contact("B", "hello")])
    assert (report.contacts, report.added, report.redactions, report.bad_lines) == (2, 2, 1, ())


def test_building_again_changes_nothing(build: Build, tmp_path: Path) -> None:
    build(corpus())
    version = (tmp_path / "index" / "CURRENT").read_text()
    report = build(corpus())
    assert (report.added, report.updated, report.removed) == (0, 0, 0)
    assert (tmp_path / "index" / "CURRENT").read_text() == version


def test_only_contacts_that_changed_are_processed(build: Build, tmp_path: Path) -> None:
    records = corpus()
    build(records)
    records[3] = contact("P3", "My kitten chewed through the aerial cable.")
    report = build([*records[:-1], contact("N", "The satellite dish fell from the roof.")])
    assert (report.contacts, report.added, report.updated, report.removed) == (100, 1, 1, 1)
    index = TranscriptIndex.open(tmp_path / "index")
    assert index.search("kitten chewed cable")[0].contact_id == "P3"
    assert index.search("satellite dish roof")[0].contact_id == "N"
    assert "D59" not in index.contact_ids


def test_vectors_follow_their_passages_through_an_update(build: Build, tmp_path: Path) -> None:
    records = corpus()
    build(records)
    build([records[0], contact("P1", "My kitten chewed through the aerial cable."), *records[2:]])
    index = TranscriptIndex.open(tmp_path / "index")
    store = index._store
    held = store.client.get(include=["embeddings"])
    assert sorted(held["ids"]) == sorted(index._row_of)
    for citation, vector in zip(held["ids"], held["embeddings"], strict=True):
        assert index._vectors[index._row_of[citation]] == pytest.approx(vector, abs=1e-6)


def test_a_duplicate_contact_is_counted_as_bad_and_the_first_is_kept(build: Build) -> None:
    report = build([contact("A", "hello there"), contact("A", "something else")])
    (bad,) = report.bad_lines
    assert (report.contacts, bad.line) == (1, 2)
    assert "already read" in bad.reason


def test_other_redaction_settings_redact_everything_anew(build: Build, tmp_path: Path) -> None:
    build([contact("A", "zainab told me about it")])
    report = build_index(
        tmp_path / "index",
        [tmp_path / "chats.jsonl"],
        transcripts=TranscriptSettings(),
        redaction=RedactionSettings(),
        known_names=["Zainab Keller", "zainab told"],
    )
    assert report.added == 1
    assert TranscriptIndex.open(tmp_path / "index").quote("A:1-1") == "[NAME] me about it"


def test_an_interrupted_build_leaves_the_version_before_and_goes_on_where_it_was(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = corpus()
    build(records)
    changed = [contact("P0", "A zebra ate my router."), *records[1:90], contact("Z", "A wholly new giraffe.")]

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(indexes.words, "build_terms", interrupted)
        with pytest.raises(KeyboardInterrupt):
            build(changed)
    assert len(TranscriptIndex.open(tmp_path / "index").contact_ids) == 100
    with monkeypatch.context() as forbidden:
        forbidden.setattr(Redactor, "contact", interrupted)
        report = build(changed)
    assert (report.contacts, report.added, report.updated, report.removed) == (91, 1, 1, 10)
    index = TranscriptIndex.open(tmp_path / "index")
    assert index.search("zebra ate router")[0].contact_id == "P0"
    assert index.search("new giraffe")[0].contact_id == "Z"
    assert len(list((tmp_path / "index").glob("v-*"))) == 2


def test_a_build_that_is_killed_while_it_reads_keeps_what_it_had(build: Build, tmp_path: Path) -> None:
    build([])
    root = tmp_path / "index"
    code = (
        "import os, sys\n"
        "from indexes import corpus\n"
        "from indexes.build import build_index\n"
        "from indexes.settings import RedactionSettings, TranscriptSettings\n"
        "from pathlib import Path\n"
        "corpus._COMMIT_EVERY = 1\n"
        "put = corpus.Corpus.put\n"
        "def dying(self, contact, mark):\n"
        "    put(self, contact, mark)\n"
        "    if contact.contact_id == 'D5': os._exit(9)\n"
        "corpus.Corpus.put = dying\n"
        "build_index(Path(sys.argv[1]), [Path(sys.argv[2])], transcripts=TranscriptSettings(), "
        "redaction=RedactionSettings())\n"
    )
    file = write(tmp_path / "chats.jsonl", corpus())
    done = subprocess.run([sys.executable, "-c", code, str(root), str(file)], check=False)
    assert done.returncode == 9
    (unfinished,) = (folder.parent for folder in root.glob("v-*/unfinished"))
    with closing(sqlite3.connect(unfinished / "corpus.db")) as held:
        assert held.execute("SELECT count(*) FROM contacts").fetchone() == (46,)
    assert build(corpus()).contacts == 100
    assert not list(root.glob("v-*/unfinished"))


def test_a_reader_keeps_its_version_while_another_is_built(build: Build, tmp_path: Path) -> None:
    build(corpus())
    reader = TranscriptIndex.open(tmp_path / "index")
    build([contact("Z", "a wholly new corpus about elephants")])
    assert reader.search("price on my invoice")
    assert TranscriptIndex.open(tmp_path / "index").contact_ids == {"Z"}


def test_two_builders_at_once_are_refused(build: Build, tmp_path: Path) -> None:
    with one_builder(tmp_path / "index"), pytest.raises(UserError) as error:
        build(corpus())
    assert error.value.code == "index_busy"


def test_a_broken_version_is_built_anew(build: Build, tmp_path: Path) -> None:
    build(corpus())
    root = tmp_path / "index"
    (root / (root / "CURRENT").read_text() / "manifest.json").write_text("{")
    with pytest.raises(UserError) as error:
        TranscriptIndex.open(root)
    assert error.value.code == "corrupt_index"
    assert build(corpus()).added == 100


def test_a_missing_index_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        TranscriptIndex.open(tmp_path)
    assert error.value.code == "missing_index"
    assert "because index build" in error.value.hint


def test_a_lost_part_of_an_index_says_so(build: Build, tmp_path: Path) -> None:
    build(corpus())
    root = tmp_path / "index"
    shutil.rmtree(root / (root / "CURRENT").read_text() / "bm25")
    with pytest.raises(UserError) as error:
        TranscriptIndex.open(root).search("price")
    assert error.value.code == "corrupt_index"


def test_an_empty_corpus_is_an_index_that_finds_nothing(build: Build, tmp_path: Path) -> None:
    assert build([]).contacts == 0
    assert TranscriptIndex.open(tmp_path / "index").search("anything at all") == ()


def test_contacts_that_all_say_the_same_are_an_index_without_themes(build: Build, tmp_path: Path) -> None:
    assert build([contact(f"Z{i}", "a wholly new corpus about grey elephants") for i in range(25)]).contacts == 25
    assert TranscriptIndex.open(tmp_path / "index").listed_themes() == ()


def test_changed_files_make_the_index_stale(build: Build, tmp_path: Path) -> None:
    build(corpus())
    index = TranscriptIndex.open(tmp_path / "index")
    assert not index.status().stale
    write(tmp_path / "chats.jsonl", [contact("Z", "new")])
    assert index.status().stale


def test_progress_is_told_stage_by_stage(tmp_path: Path) -> None:
    file = write(tmp_path / "chats.jsonl", corpus())
    told: list[tuple[str, int, int]] = []
    build_index(
        tmp_path / "index",
        [file],
        transcripts=TranscriptSettings(),
        redaction=RedactionSettings(),
        progress=lambda *step: told.append(step),
    )
    assert told[0][0] == "reading and redacting"
    assert all(0 <= done <= total for _, done, total in told)


def test_parquet_is_read_like_jsonl(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    source = write(tmp_path / "chats.jsonl", corpus())
    file = tmp_path / "chats.parquet"
    duckdb.sql(f"COPY (FROM read_json('{source}')) TO '{file}' (FORMAT parquet)")
    report = build_index(tmp_path / "index", [file], transcripts=TranscriptSettings(), redaction=RedactionSettings())
    assert report.contacts == 100


def test_planted_personal_data_is_in_no_file_of_the_index(build: Build, tmp_path: Path) -> None:
    secrets = ("4111 1111 1111 1111", "zainab.keller@example.org", "Zainab Keller", "DE89 3704 0044 0532 0130 00")
    build([*corpus(), contact("S", f"my name is {secrets[2]}", f"card {secrets[0]}, mail {secrets[1]}, {secrets[3]}")])
    for file in (tmp_path / "index").rglob("*"):
        if file.is_file():
            held = file.read_bytes()
            assert not [secret for secret in secrets if secret.encode() in held], file


def test_text_is_stored_once(build: Build, tmp_path: Path) -> None:
    build([contact("A", "an unmistakable sentence about zebras")])
    holding = [
        f.name for f in (tmp_path / "index").rglob("*") if f.is_file() and b"unmistakable sentence" in f.read_bytes()
    ]
    root = tmp_path / "index"
    (turns,) = (
        sqlite3.connect(root / (root / "CURRENT").read_text() / "corpus.db")
        .execute("SELECT turns FROM contacts")
        .fetchone()
    )
    assert json.loads(turns)[0][2] == "an unmistakable sentence about zebras"
    assert holding == ["corpus.db"]


def test_a_second_process_redacts_as_this_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "_BATCH", 2)
    redactor = Redactor(RedactionSettings(), ["Zainab Keller"])
    said = ("my name is Zainab Keller", "card 4111 1111 1111 1111", "mail zk@example.org", "it rains")
    contacts = [
        Contact(contact_id=str(i), turns=(Turn(number=1, speaker="customer", text=said[i % 4]),)) for i in range(15)
    ]
    assert list(aside.redacted(contacts, redactor)) == [redactor.contact(contact) for contact in contacts]


def test_a_second_process_that_dies_leaves_the_work_to_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "_BATCH", 1)
    monkeypatch.setattr(aside, "python", lambda *_, **pipes: subprocess.Popen(["false"], **pipes))
    redactor = Redactor(RedactionSettings())
    contact = Contact(contact_id="A", turns=(Turn(number=1, speaker="customer", text="call +44 20 7946 0958"),))
    assert [found.turns[0].text for found, _ in aside.redacted([contact] * 9, redactor)] == ["call [PHONE]"] * 9
