"""Whatever keeps the vectors, Chroma or PostgreSQL with pgvector, keeps the same promises."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.vector_stores.types import VectorStoreQuery

from indexes.build import build_index, drop_older
from indexes.forgotten import forget
from indexes.search import TranscriptIndex
from indexes.settings import PostgresSettings, RedactionSettings, TranscriptSettings
from indexes.shelves import ChromaShelf, Shelf, readable_shelf, shelf_of
from indexes.types import IndexReport
from semantic_layer.errors import UpstreamError, UserError
from tests.indexes.chats import Build, contact, corpus, write

Records = Sequence[dict[str, object]]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A PostgreSQL of its own, which needs no socket but a file's."""
    pgserver = pytest.importorskip("pgserver", reason="pgserver is not installed: PostgreSQL is not tested")
    pytest.importorskip("llama_index.vector_stores.postgres", reason="because-ai[postgres] is not installed")
    folder = Path(tempfile.mkdtemp(prefix="because-pg-"))
    server = pgserver.get_server(folder / "data")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["chroma", "postgres"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "chroma":
        return ChromaShelf()
    address = request.getfixturevalue("database")
    from indexes.postgres import PostgresShelf

    return PostgresShelf(address, "because")


@pytest.fixture
def build(tmp_path: Path, shelf: Shelf) -> Build:
    def run(records: Records) -> IndexReport:
        file = write(tmp_path / "chats.jsonl", records)
        settings = {"transcripts": TranscriptSettings(), "redaction": RedactionSettings()}
        return build_index(tmp_path / "index", [file], shelf=shelf, **settings)  # type: ignore[arg-type]

    return run


def held(index: TranscriptIndex) -> set[str]:
    """Ask the store for everything near anything."""
    probe = np.ones(index._lsa.dimensions, dtype=np.float32).tolist()
    return set(index._store.query(VectorStoreQuery(query_embedding=probe, similarity_top_k=500)).ids)


def test_the_store_holds_each_passage_once_and_finds_it(build: Build, tmp_path: Path, shelf: Shelf) -> None:
    build(corpus())
    index = TranscriptIndex.open(tmp_path / "index", shelf=shelf)
    assert held(index) == set(index._row_of)
    for row in (0, 57, 99):
        vector = index._vectors[row]
        found = index._store.query(VectorStoreQuery(query_embedding=vector.tolist(), similarity_top_k=1))
        assert found.similarities[0] == pytest.approx(1.0, abs=1e-3)
        assert index._vectors[index._row_of[found.ids[0]]] @ vector == pytest.approx(1.0, abs=1e-3)
    assert "price" in index.search("price on my invoice")[0].quote
    assert index.notes == ()


def test_an_update_changes_only_what_changed(build: Build, tmp_path: Path, shelf: Shelf) -> None:
    records = corpus()
    build(records)
    records[3] = contact("P3", "My kitten chewed through the aerial cable.")
    report = build([*records[:-1], contact("N", "The satellite dish fell from the roof.")])
    assert (report.added, report.updated, report.removed) == (1, 1, 1)
    index = TranscriptIndex.open(tmp_path / "index", shelf=shelf)
    assert held(index) == set(index._row_of)
    assert index.search("kitten chewed cable")[0].contact_id == "P3"


def test_a_reader_keeps_its_version_while_another_process_builds(build: Build, tmp_path: Path, shelf: Shelf) -> None:
    build(corpus())
    reader = TranscriptIndex.open(tmp_path / "index", shelf=shelf)
    build([contact(f"Z{i}", f"a wholly new corpus about elephants {i}") for i in range(20)])
    assert len(held(reader)) == 100
    assert "price" in reader.search("price on my invoice")[0].quote
    after = TranscriptIndex.open(tmp_path / "index", shelf=shelf)
    assert len(held(after)) == 20


def test_an_erased_contact_leaves_the_store_and_the_versions_before(build: Build, tmp_path: Path, shelf: Shelf) -> None:
    build(corpus())
    reader = TranscriptIndex.open(tmp_path / "index", shelf=shelf)
    assert any(citation.startswith("P7:") for citation in held(reader))
    forget(tmp_path / "index", ["P7"])
    build(corpus())
    drop_older(tmp_path / "index", shelf)
    index = TranscriptIndex.open(tmp_path / "index", shelf=shelf)
    assert not any(citation.startswith("P7:") for citation in held(index))
    assert len(list((tmp_path / "index").glob("v-*"))) == 1


def test_no_text_reaches_the_database(database: str, tmp_path: Path) -> None:
    import sqlalchemy

    from indexes.postgres import PostgresShelf

    file = write(tmp_path / "chats.jsonl", [contact("A", "an unmistakable sentence about zebras")])
    shelf = PostgresShelf(database, "bare")
    build_index(
        tmp_path / "index", [file], transcripts=TranscriptSettings(), redaction=RedactionSettings(), shelf=shelf
    )
    engine = sqlalchemy.create_engine(database)
    with engine.connect() as connection:
        tables = connection.execute(
            sqlalchemy.text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'bare'")
        ).scalars()
        rows = [connection.execute(sqlalchemy.text(f'SELECT * FROM bare."{table}"')).all() for table in list(tables)]
    assert len(rows) == 1
    assert len(rows[0]) == 1
    assert "zebras" not in str(rows)


def test_tables_of_dropped_versions_are_dropped(database: str, tmp_path: Path) -> None:
    import sqlalchemy

    from indexes.postgres import PostgresShelf

    shelf = PostgresShelf(database, "dropped")
    for n in range(4):
        file = write(tmp_path / "chats.jsonl", [contact(f"A{n}", f"sentence {n} about zebras")])
        build_index(
            tmp_path / "index", [file], transcripts=TranscriptSettings(), redaction=RedactionSettings(), shelf=shelf
        )
    with sqlalchemy.create_engine(database).connect() as connection:
        held = connection.execute(
            sqlalchemy.text("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'dropped'")
        ).scalar()
    assert held == 2


def test_a_database_that_is_gone_is_done_without_by_a_search_and_named(database: str, tmp_path: Path) -> None:
    from indexes.postgres import PostgresShelf

    file = write(tmp_path / "chats.jsonl", corpus())
    settings = {"transcripts": TranscriptSettings(), "redaction": RedactionSettings()}
    build_index(tmp_path / "index", [file], shelf=PostgresShelf(database, "gone"), **settings)  # type: ignore[arg-type]
    nowhere = PostgresShelf("postgresql://user:secret@127.0.0.1:1/none", "gone")
    index = TranscriptIndex.open(tmp_path / "index", shelf=nowhere)
    assert "price" in index.search("price on my invoice")[0].quote
    assert "PostgreSQL failed" in index.notes[0]
    assert "secret" not in index.notes[0]
    with pytest.raises(UpstreamError) as error:
        build_index(tmp_path / "index", [write(tmp_path / "chats.jsonl", corpus()[:50])], shelf=nowhere, **settings)  # type: ignore[arg-type]
    assert "secret" not in str(error.value)


def test_a_store_without_its_url_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BECAUSE_POSTGRES_URL", raising=False)
    with pytest.raises(UserError) as error:
        shelf_of(PostgresSettings())
    assert "$BECAUSE_POSTGRES_URL is empty" in error.value.message


def test_a_search_goes_on_and_says_so_where_the_database_is_not_named(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = PostgresSettings()
    monkeypatch.setenv(settings.url_env, database)
    file = write(tmp_path / "chats.jsonl", corpus())
    parts = {"transcripts": TranscriptSettings(), "redaction": RedactionSettings()}
    build_index(tmp_path / "index", [file], shelf=shelf_of(settings), **parts)  # type: ignore[arg-type]
    with_it = TranscriptIndex.open(tmp_path / "index", shelf=shelf_of(settings)).search("price")
    monkeypatch.delenv(settings.url_env)
    index = TranscriptIndex.open(tmp_path / "index", shelf=readable_shelf(settings))
    assert {item.citation for item in index.search("price")} == {item.citation for item in with_it}
    assert settings.url_env in index.notes[0]
    assert index.without() == index.notes
